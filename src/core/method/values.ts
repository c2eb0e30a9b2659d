import type { ParameterValues } from './parameters';

/** The number `values[id]`, as `resolveParameters` made it; anything else is a defect of the caller. */
export function numberValue(values: ParameterValues, id: string): number {
  const value = values[id];
  if (typeof value !== 'number') throw new TypeError(`Parameter "${id}" is not resolved to a number.`);
  return value;
}

/** The boolean `values[id]`, as `resolveParameters` made it; anything else is a defect of the caller. */
export function booleanValue(values: ParameterValues, id: string): boolean {
  const value = values[id];
  if (typeof value !== 'boolean') throw new TypeError(`Parameter "${id}" is not resolved to a boolean.`);
  return value;
}

/** The choice `values[id]`, as `resolveParameters` made it; anything else is a defect of the caller. */
export function choiceValue(values: ParameterValues, id: string): string {
  const value = values[id];
  if (typeof value !== 'string') throw new TypeError(`Parameter "${id}" is not resolved to a choice.`);
  return value;
}

/** The text `values[id]`, as `resolveParameters` made it; anything else is a defect of the caller. */
export function textValue(values: ParameterValues, id: string): string {
  const value = values[id];
  if (typeof value !== 'string') throw new TypeError(`Parameter "${id}" is not resolved to text.`);
  return value;
}
