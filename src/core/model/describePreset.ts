import type { PreprocessingPreset } from '../image/inputChoices';

/** What a preset stands for, and would contradict. */
const REPLACED = ['range', 'mean', 'std', 'rescale', 'preset'];

/**
 * A description (the value of a `lens.json`) with the scaling of a preset; all else that it says stays, also what is not known here.
 * Undefined where the description, or its input, is not an object.
 */
export function describePreset(description: unknown, preset: PreprocessingPreset): object | undefined {
  if (!isObject(description)) return undefined;
  const input = description.input ?? {};
  if (!isObject(input)) return undefined;
  const kept = Object.fromEntries(Object.entries(input).filter(([key]) => !REPLACED.includes(key)));
  return { ...description, input: { ...kept, preset } };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
