import type { RawMap } from '../../core/image/pixels';
import type { ParameterValues } from '../../core/method/parameters';
import type { EngineChoice } from '../../core/model/modelInfo';
import type { CheckpointFacts, ImageFacts, LabelFacts, MapStatistics } from '../../core/result/record';
import type { ArchitectureDescription } from '../../training/architectures/architecture';
import type { DatasetRequest } from '../../training/data/dataset';
import type { TrainingEvent } from '../../training/events';
import type { TrainingOptions } from '../../training/options';
import type { FrameMapKind } from '../../training/frameMapKind';
import { choice } from '../../core/schema/kinds';
import type { Of } from '../../core/schema/schema';
import type { ImageReference } from './service';

export type { CheckpointFacts } from '../../core/result/record';

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

export type { TrainingEvent };

export interface ControlRequest {
  readonly folder: string;
  readonly action: 'pause' | 'resume' | 'stop';
}

export interface FetchRequest {
  readonly id: 'fashion-mnist';
  readonly folder: string;
}

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
