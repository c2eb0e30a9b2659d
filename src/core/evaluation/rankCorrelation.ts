/**
 * Spearman's rank correlation of two lists of equal length, in [−1, 1]: Pearson's correlation of their ranks, ties with the
 * mean of the ranks that they share (Spearman 1904; as scipy.stats.spearmanr). NaN where one of them is constant or empty.
 * Throws `RangeError` for lists of different length.
 */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return correlation(ranks(a), ranks(b));
}

/** Ranks from 1, ties with their mean. */
export function ranks(values: ArrayLike<number>): Float64Array {
  const order = Uint32Array.from(values, (_, index) => index).sort((i, j) => values[i]! - values[j]!);
  const result = new Float64Array(values.length);
  for (let start = 0; start < order.length;) {
    let end = start + 1;
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++;
    for (let place = start; place < end; place++) result[order[place]!] = (start + 1 + end) / 2;
    start = end;
  }
  return result;
}

/** {@link ranks} of |bytes|, by counting: as many steps as there are values. */
export function ranksOfMagnitudes(bytes: Int8Array): Float64Array {
  const counts = new Uint32Array(129);
  for (const byte of bytes) counts[Math.abs(byte)]!++;
  const rankOf = new Float64Array(counts.length);
  let before = 0;
  for (let level = 0; level < counts.length; level++) {
    rankOf[level] = before + (counts[level]! + 1) / 2;
    before += counts[level]!;
  }
  return Float64Array.from(bytes, (byte) => rankOf[Math.abs(byte)]!);
}

/** Pearson's correlation of two lists of equal length; NaN where one of them is constant or empty. */
export function correlation(a: Float64Array, b: Float64Array): number {
  if (a.length !== b.length) throw new RangeError(`${a.length} and ${b.length} values cannot be correlated`);
  const meanA = mean(a);
  const meanB = mean(b);
  let together = 0;
  let squareA = 0;
  let squareB = 0;
  for (let i = 0; i < a.length; i++) {
    const fromA = a[i]! - meanA;
    const fromB = b[i]! - meanB;
    together += fromA * fromB;
    squareA += fromA * fromA;
    squareB += fromB * fromB;
  }
  return together / Math.sqrt(squareA * squareB);
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
