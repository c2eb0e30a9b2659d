import { isJsonArray, type JsonValue, stringAt, valueAt } from '../../json/json';

/** One or several whole numbers. Throws if there is anything else; `undefined` if the key is absent or null. */
export function integersAt(object: JsonValue | undefined, key: string): readonly number[] | undefined {
  const value = valueAt(object, key);
  if (value === undefined || value === null) return undefined;
  const list = isJsonArray(value) ? value : [value];
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
  // Keras 3 wraps arrays.
  if (/^__(tensor|numpy)__$/.test(stringAt(value, 'class_name') ?? ''))
    return flatNumbers(valueAt(valueAt(value, 'config'), 'value'), depth + 1);
  if (!isJsonArray(value) || depth > 8) throw new Error('A constant is not made of numbers');
  return value.flatMap((each) => flatNumbers(each, depth + 1));
}
