import { UserError } from '../../core/errors';
import { jsonMeasures } from './jsonMeasures';
import { MODEL_LIMITS } from '../../core/model/limits';

/** A value of a parsed JSON file. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue | undefined;
}

/** An object that is being made, or a copy that is being changed. */
export type JsonDraft = Record<string, JsonValue | undefined>;

/** True for objects that are not arrays. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isJsonArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** The value of `key`, unless it is inherited. */
export function valueAt(parent: JsonValue | undefined, key: string): JsonValue | undefined {
  return isJsonObject(parent) && Object.hasOwn(parent, key) ? parent[key] : undefined;
}

/** The object at `key`, or undefined. */
export function objectAt(parent: JsonValue | undefined, key: string): JsonObject | undefined {
  const value = valueAt(parent, key);
  return isJsonObject(value) ? value : undefined;
}

/** The array at `key`, or undefined. */
export function arrayAt(parent: JsonValue | undefined, key: string): readonly JsonValue[] | undefined {
  const value = valueAt(parent, key);
  return isJsonArray(value) ? value : undefined;
}

/** The string at `key`, or undefined. */
export function stringAt(parent: JsonValue | undefined, key: string): string | undefined {
  const value = valueAt(parent, key);
  return typeof value === 'string' ? value : undefined;
}

/** The number at `key`, or undefined. */
export function numberAt(parent: JsonValue | undefined, key: string): number | undefined {
  const value = valueAt(parent, key);
  return typeof value === 'number' ? value : undefined;
}

/** True or false at `key`, or `fallback`. */
export function flagAt(parent: JsonValue | undefined, key: string, fallback: boolean): boolean {
  const value = valueAt(parent, key);
  return typeof value === 'boolean' ? value : fallback;
}

/**
 * Parses a model's JSON file into an object, refusing what later recursive walks could not survive.
 *
 * Throws `UserError('model-unreadable')` for text that is not JSON, is no object, is too large or nested deeper than
 * `MODEL_LIMITS.jsonDepth`.
 */
export function parseModelJson(bytes: Uint8Array, name: string): JsonObject {
  if (bytes.length > MODEL_LIMITS.jsonBytes) {
    throw unreadable(`${name} is ${Math.round(bytes.length / 2 ** 20)} MB of JSON, more than any known model needs`);
  }
  const { depth, values } = jsonMeasures(bytes);
  if (depth > MODEL_LIMITS.jsonDepth)
    throw unreadable(`${name} is nested more than ${MODEL_LIMITS.jsonDepth} levels deep`);
  if (values > MODEL_LIMITS.jsonValues)
    throw unreadable(`${name} holds ${values} values, more than any known model needs`);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw unreadable(`${name} is not valid JSON (${error instanceof Error ? error.message : String(error)})`);
  }
  if (!isJsonObject(value)) throw unreadable(`${name} does not hold a JSON object`);
  return value;
}

/** Greatest nesting of brackets outside strings; needs no valid JSON. */
export function nestingDepth(bytes: Uint8Array): number {
  return jsonMeasures(bytes).depth;
}

function unreadable(message: string): UserError {
  return new UserError('model-unreadable', `${message}.`, 'Export the model again, or choose its model.json.');
}
