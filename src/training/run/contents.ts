import { pixelPicture, rawMap } from '../../core/image/pixels';
import { flag, floats, list, object, such, text } from '../../core/schema/kinds';
import { count } from '../../core/schema/numbers';
import type { Of } from '../../core/schema/schema';
import { frameSize } from '../frames/frames';
import { runRecord } from './record';

const MOST_STEPS = 1e9;

/** One entry a minibatch: entry i is minibatch i + 1. */
const history = object({
  loss: floats,
  /** Share of the minibatch that was right. */
  accuracy: floats,
});
export type History = Of<typeof history>;

/** Everything of a run but the frames and maps themselves, which are fetched when they are looked at. */
export const runContents = such(
  object({
    folder: text(),
    record: runRecord,
    history,
    /** The watched images as the network gets them, 8 bits. */
    pictures: list(pixelPicture),
    frames: object({ size: frameSize, steps: list(count, MOST_STEPS) }),
    /** Steps that have a checkpoint. */
    checkpoints: list(count, MOST_STEPS),
    /** Whether `train` can go on where it ended. */
    continuable: flag,
  }),
  ({ pictures, record }) => pictures.length === record.watched.length,
  'a run with a picture of each watched image',
);
export type RunContents = Of<typeof runContents>;

/** Curves and maps of one watched image over the run; arrays have one entry a frame. */
export const watchedMaps = such(
  object({
    image: count,
    /** Σₙ ∂J(O(a; θₙ), y)/∂a over the watched minibatches, raw and signed, H × W × C. */
    integrated: rawMap,
    /** Σₙ |∂J/∂a|. */
    integratedAbsolute: rawMap,
    /** How many configurations θₙ were summed; the mean is Σ / count. */
    count,
    /** ∂J/∂a at the last watched step. */
    last: rawMap,
    lossCurve: floats,
    /** Spearman's ρ of each frame's |loss gradient| with the last frame's. */
    rankCorrelation: floats,
  }),
  ({ integrated, integratedAbsolute: absolute }) =>
    integrated.height === absolute.height &&
    integrated.width === absolute.width &&
    integrated.channels === absolute.channels,
  'sums of one shape',
);
export type WatchedMaps = Of<typeof watchedMaps>;
