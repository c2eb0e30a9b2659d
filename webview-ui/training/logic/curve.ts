export interface CurvePoint {
  readonly x: number;
  readonly y: number;
}

/**
 * Exponential moving average sᵢ = w·sᵢ₋₁ + (1 − w)·vᵢ, divided by 1 − wᵏ for the k values so far, so that the start is not drawn
 * towards 0. Values that are not finite stay as they are and are not averaged.
 */
export function smooth(values: Float32Array, weight: number): Float32Array {
  const smoothed = new Float32Array(values.length);
  let average = 0;
  let remaining = 1;
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    if (!Number.isFinite(value)) {
      smoothed[index] = value;
      continue;
    }
    average = weight * average + (1 - weight) * value;
    remaining *= weight;
    smoothed[index] = average / (1 - remaining);
  }
  return smoothed;
}

/**
 * At most `most` points of a long curve: the smallest and the largest value of each of most/2 stretches, so that no peak is lost.
 * Values that are not finite are left out. `xOf` is the place of value i.
 */
export function decimate(values: Float32Array, most: number, xOf: (index: number) => number): CurvePoint[] {
  const points: CurvePoint[] = [];
  const add = (index: number): void => {
    const y = values[index]!;
    if (Number.isFinite(y)) points.push({ x: xOf(index), y });
  };
  const { length } = values;
  if (length <= most) {
    for (let index = 0; index < length; index++) add(index);
    return points;
  }
  const stretches = Math.max(1, Math.floor(most / 2));
  for (let stretch = 0; stretch < stretches; stretch++) {
    const start = Math.floor((stretch * length) / stretches);
    const end = Math.floor(((stretch + 1) * length) / stretches);
    const [lowest, highest] = extremes(values, start, end);
    if (lowest < 0) continue;
    add(Math.min(lowest, highest));
    if (lowest !== highest) add(Math.max(lowest, highest));
  }
  return points;
}

/** Places of the smallest and the largest finite value; −1 where there is none. */
function extremes(values: Float32Array, start: number, end: number): readonly [lowest: number, highest: number] {
  let lowest = -1;
  let highest = -1;
  for (let index = start; index < end; index++) {
    const value = values[index]!;
    if (!Number.isFinite(value)) continue;
    if (lowest < 0 || value < values[lowest]!) lowest = index;
    if (highest < 0 || value > values[highest]!) highest = index;
  }
  return [lowest, highest];
}
