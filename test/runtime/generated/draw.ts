/** Repeatable draws of one model, all from one seed (mulberry32). */
export interface Draw {
  /** In [0, 1). */
  number(): number;
  /** A whole number from `low` to `high`, both included. */
  whole(low: number, high: number): number;
  of<T>(choices: readonly T[]): T;
  chance(probability: number): boolean;
  /** Standard normal numbers times `scale` (Box–Muller). */
  normals(count: number, scale: number): Float32Array;
}

export function drawFrom(seed: number): Draw {
  let state = Math.imul(seed, 0x9e3779b1) >>> 0;
  const number = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const whole = (low: number, high: number): number => low + Math.floor(number() * (high - low + 1));
  return {
    number,
    whole,
    of: (choices) => choices[whole(0, choices.length - 1)]!,
    chance: (probability) => number() < probability,
    normals: (count, scale) =>
      Float32Array.from(
        { length: count },
        () => scale * Math.sqrt(-2 * Math.log(1 - number())) * Math.cos(2 * Math.PI * number()),
      ),
  };
}
