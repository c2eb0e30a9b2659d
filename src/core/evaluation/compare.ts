import { euclideanNorm } from '../method/numbers';

type Numbers = Float32Array | readonly number[];

/** max |a|. */
export function largestMagnitude(a: Iterable<number>): number {
  let largest = 0;
  for (const value of a) largest = Math.max(largest, Math.abs(value));
  return largest;
}

/** max |a − b| / max |a|; 0 where both are zero everywhere, infinite where only `a` is. NaN if an element of either is. */
export function relativeDifference(a: Numbers, b: Numbers): number {
  let largest = 0;
  for (let index = 0; index < a.length; index++) largest = Math.max(largest, Math.abs(a[index]! - b[index]!));
  return largest === 0 ? 0 : largest / largestMagnitude(a);
}

/** Σ a·b / (‖a‖ ‖b‖), in double precision; 1 where both are zero everywhere, 0 where one is. */
export function cosine(a: Numbers, b: Numbers): number {
  const [lengthA, lengthB] = [euclideanNorm(a), euclideanNorm(b)];
  if (lengthA === 0 || lengthB === 0) return lengthA === lengthB ? 1 : 0;
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += (a[index]! / lengthA) * (b[index]! / lengthB);
  return sum;
}
