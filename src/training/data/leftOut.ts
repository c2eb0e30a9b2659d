import { UserError } from '../../core/errors';
import { unreadable } from './failures';
import type { ImageSet } from './dataset';

/** Pictures of a run that could not be read when their turn came. */
export interface LeftOut {
  /** How many there are, each counted once. */
  readonly count: number;
  /** The first of them, with the reason. */
  readonly files: readonly LeftOutFile[];
  /** Throws `UserError('dataset-unreadable')` where so many are gone that the data set is not the same any more. */
  add(file: LeftOutFile): void;
}

export interface LeftOutFile {
  readonly path: string;
  readonly reason: string;
}

const MOST_LISTED = 100;

/** So many pictures, or this share of all, may be left out before a run ends. */
const MOST_ALLOWED = 16;
const SHARE_ALLOWED = 0.1;

/** Counts the pictures that a run of `total` pictures leaves out; `before` are those of the run as far as it has come. */
export function createLeftOut(total: number, before: Pick<LeftOut, 'count' | 'files'> = NONE): LeftOut {
  const files = [...before.files];
  const known = new Set(files.map(({ path }) => path));
  return {
    get count() {
      return Math.max(before.count, known.size);
    },
    files,
    add(file) {
      if (known.has(file.path)) return;
      known.add(file.path);
      if (files.length < MOST_LISTED) files.push(file);
      if (known.size > Math.max(MOST_ALLOWED, SHARE_ALLOWED * total))
        throw unreadable(
          `${known.size} of ${total} pictures can no longer be read, the last of them ${file.path} (${file.reason}).`,
          'Bring the data set back as it was, then continue the run.',
        );
    },
  };
}

const NONE = { count: 0, files: [] };

/** The sentence of a run's record on the pictures that it left out. */
export function leftOutWarning(count: number): string {
  return count === 1
    ? `One picture ${UNREAD} and is left out.`
    : `${count.toLocaleString('en-US')} pictures ${UNREAD} and are left out.`;
}

export function isLeftOutWarning(text: string): boolean {
  return text.includes(UNREAD);
}

const UNREAD = 'could not be read during the training';

/**
 * Reads the images at `indices` as `set.read` does, but leaves those out that cannot be read: the others follow one another at the
 * start of `target`, H × W × C values each. Returns their places in `indices`. Throws as `LeftOut.add` does, and what is not the
 * fault of a picture.
 */
export async function readReadable(
  set: ImageSet,
  indices: ArrayLike<number>,
  target: Float32Array,
  leftOut: LeftOut,
): Promise<readonly number[]> {
  const places = Array.from(indices, (_, place) => place);
  try {
    await set.read(indices, target);
    return places;
  } catch (error) {
    if (!isOfPicture(error)) throw error;
  }
  const values = target.length / indices.length;
  const kept: number[] = [];
  for (const place of places) {
    const index = indices[place]!;
    const start = kept.length * values;
    try {
      await set.read([index], target.subarray(start, start + values));
      kept.push(place);
    } catch (error) {
      if (!isOfPicture(error)) throw error;
      const { name, path = name } = set.nameOf(index);
      leftOut.add({ path, reason: error.message });
    }
  }
  return kept;
}

function isOfPicture(error: unknown): error is UserError {
  return error instanceof UserError && error.code === 'dataset-unreadable';
}
