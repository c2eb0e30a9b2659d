import type { RawMap } from '../../core/image/pixels';
import type { ParameterValues } from '../../core/method/parameters';
import type { EngineChoice } from '../../core/model/modelInfo';
import type { CheckpointFacts, ImageFacts, LabelFacts, MapStatistics } from '../../core/result/record';
import type {
  ArchitectureDescription,
  NetworkRequest,
  NetworkSummary,
} from '../../training/architectures/architecture';
import type { DatasetInfo, DatasetRequest } from '../../training/data/dataset';
import type { TrainingEvent } from '../../training/events';
import type { TrainingOptions } from '../../training/options';
import type { FrameMapKind } from '../../training/frameMapKind';
import type { RunContents, WatchedMaps } from '../../training/run/contents';
import type { Frame } from '../../training/frames/frames';
import type { RunRecord } from '../../training/run/record';
import { choice } from '../../core/schema/kinds';
import type { Of } from '../../core/schema/schema';
import type { ImageReference, Job } from '../calls/service';

export type { CheckpointFacts } from '../../core/result/record';

/**
 * Training and what is read of it. `train` runs in a process of its own; everything else only reads files and is answered by
 * the process that answers for images.
 */
export interface TrainingService {
  architectures(): Promise<readonly ArchitectureDescription[]>;
  /** Opens a data set to say what is in it. */
  dataset(request: DatasetRequest, job?: Job): Promise<DatasetInfo>;
  /** The layers of a network before it is trained. */
  network(request: NetworkRequest): Promise<NetworkSummary>;
  /**
   * Trains until done, stopped or failed, and returns the record; `job.signal` stops as `control` does. With `continue`, goes on
   * from the run's last state. Throws `UserError` for what is wrong before the first minibatch.
   */
  train(request: TrainRequest, job?: TrainJob): Promise<RunRecord>;
  /** Of a run that this process trains. Throws `UserError('usage')` if there is none in that folder. */
  control(request: { readonly folder: string; readonly action: 'pause' | 'resume' | 'stop' }): Promise<void>;
  run(request: { readonly folder: string }): Promise<RunContents>;
  /** Frames by their place in `RunContents.frames.steps`, from `from` to before `to`, every `stride`-th; at most 512 a call. */
  frames(request: FramesRequest): Promise<readonly Frame[]>;
  maps(request: { readonly folder: string; readonly image: number }): Promise<WatchedMaps>;
  /** Σₙ ∂J(O(a; θₙ), y)/∂a over a folder of checkpoints of any format. */
  integrate(request: IntegrateRequest, job?: Job): Promise<IntegrateResult>;
  /** Writes files beside each other into `target`, never over existing ones; returns their paths. */
  exportRun(request: ExportRunRequest, job?: Job): Promise<readonly string[]>;
  /** Fetches a public data set into `folder`, going on where an earlier attempt ended; returns the folder to open. */
  fetchDataset(request: { readonly id: 'fashion-mnist'; readonly folder: string }, job?: Job): Promise<string>;
}

export type { ArchitectureDescription };

export type TrainRequest =
  | {
      /** Made if absent; refused (`file-exists`) if it holds anything. */
      readonly folder: string;
      readonly name: string;
      readonly network: string;
      readonly fresh?: boolean;
      readonly dataset: DatasetRequest;
      readonly options: TrainingOptions;
      readonly watched: readonly WatchRequest[];
      readonly engine?: EngineChoice;
      readonly threads?: number;
      readonly tensorflowModule?: string;
    }
  | { readonly folder: string; readonly continue: true; readonly tensorflowModule?: string };

export interface WatchRequest extends ImageReference {
  /** Class index or name; absent: from the file or folder name, else what the untrained network predicts. */
  readonly label?: number | string;
}

export interface TrainJob {
  readonly signal?: AbortSignal;
  readonly report?: (event: TrainingEvent) => void;
}

export type { TrainingEvent };

export interface FramesRequest {
  readonly folder: string;
  readonly from: number;
  readonly to: number;
  readonly stride: number;
}

export interface IntegrateRequest {
  /** Folder of checkpoints: model files or folders, ordered by step number in the name, else by name; or a run's folder. */
  readonly checkpoints: string;
  readonly image: ImageReference;
  readonly label: number | string;
  readonly engine?: EngineChoice;
  readonly threads?: number;
  readonly tensorflowModule?: string;
  readonly specPath?: string;
  readonly labelsPath?: string;
  /** `sum` (default) or `mean`; `absolute`: of magnitudes; `timesInput`: ∘ a afterwards. */
  readonly parameters?: ParameterValues;
}

export interface IntegrateResult {
  readonly record: IntegrateRecord;
  readonly map: RawMap;
}

/** What a training-integrated map was made of; plain JSON. */
export interface IntegrateRecord {
  readonly kind: 'training-integrated';
  readonly version: 1;
  readonly created: string;
  readonly image: ImageFacts;
  readonly label: LabelFacts;
  readonly parameters: ParameterValues;
  readonly checkpoints: readonly CheckpointFacts[];
  readonly statistics: MapStatistics;
  readonly engine: string;
  readonly warnings: readonly string[];
}

export interface ExportRunRequest {
  readonly folder: string;
  readonly target: string;
  readonly what: RunExport;
  /** Places in `watched`; absent: all. */
  readonly images?: readonly number[];
  readonly map: FrameMapKind;
  /** At most so many frames, evenly spaced; default 300. */
  readonly mostFrames?: number;
  readonly framesPerSecond?: number;
  /** Side of one image's cell in the exported pictures, in pixels; default 224. */
  readonly cellSide?: number;
}

/** `frames-png`: a PNG for each frame; `animation-gif`: one GIF; `maps-npy`: the integrated maps; `figure-png`: before, during, after, integrated. */
export const runExport = choice(['frames-png', 'animation-gif', 'maps-npy', 'figure-png']);
export type RunExport = Of<typeof runExport>;
