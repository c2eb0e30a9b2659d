// Loops run over indices: iterating a typed array of a million elements costs several times as much, and these run in every frame.

/** Clears the sign of a float's bits: what is left, as an unsigned integer, orders as the magnitudes do; NaN lies above. */
const MAGNITUDE_MASK = 0x7fffffff;
const INFINITY_BITS = 0x7f800000;

/** The bits of floats; shares their memory. */
function bitsOf(values: Float32Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length);
}

/** The largest magnitude of the finite values; 0 where there is none. */
export function largestMagnitude(values: Float32Array): number {
  let largest = 0;
  const { length } = values;
  for (let index = 0; index < length; index++) {
    const magnitude = Math.abs(values[index]!);
    if (magnitude > largest && magnitude !== Infinity) largest = magnitude;
  }
  return largest;
}

/**
 * The `rank(count)`-th smallest (0-based, clamped) magnitude of the `count` values that are finite and not 0; 0 where there is
 * none. Linear time: two counting passes over the floats' bits.
 */
export function selectMagnitude(values: Float32Array, rank: (count: number) => number): number {
  const bits = bitsOf(values);
  const high = new Uint32Array(0x8000);
  const { length } = bits;
  let zeros = 0;
  for (let index = 0; index < length; index++) {
    const magnitude = bits[index]! & MAGNITUDE_MASK;
    high[magnitude >>> 16]!++;
    if (magnitude === 0) zeros++;
  }
  high[0]! -= zeros;
  let count = 0;
  for (let bucket = 0; bucket < INFINITY_BITS >>> 16; bucket++) count += high[bucket]!;
  if (count === 0) return 0;
  const wanted = Math.min(count - 1, Math.max(0, rank(count)));
  const upper = findBucket(high, wanted);
  const low = new Uint32Array(0x10000);
  for (let index = 0; index < length; index++) {
    const magnitude = bits[index]! & MAGNITUDE_MASK;
    if (magnitude >>> 16 === upper.bucket && magnitude !== 0) low[magnitude & 0xffff]!++;
  }
  const lower = findBucket(low, upper.remainder);
  return new Float32Array(Uint32Array.of((upper.bucket << 16) | lower.bucket).buffer)[0]!;
}

function findBucket(counts: Uint32Array, rank: number): { bucket: number; remainder: number } {
  let remainder = rank;
  let bucket = 0;
  while (remainder >= counts[bucket]!) remainder -= counts[bucket++]!;
  return { bucket, remainder };
}

/**
 * Rank of each value by magnitude, 1 = largest; equal magnitudes share the smallest of their ranks; NaN ranks last.
 * Linear time (two counting-sort passes).
 */
export function rankOf(values: Float32Array): Uint32Array {
  const bits = bitsOf(values);
  const keys = new Uint32Array(bits.length);
  for (let index = 0; index < bits.length; index++) {
    const magnitude = bits[index]! & MAGNITUDE_MASK;
    keys[index] = magnitude > INFINITY_BITS ? 0 : magnitude + 1;
  }
  const ascending = sortByDigit(keys, sortByDigit(keys, inOrder(keys.length), 0), 16);
  const ranks = new Uint32Array(values.length);
  let rank = 0;
  let previous = -1;
  for (let position = ascending.length - 1, place = 1; position >= 0; position--, place++) {
    const index = ascending[position]!;
    if (keys[index] !== previous) rank = place;
    previous = keys[index]!;
    ranks[index] = rank;
  }
  return ranks;
}

/** `order`, stably sorted by the 16 bits above bit `shift` of the keys that it points at. */
function sortByDigit(keys: Uint32Array, order: Uint32Array, shift: 0 | 16): Uint32Array {
  const { length } = keys;
  const starts = new Uint32Array(0x10001);
  for (let index = 0; index < length; index++) starts[((keys[index]! >>> shift) & 0xffff) + 1]!++;
  for (let bucket = 1; bucket < starts.length; bucket++) starts[bucket]! += starts[bucket - 1]!;
  const sorted = new Uint32Array(order.length);
  for (let place = 0; place < length; place++) {
    const index = order[place]!;
    sorted[starts[(keys[index]! >>> shift) & 0xffff]!++] = index;
  }
  return sorted;
}

function inOrder(length: number): Uint32Array {
  const indices = new Uint32Array(length);
  for (let index = 0; index < length; index++) indices[index] = index;
  return indices;
}
