import type { RandomSource } from '../../core/random';

/**
 * Fills `values` from N(mean, deviation²), without what lies beyond `limit` deviations: two draws at a time by the polar method
 * (Marsaglia & Bray 1964), in one loop, since networks have up to a hundred million weights.
 */
export function fillNormal(
  values: Float32Array,
  mean: number,
  deviation: number,
  limit: number,
  random: RandomSource,
): Float32Array {
  let at = 0;
  while (at < values.length) {
    const u = 2 * random() - 1;
    const v = 2 * random() - 1;
    const square = u * u + v * v;
    if (square >= 1 || square === 0) continue;
    const radius = Math.sqrt((-2 * Math.log(square)) / square);
    if (Math.abs(radius * u) <= limit) values[at++] = mean + deviation * radius * u;
    if (Math.abs(radius * v) <= limit && at < values.length) values[at++] = mean + deviation * radius * v;
  }
  return values;
}
