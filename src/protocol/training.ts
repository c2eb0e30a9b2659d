import type { ArchitectureDescription, RunExport, TrainingEvent } from '../core/engine/training/service';
import type { NetworkSummary } from '../core/training/architectures/architecture';
import type { DatasetInfo, DatasetRequest } from '../core/training/data/dataset';
import type { TrainingOptions } from '../core/training/options';
import type { RunContents, WatchedMaps } from '../core/training/run/contents';
import type { Frame } from '../core/training/run/frames';
import type { RawMap } from '../core/image/pixels';
import type { PanelError } from './panel';

/** What the training page shows: a form to fill in, or a run. */
export type TrainingState =
  | { readonly kind: 'form'; readonly form: TrainingForm }
  /** `live`: it is being trained by this window. */
  | { readonly kind: 'run'; readonly run: RunContents; readonly live: boolean };

export interface TrainingForm {
  readonly architectures: readonly ArchitectureDescription[];
  /** The user's layers models that can be trained on: name and path. */
  readonly models: readonly { readonly name: string; readonly path: string }[];
  readonly defaults: TrainingOptions;
  readonly dataset?: DatasetChoice;
  readonly watched: readonly WatchedChoice[];
  readonly folder: string;
}

export interface DatasetChoice {
  readonly request: DatasetRequest;
  readonly info?: DatasetInfo;
  readonly error?: PanelError;
}

export interface WatchedChoice {
  readonly name: string;
  readonly path: string;
  /** PNG, small. */
  readonly thumbnail?: Uint8Array;
}

/** What the form sends to start. */
export interface TrainingPlan {
  readonly network: string;
  readonly fresh: boolean;
  readonly name: string;
  readonly options: TrainingOptions;
}

/** A map of the finished network for one watched image. */
export interface FinalMap {
  readonly method: 'gradient-x-input' | 'integrated-gradients';
  readonly map: RawMap;
}

export type ToTraining =
  | { readonly type: 'state'; readonly state: TrainingState }
  /** The data set of the form was chosen or read. */
  | { readonly type: 'dataset'; readonly dataset: DatasetChoice }
  | { readonly type: 'watched'; readonly watched: readonly WatchedChoice[] }
  | {
      readonly type: 'summary';
      readonly network: string;
      readonly summary?: NetworkSummary;
      readonly error?: PanelError;
    }
  | { readonly type: 'event'; readonly event: TrainingEvent }
  | { readonly type: 'frames'; readonly request: number; readonly frames: readonly Frame[] }
  | { readonly type: 'maps'; readonly maps: WatchedMaps; readonly finals: readonly FinalMap[] }
  /** Something runs (an export, a download); `share` in [0, 1] where it is known. */
  | { readonly type: 'busy'; readonly title: string; readonly share?: number }
  | { readonly type: 'idle' }
  | { readonly type: 'failed'; readonly error: PanelError };

export type FromTraining =
  | { readonly type: 'ready' }
  | { readonly type: 'chooseDataset' }
  | { readonly type: 'getFashionMnist' }
  /** How to read the chosen data set changed. */
  | { readonly type: 'dataset'; readonly request: DatasetRequest }
  | { readonly type: 'chooseWatched' }
  | { readonly type: 'removeWatched'; readonly index: number }
  | { readonly type: 'summary'; readonly network: string; readonly fresh: boolean }
  | { readonly type: 'start'; readonly plan: TrainingPlan }
  | { readonly type: 'control'; readonly action: 'pause' | 'resume' | 'stop' | 'continue' }
  | {
      readonly type: 'frames';
      readonly request: number;
      readonly from: number;
      readonly to: number;
      readonly stride: number;
    }
  | { readonly type: 'maps'; readonly image: number }
  | { readonly type: 'export'; readonly what: RunExport; readonly map: 'gradient-x-input' | 'loss-gradient' }
  /** The page encoded a film of the run. */
  | { readonly type: 'film'; readonly webm: Uint8Array }
  | { readonly type: 'openModel' }
  | { readonly type: 'newRun' }
  | { readonly type: 'cancel' };
