import type { Norms } from '../result/record';

/**
 * Norms of b − a in pixel units, accumulated in float64: L0 (elements that differ), L1 = Σ|d|, L2 = √Σd², L∞ = max|d|.
 * NaN anywhere makes L1, L2 and L∞ NaN. Throws `RangeError` for arrays of different length.
 */
export function normsOf(a: Float32Array, b: Float32Array): Norms {
  if (a.length !== b.length) throw new RangeError(`Norms of a difference of ${a.length} and ${b.length} elements.`);
  let l0 = 0;
  let l1 = 0;
  let squares = 0;
  let linf = 0;
  for (let index = 0; index < a.length; index++) {
    const difference = Math.abs(b[index]! - a[index]!);
    if (difference !== 0) l0++;
    l1 += difference;
    squares += difference * difference;
    linf = Math.max(linf, difference);
  }
  return { l0, l1, l2: Math.sqrt(squares), linf };
}
