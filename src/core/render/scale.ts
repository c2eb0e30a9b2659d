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

/**
 * The magnitude at which the scale begins: of the finite non-zero |values| the ⌈n·p/100⌉-th smallest. 0 where p is 0, and where
 * nothing would be left between it and `limit`, the end.
 */
export function floorOf(values: Float32Array, floorPercent: number, limit: number): number {
  if (floorPercent === 0) return 0;
  const floor = selectMagnitude(values, (count) => Math.ceil((count * floorPercent) / 100) - 1);
  return floor < limit ? floor : 0;
}

/**
 * The smallest magnitude among the `percent` percent of all pixels with the largest ones; Infinity where every value is 0 or not
 * finite. Pixels of the same magnitude all belong to them, and zeros never do.
 */
export function topOf(values: Float32Array, percent: number): number {
  const top = selectMagnitude(values, (count) => count - Math.max(1, Math.round((values.length * percent) / 100)));
  return top === 0 ? Infinity : top;
}
