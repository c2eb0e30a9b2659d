/** A value of a parsed JSON file. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue | undefined;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** The value of `key`, unless it is inherited. */
function own(object: JsonValue | undefined, key: string): JsonValue | undefined {
  return isObject(object) && Object.hasOwn(object, key) ? object[key] : undefined;
}

export function objectAt(object: JsonValue | undefined, key: string): JsonObject | undefined {
  const value = own(object, key);
  return isObject(value) ? value : undefined;
}

export function listAt(object: JsonValue | undefined, key: string): readonly JsonValue[] | undefined {
  const value = own(object, key);
  return isList(value) ? value : undefined;
}

export function textAt(object: JsonValue | undefined, key: string): string | undefined {
  const value = own(object, key);
  return typeof value === 'string' ? value : undefined;
}

export function numberAt(object: JsonValue | undefined, key: string): number | undefined {
  const value = own(object, key);
  return typeof value === 'number' ? value : undefined;
}

export function flagAt(object: JsonValue | undefined, key: string, fallback: boolean): boolean {
  const value = own(object, key);
  return typeof value === 'boolean' ? value : fallback;
}

/** One or several whole numbers. Throws if there is anything else; `undefined` if the key is absent or null. */
export function integersAt(object: JsonValue | undefined, key: string): readonly number[] | undefined {
  const value = own(object, key);
  if (value === undefined || value === null) return undefined;
  const list = isList(value) ? value : [value];
  if (list.every((each) => Number.isSafeInteger(each))) return list as readonly number[];
  throw new Error(`“${key}” is not made of whole numbers`);
}

/** A whole number for each of `count` axes: one for all, or one for each. Throws unless all are at least `least`. */
export function perAxisAt(
  object: JsonValue | undefined,
  key: string,
  fallback: readonly number[],
  least = 1,
): readonly number[] {
  const given = integersAt(object, key);
  if (given === undefined) return fallback;
  const values = given.length === 1 ? fallback.map(() => given[0]!) : given;
  if (values.length !== fallback.length || values.some((value) => value < least || value > 65_536))
    throw new Error(`“${key}” does not suit the layer`);
  return values;
}

/** All numbers in a list of any nesting up to eight levels. */
export function flatNumbers(value: JsonValue | undefined, depth = 0): number[] {
  if (typeof value === 'number') return [value];
  if (!isList(value) || depth > 8) throw new Error('A constant is not made of numbers');
  return value.flatMap((each) => flatNumbers(each, depth + 1));
}
