import type { Frame } from './run/frames';
import type { EpochResult, RunRecord } from './run/record';

/** What a training tells while it runs. */
export type TrainerEvent =
  /** The first event of a run, and after each change of its status. */
  | { readonly kind: 'record'; readonly record: RunRecord }
  /** Several minibatches at once, a few times a second; they follow one another. */
  | {
      readonly kind: 'minibatches';
      readonly firstStep: number;
      readonly loss: Float32Array;
      readonly accuracy: Float32Array;
      readonly imagesPerSecond: number;
      readonly remainingSeconds: number;
    }
  | { readonly kind: 'epoch'; readonly result: EpochResult }
  | { readonly kind: 'validating'; readonly done: number; readonly total: number }
  /** The newest frame, a few times a second. */
  | { readonly kind: 'frame'; readonly frame: Frame }
  | { readonly kind: 'checkpoint'; readonly step: number };
