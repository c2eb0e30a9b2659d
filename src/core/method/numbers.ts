import { countOf } from '../countOf';

/** How many elements are NaN or infinite. */
export function countNonFinite(values: Float32Array): number {
  let count = 0;
  for (const value of values) if (!Number.isFinite(value)) count++;
  return count;
}

/** Whether every element is 0 (of either sign). */
export function isAllZero(values: Float32Array): boolean {
  for (const value of values) if (value !== 0) return false;
  return true;
}

/** √Σ v², in double precision. */
export function euclideanNorm(values: Iterable<number>): number {
  let squares = 0;
  for (const value of values) squares += value * value;
  return Math.sqrt(squares);
}

/** "3 of 12 gradient values are not finite": the beginning of a sentence. */
export function nonFiniteWords(nonFinite: number, of: number, one: string): string {
  return `${nonFinite} of ${countOf(of, one)} ${nonFinite === 1 ? 'is' : 'are'} not finite`;
}
