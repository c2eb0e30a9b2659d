/** Reads a value of unknown origin (a page's message, a stored file, a setting) as a `T`, or throws a TypeError that says where it fails. */
export type Reader<T> = (value: unknown) => T;

type Readers = Readonly<Record<string, Reader<unknown>>>;
type Values<R extends Readers> = { readonly [Key in keyof R]: ReturnType<R[Key]> };

/** An object with every property of `required`, perhaps those of `possible`; others are left out. */
export function object<R extends Readers>(required: R): Reader<Values<R>>;
export function object<R extends Readers, P extends Readers>(
  required: R,
  possible: P,
): Reader<Values<R> & Partial<Values<P>>>;
export function object(required: Readers, possible: Readers = {}): Reader<unknown> {
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('Not an object');
    const given = value as Record<string, unknown>;
    const result: Record<string, unknown> = {};
    for (const [key, reader] of Object.entries(required)) result[key] = at(key, reader, given[key]);
    for (const [key, reader] of Object.entries(possible))
      if (given[key] !== undefined) result[key] = at(key, reader, given[key]);
    return result;
  };
}

function at<T>(key: string, reader: Reader<T>, value: unknown): T {
  try {
    return reader(value);
  } catch (error) {
    throw new TypeError(`${key}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

export function array<T>(reader: Reader<T>, longest = 100_000): Reader<readonly T[]> {
  return (value) => {
    if (!Array.isArray(value) || value.length > longest)
      throw new TypeError(`Not an array of at most ${longest} items`);
    return value.map((item: unknown, index) => at(String(index), reader, item));
  };
}

export function string(longest = 10_000): Reader<string> {
  return (value) => {
    if (typeof value !== 'string' || value.length > longest)
      throw new TypeError(`Not a text of at most ${longest} characters`);
    return value;
  };
}

/** A finite number from `minimum` to `maximum`. */
export function number(minimum = -Number.MAX_VALUE, maximum = Number.MAX_VALUE): Reader<number> {
  return (value) => {
    if (typeof value !== 'number' || !(value >= minimum && value <= maximum))
      throw new TypeError(`Not a number from ${minimum} to ${maximum}`);
    return value;
  };
}

export function integer(minimum: number, maximum = Number.MAX_SAFE_INTEGER): Reader<number> {
  const reader = number(minimum, maximum);
  return (value) => {
    const result = reader(value);
    if (!Number.isInteger(result)) throw new TypeError('Not an integer');
    return result;
  };
}

/** A number as JSON keeps it: NaN and the infinities become `null` there, and NaN here. */
export const measured: Reader<number> = (value) => {
  if (value === null) return NaN;
  if (typeof value !== 'number') throw new TypeError('Not a number');
  return value;
};

export const boolean: Reader<boolean> = (value) => {
  if (typeof value !== 'boolean') throw new TypeError('Not a boolean');
  return value;
};

export function literal<T extends string | number>(expected: T): Reader<T> {
  return (value) => {
    if (value !== expected) throw new TypeError(`Not ${JSON.stringify(expected)}`);
    return expected;
  };
}

export function choice<T extends string | number>(allowed: readonly T[]): Reader<T> {
  return (value) => {
    const found = allowed.find((item) => item === value);
    if (found === undefined) throw new TypeError(`Not one of ${allowed.join(', ')}`);
    return found;
  };
}

export function optional<T>(reader: Reader<T>): Reader<T | undefined> {
  return (value) => (value === undefined || value === null ? undefined : reader(value));
}

export function firstOf<A, B>(first: Reader<A>, second: Reader<B>): Reader<A | B> {
  return (value) => {
    try {
      return first(value);
    } catch {
      return second(value);
    }
  };
}

export function record<T>(reader: Reader<T>, most = 200): Reader<Readonly<Record<string, T>>> {
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('Not an object');
    const entries = Object.entries(value);
    if (entries.length > most) throw new TypeError(`More than ${most} entries`);
    return Object.fromEntries(entries.map(([key, item]) => [key, at(key, reader, item)]));
  };
}

/** Objects told apart by the text of one property. */
export function tagged<Key extends string, Cases extends Readers>(
  key: Key,
  cases: Cases,
): Reader<
  { [Tag in keyof Cases & string]: Readonly<Record<Key, Tag>> & ReturnType<Cases[Tag]> }[keyof Cases & string]
> {
  return (value) => {
    const tag: unknown =
      typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
    if (typeof tag !== 'string' || !Object.hasOwn(cases, tag)) throw new TypeError(`${key}: unknown`);
    return { ...(cases[tag]!(value) as object), [key]: tag } as never;
  };
}
