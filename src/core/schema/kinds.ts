import * as v from 'valibot';
import { quick, quickLeaf, takerOf, testOf } from './quick';
import type { Schema } from './schema';
import type { Possibility } from './words';

/** A text of at most `longest` characters. */
/* @__NO_SIDE_EFFECTS__ */
export function text(longest = 100_000) {
  const wanted = `a text of at most ${longest} characters`;
  return quickLeaf(
    v.pipe(v.string(wanted), v.maxLength(longest, wanted)),
    (value) => typeof value === 'string' && value.length <= longest,
  );
}

export const flag = v.boolean('true or false');

/** Whatever it is: somebody else looks at it. */
export const anything = v.unknown();

/* @__NO_SIDE_EFFECTS__ */
export function literal<const T extends string | number | boolean>(value: T) {
  return v.literal(value, JSON.stringify(value));
}

/** A text of at least `shortest` characters, said as `wanted`. */
/* @__NO_SIDE_EFFECTS__ */
export function filledText(wanted: string, shortest = 1) {
  return v.pipe(v.string(wanted), v.minLength(shortest, wanted));
}

/** A list of `shortest` to `longest` items; it and its items are said as `wanted`. */
/* @__NO_SIDE_EFFECTS__ */
export function filledList<S extends Schema>(item: S, wanted: string, shortest = 1, longest = 1e6) {
  return v.pipe(v.array(item, wanted), v.minLength(shortest, wanted), v.maxLength(longest, wanted));
}

/** With a sentence for who writes it. */
/* @__NO_SIDE_EFFECTS__ */
export function described<S extends Schema>(schema: S, description: string) {
  return v.pipe(schema, v.description(description));
}

/** One of several texts or numbers. */
/* @__NO_SIDE_EFFECTS__ */
export function choice<const T extends readonly (string | number)[]>(values: T) {
  return v.picklist(values, `one of ${values.map((value) => JSON.stringify(value)).join(', ')}`);
}

/** One of a few that a person may choose, each with its words. */
/* @__NO_SIDE_EFFECTS__ */
export function chosenFrom<const T extends string>(possibilities: readonly Possibility<T>[]) {
  return { ...choice(possibilities.map(({ id }) => id)), possibilities };
}

/* @__NO_SIDE_EFFECTS__ */
export function list<S extends Schema>(item: S, longest = 100_000) {
  const wanted = `a list of at most ${longest} items`;
  const test = testOf(item);
  const take = takerOf(item);
  return quick(v.pipe(v.array(item, wanted), v.maxLength(longest, wanted)), (value, config) => {
    if (!Array.isArray(value) || value.length > longest) return undefined;
    if (value.every(test)) return { value };
    const result: unknown[] = [];
    for (const each of value as readonly unknown[]) {
      const taken = take(each, config);
      if (!taken) return undefined;
      result.push(taken.value);
    }
    return { value: result };
  });
}

/** Two of a kind. */
/* @__NO_SIDE_EFFECTS__ */
export function pair<S extends Schema>(item: S) {
  return v.tuple([item, item], 'a list of two');
}

/** Values by names that are not known before. */
/* @__NO_SIDE_EFFECTS__ */
export function table<S extends Schema>(value: S, most = 200) {
  const wanted = `an object of at most ${most} entries`;
  return v.pipe(
    v.custom<Record<string, unknown>>(isObject, wanted),
    v.record(v.string(), value, wanted),
    v.maxEntries(most, wanted),
  );
}

/** An object with these properties; others are left out. A property that is undefined counts as absent. */
/* @__NO_SIDE_EFFECTS__ */
export function object<const E extends v.ObjectEntries>(entries: E, wanted = 'an object'): v.ObjectSchema<E, string> {
  const schema = v.object(entries, wanted);
  const inner = Object.entries(entries) as [string, Schema][];
  const exact: v.ObjectSchema<E, string> = {
    ...schema,
    '~run'(dataset, config) {
      const { value } = dataset;
      if (!isObject(value)) return schema['~run']({ value: undefined }, config);
      const given: Record<string, unknown> = {};
      // What is missing is looked at, too, so that it is said what should be there.
      for (const [key, { type }] of inner)
        if (value[key] !== undefined || type !== 'exact_optional') given[key] = value[key];
      return schema['~run']({ value: given }, config);
    },
  };
  const takers = inner.map(([key, property]) => ({
    key,
    isPossible: property.type === 'exact_optional',
    test: testOf(property),
    take: takerOf(property),
  }));
  return quick(exact, (value, config) => {
    if (!isObject(value)) return undefined;
    const result: Record<string, unknown> = {};
    for (const { key, isPossible, test, take } of takers) {
      const given = value[key];
      if (test(given)) {
        result[key] = given;
        continue;
      }
      if (given === undefined && isPossible) continue;
      const taken = take(given, config);
      if (!taken) return undefined;
      result[key] = taken.value;
    }
    return { value: result };
  });
}

/** An object that is checked where it is used. */
export const anyObject = v.custom<object>(isObject, 'an object');

/** A property of an object that may be absent. */
/* @__NO_SIDE_EFFECTS__ */
export function possible<S extends Schema>(schema: S) {
  return v.exactOptional(schema);
}

/** A value, or undefined. */
/* @__NO_SIDE_EFFECTS__ */
export function optional<S extends Schema>(schema: S) {
  return v.optional(schema);
}

/* @__NO_SIDE_EFFECTS__ */
export function either<A extends Schema, B extends Schema>(first: A, second: B, wanted: string) {
  return v.union([first, second], wanted);
}

/** Objects told apart by the text at `key`. */
/* @__NO_SIDE_EFFECTS__ */
export function variant<const K extends string, const O extends v.VariantOptions<K>>(key: K, options: O) {
  return v.variant(key, options, ({ path }) => (path ? `a known ${key}` : 'an object'));
}

/** What passes `schema` and a test beyond it. */
/* @__NO_SIDE_EFFECTS__ */
export function such<S extends Schema>(schema: S, test: (value: v.InferOutput<S>) => boolean, wanted: string) {
  return v.pipe(schema, v.check(test, wanted));
}

/* @__NO_SIDE_EFFECTS__ */
function instance<T>(type: abstract new (...given: never[]) => T, wanted: string) {
  const test = (value: unknown): boolean => value instanceof type;
  return quickLeaf(v.custom<T>(test, wanted), test);
}

export const floats = instance<Float32Array>(Float32Array, 'float32 numbers');
export const bytes = instance<Uint8Array>(Uint8Array, 'bytes');
export const signedBytes = instance<Int8Array>(Int8Array, 'signed bytes');

/** A file of at most `most` bytes that begins with `signature`. */
/* @__NO_SIDE_EFFECTS__ */
export function file(kind: string, signature: readonly number[], most: number) {
  return such(
    bytes,
    (value) => value.byteLength <= most && signature.every((byte, index) => value[index] === byte),
    kind,
  );
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
