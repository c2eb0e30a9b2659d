import type { ImageSet } from './dataset';
import { deriveSeed } from '../../core/random';
import { heldOf } from '../steps';
import { drawByClass } from './stratify';

const HOLD_OUT = 0x401d;

/** The images of `set` at `indices`, in that order; shares its files and cache. Throws `RangeError` for places outside. */
export function subset(set: ImageSet, indices: ArrayLike<number>): ImageSet {
  return relabelled(
    set,
    indices,
    Uint16Array.from(indices, (index) => set.labels[index] ?? 0),
  );
}

/** The same with other labels: `labels[i]` is that of the image at `indices[i]`. */
export function relabelled(set: ImageSet, indices: ArrayLike<number>, labels: Uint16Array): ImageSet {
  const places = Uint32Array.from(indices);
  if (places.some((place) => place >= set.count)) throw new RangeError(`a place is not among ${set.count} images`);
  const placeOf = (index: number) => {
    if (!(index >= 0 && index < places.length)) throw new RangeError(`${index} is not among ${places.length} images`);
    return places[index]!;
  };
  return {
    count: places.length,
    labels,
    read: async (wanted, target) => set.read(Uint32Array.from(wanted, placeOf), target),
    nameOf: (index) => set.nameOf(placeOf(index)),
  };
}

/**
 * Splits `set` into what is trained on and what is held out: of each class round(share · n) images, at least one of two or more,
 * never all. A pure function of the labels, `share` in [0, 1) and `seed`.
 */
export function holdOut(set: ImageSet, share: number, seed: number): { rest: ImageSet; held: ImageSet } {
  const { taken, rest } = drawByClass(set.labels, deriveSeed(seed, HOLD_OUT), (count) => heldOf(count, share));
  return { rest: subset(set, rest), held: subset(set, taken) };
}
