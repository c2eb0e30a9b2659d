import { largestMagnitude, selectMagnitude } from './order';

/**
 * The magnitude at which the scale ends: the largest of the finite non-zero |values| after the `clipPercent` percent largest are
 * left out (nearest rank: the ⌈n·(100 − p)/100⌉-th smallest of n, at least the first). Zeros and NaN are not counted, so an empty
 * background does not move the scale. 0 where every value is 0 or not finite.
 */
export function scaleOf(values: Float32Array, clipPercent: number): number {
  if (clipPercent === 0) return largestMagnitude(values);
  return selectMagnitude(values, (count) => Math.ceil((count * (100 - clipPercent)) / 100) - 1);
}
