import type { Graph } from '../../core/graph/graph';

/** How many numbers the model learned. */
export function parametersOf({ constants }: Graph): number {
  return [...constants.values()].reduce((sum, { type, data }) => sum + (type === 'float32' ? data.length : 0), 0);
}

/** Name of a constant that holds NaN or infinity. */
export function damagedConstant({ constants }: Graph): string | undefined {
  for (const [name, { type, data }] of constants) if (type === 'float32' && !data.every(Number.isFinite)) return name;
  return undefined;
}
