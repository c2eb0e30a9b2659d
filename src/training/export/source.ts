import { UserError } from '../../core/errors';
import type { RunContents, WatchedMaps } from '../run/contents';
import type { Frame } from '../frames/frames';
import type { FrameMap } from './paint';

/** A run as it is exported: what is small, and ways to fetch the rest. */
export interface RunSource {
  readonly contents: RunContents;
  /** The frame at a place of `contents.frames.steps`. */
  readonly frame: (place: number) => Promise<Frame>;
  readonly maps: (image: number) => Promise<WatchedMaps>;
}

export interface ExportOptions {
  /** Places in `watched`; absent: all. */
  readonly images?: readonly number[];
  readonly map: FrameMap;
  readonly mostFrames?: number;
  readonly framesPerSecond?: number;
  readonly cellSide?: number;
}

const DEFAULT_FRAMES = 300;
const DEFAULT_SIDE = 224;

/** The watched images that are asked for. Throws `UserError('parameter')` where there are none. */
export function chosenImages({ contents }: RunSource, { images }: ExportOptions): readonly number[] {
  const { watched } = contents.record;
  if (watched.length === 0)
    throw new UserError('parameter', 'The run watched no images.', 'Train with watched images to have maps of them.');
  const chosen = images ?? watched.map((_, place) => place);
  const unknown = chosen.find((place) => !Number.isInteger(place) || place < 0 || place >= watched.length);
  if (unknown !== undefined || chosen.length === 0)
    throw new UserError(
      'parameter',
      unknown === undefined ? 'No watched image is chosen.' : `The run has no watched image ${unknown}.`,
      `Choose among 0 to ${watched.length - 1}.`,
    );
  return chosen;
}

/** Places of at most `mostFrames` frames, evenly spaced, the first and the last among them. */
export function chosenFrames({ contents }: RunSource, { mostFrames = DEFAULT_FRAMES }: ExportOptions): number[] {
  const count = requireFrames(contents);
  if (!Number.isInteger(mostFrames) || mostFrames < 1 || mostFrames > 100_000)
    throw new UserError('parameter', `${mostFrames} is no number of frames.`, 'Use an integer from 1 to 100000.');
  if (mostFrames === 1) return [count - 1];
  const wanted = Math.min(count, mostFrames);
  return Array.from({ length: wanted }, (_, n) => (wanted === 1 ? 0 : Math.round((n * (count - 1)) / (wanted - 1))));
}

export function requireFrames({ frames }: RunContents): number {
  if (frames.steps.length > 0) return frames.steps.length;
  throw new UserError('parameter', 'The run has no frames yet.', 'Export it when a few minibatches were watched.');
}

export function chosenSide({ cellSide = DEFAULT_SIDE }: ExportOptions): number {
  if (Number.isFinite(cellSide) && cellSide >= 16 && cellSide <= 2048) return Math.round(cellSide);
  throw new UserError('parameter', `${cellSide} is no side of a picture.`, 'Use 16 to 2048 pixels.');
}
