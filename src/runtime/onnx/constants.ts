import type { Graph } from '../../core/graph/graph';

/** How many numbers the model learned. */
export function parametersOf({ constants }: Graph): number {
  return [...constants.values()].reduce((sum, { type, data }) => sum + (type === 'float32' ? data.length : 0), 0);
}

/** Name of a constant that holds NaN or infinity. */
export function damagedConstant({ constants }: Graph): string | undefined {
  for (const [name, { type, data }] of constants) if (type === 'float32' && !areFinite(data)) return name;
  return undefined;
}

/** 0 · x is 0 for every finite x, and not a number for any other: no test a weight, of which there are millions. */
function areFinite(data: Iterable<number>): boolean {
  let zero = 0;
  for (const value of data) zero += 0 * value;
  return zero === 0;
}
