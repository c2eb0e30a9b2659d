import type { Interpolation } from '../../../core/image/inputChoices';
import type { JsonValue } from '../../json/json';
import { arrayAt, numberAt, objectAt, valueAt } from '../../json/json';
import { cleanName } from '../../labels/cleanName';
import { orderNames } from '../../labels/orderNames';
import { readJsonNames } from '../../labels/readJson';

/** Pillow's numbers of its filters, which transformers writes as `resample`. */
export const PILLOW_FILTERS: readonly Interpolation[] = ['nearest', 'lanczos', 'bilinear', 'bicubic', 'box', 'hamming'];

/** One or three finite numbers at `key`. */
export function channelsAt(parent: JsonValue | undefined, key: string): readonly number[] | undefined {
  const single = numberAt(parent, key);
  const values = single === undefined ? arrayAt(parent, key) : [single];
  const isNumber = (value: JsonValue): value is number => typeof value === 'number' && Number.isFinite(value);
  return values && (values.length === 1 || values.length === 3) && values.every(isNumber) ? values : undefined;
}

/** A whole number of pixels at `key`. */
export function sideAt(parent: JsonValue | undefined, key: string): number | undefined {
  const value = numberAt(parent, key);
  return value !== undefined && Number.isInteger(value) && value > 0 && value <= 1e5 ? value : undefined;
}

/** { height, width } at `key`, or one number for both. */
export function sizeAt(parent: JsonValue | undefined, key: string): { height: number; width: number } | undefined {
  const both = sideAt(parent, key);
  if (both !== undefined) return { height: both, width: both };
  const size = objectAt(parent, key);
  const [height, width] = [sideAt(size, 'height'), sideAt(size, 'width')];
  return height === undefined || width === undefined ? undefined : { height, width };
}

/** Names at `key` in any of the forms of label files; undefined where they cannot be read, or say nothing ("LABEL_0"). */
export function namesAt(parent: JsonValue | undefined, key: string, origin: string): readonly string[] | undefined {
  const value = valueAt(parent, key);
  return value === undefined ? undefined : namesOf(value, origin);
}

/** The same of a value. */
export function namesOf(value: JsonValue, origin: string): readonly string[] | undefined {
  try {
    const { names } = orderNames(readJsonNames(value, origin), origin);
    return names.every((name) => /^LABEL_\d+$/.test(name)) ? undefined : names.map(cleanName);
  } catch {
    return undefined;
  }
}
