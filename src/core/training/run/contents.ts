import type { Picture, RawMap } from '../../image/pixels';
import type { FrameSize } from './frames';
import type { RunRecord } from './record';

/** Everything of a run but the frames and maps themselves, which are fetched when they are looked at. */
export interface RunContents {
  readonly folder: string;
  readonly record: RunRecord;
  readonly history: History;
  /** The watched images as the network gets them, 8 bits. */
  readonly pictures: readonly Picture[];
  readonly frames: { readonly size: FrameSize; readonly steps: readonly number[] };
  /** Steps that have a checkpoint. */
  readonly checkpoints: readonly number[];
  /** Whether `train` can go on where it ended. */
  readonly continuable: boolean;
}

/** One entry a minibatch: entry i is minibatch i + 1. */
export interface History {
  readonly loss: Float32Array;
  /** Share of the minibatch that was right. */
  readonly accuracy: Float32Array;
}

/** Curves and maps of one watched image over the run; arrays have one entry a frame. */
export interface WatchedMaps {
  readonly image: number;
  /** Σₙ ∂J(O(a; θₙ), y)/∂a over the watched minibatches, raw and signed, H × W × C. */
  readonly integrated: RawMap;
  /** Σₙ |∂J/∂a|. */
  readonly integratedAbsolute: RawMap;
  /** How many configurations θₙ were summed; the mean is Σ / count. */
  readonly count: number;
  /** ∂J/∂a at the last watched step. */
  readonly last: RawMap;
  readonly lossCurve: Float32Array;
  /** Spearman's ρ of each frame's |loss gradient| with the last frame's. */
  readonly rankCorrelation: Float32Array;
}
