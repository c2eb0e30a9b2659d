/** What a piece of JSON must look like: a test of one value, an object by its keys, or a list of alike items. */
export type Shape = ((value: unknown) => boolean) | ObjectShape | readonly [Shape];
interface ObjectShape {
  readonly [key: string]: Shape;
}

export const isText: Shape = (value) => typeof value === 'string';
export const isNumber: Shape = (value) => typeof value === 'number';
export const isCount: Shape = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
export const isPositive: Shape = (value) => Number.isSafeInteger(value) && (value as number) >= 1;
export const isBoolean: Shape = (value) => typeof value === 'boolean';

/** A number that JSON may have lost: NaN and ∞ are written as null. */
export const isLossy: Shape = (value) => value === null || typeof value === 'number';

export function oneOf(...choices: readonly unknown[]): Shape {
  return (value) => choices.includes(value);
}

export function optional(shape: Shape): Shape {
  return (value) => value === undefined || firstMisfit(value, shape) === undefined;
}

/** Where `value` first differs from `shape`, as a path of keys; undefined where it fits. Other keys may be there. */
export function firstMisfit(value: unknown, shape: Shape, path = 'it'): string | undefined {
  if (typeof shape === 'function') return shape(value) ? undefined : path;
  if (isList(shape)) {
    if (!Array.isArray(value)) return path;
    for (const [index, item] of value.entries()) {
      const misfit = firstMisfit(item, shape[0], `${path}[${index}]`);
      if (misfit !== undefined) return misfit;
    }
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return path;
  for (const [key, inner] of Object.entries(shape)) {
    const misfit = firstMisfit((value as Record<string, unknown>)[key], inner, `${path}.${key}`);
    if (misfit !== undefined) return misfit;
  }
  return undefined;
}

function isList(shape: Shape): shape is readonly [Shape] {
  return Array.isArray(shape);
}
