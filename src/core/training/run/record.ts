import type { EngineId } from '../../model/modelInfo';
import type { NetworkSummary } from '../architectures/architecture';
import type { DatasetInfo, DatasetRequest } from '../data/dataset';
import type { TrainingOptions } from '../options';

export const RUN_VERSION = 1;

/** A training run as `run.json` keeps it: enough to repeat it and to say what came of it. */
export interface RunRecord {
  readonly kind: 'training';
  readonly version: typeof RUN_VERSION;
  readonly id: string;
  readonly name: string;
  /** ISO 8601, UTC. */
  readonly created: string;
  readonly finished?: string;
  readonly status: RunStatus;
  /** Why it failed or what to try, one or two sentences. */
  readonly message?: string;
  /** It failed because the loss or a weight became NaN or infinite: going on would end the same way. */
  readonly diverged?: boolean;
  readonly network: {
    /** Id of an architecture, or the path of the user's own model. */
    readonly source: string;
    readonly summary: NetworkSummary;
  };
  readonly dataset: { readonly request: DatasetRequest; readonly info: DatasetInfo };
  readonly options: TrainingOptions;
  readonly engine: EngineId;
  readonly engineReason: string;
  readonly watched: readonly WatchedImage[];
  /** Minibatches done, of `steps`. */
  readonly step: number;
  readonly steps: number;
  readonly epochs: readonly EpochResult[];
  readonly test?: { readonly loss: number; readonly accuracy: number; readonly count: number };
  /** Median over the epochs of training images a second, watching included. */
  readonly imagesPerSecond?: number;
  readonly seconds: number;
  readonly warnings: readonly string[];
  /** Pictures that could not be read when their turn came; at most 100 are listed. */
  readonly leftOut?: LeftOutFiles;
}

export interface LeftOutFiles {
  readonly count: number;
  readonly files: readonly { readonly path: string; readonly reason: string }[];
}

export type RunStatus = 'running' | 'paused' | 'stopped' | 'finished' | 'failed';

export interface EpochResult {
  readonly epoch: number;
  /** Means over the epoch's minibatches, as they came. */
  readonly loss: number;
  readonly accuracy: number;
  readonly validation?: { readonly loss: number; readonly accuracy: number };
  readonly seconds: number;
}

export interface WatchedImage {
  readonly name: string;
  readonly path: string;
  /** SHA-256 of the file. */
  readonly hash: string;
  /** y of the loss. */
  readonly label: number;
  readonly labelSource: 'user' | 'file name' | 'folder name' | 'prediction';
}
