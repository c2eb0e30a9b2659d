/** A seeded source of numbers in [0, 1). */
export type RandomSource = () => number;

/** SplitMix32 (Steele, Lea & Flood 2014, 32-bit form): the same numbers for the same seed on every machine. */
export function createRandom(seed: number): RandomSource {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    return mix(state) / 0x1_0000_0000;
  };
}

/**
 * A seed of its own for each thing that draws: what happens at step n depends on the run's seed and on n alone, so that a
 * continued run needs no memory of the draws before it.
 */
export function deriveSeed(seed: number, ...purpose: readonly number[]): number {
  return purpose.reduce((state, part) => mix((Math.imul(state, 0x85ebca6b) ^ part) + 0x9e3779b9), mix(seed));
}

/** A point of the plane whose coordinates, radius · cos angle and radius · sin angle, are draws from N(0, 1) (Box & Muller 1958). */
export function drawNormalPoint(random: RandomSource): { readonly radius: number; readonly angle: number } {
  const radius = Math.sqrt(-2 * Math.log(1 - random()));
  return { radius, angle: 2 * Math.PI * random() };
}

/** A draw from N(0, 1). */
export function drawNormal(random: RandomSource): number {
  const { radius, angle } = drawNormalPoint(random);
  return radius * Math.cos(angle);
}

/** 0 … count − 1 in random order (Fisher–Yates). */
export function shuffledIndices(count: number, random: RandomSource): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}

function mix(value: number): number {
  let mixed = value >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}
