/** Checks of values that came from outside; each says whether `value` has the shape that the page relies on. */
export type Guard<T> = (value: unknown) => value is T;

type Shape = Readonly<Record<string, Guard<unknown>>>;
type Shaped<S extends Shape> = { readonly [K in keyof S]: S[K] extends Guard<infer T> ? T : never };

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export const isString = (value: unknown): value is string => typeof value === 'string';
export const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';
/** NaN and infinities among them: a diverged model has such scores. */
export const isNumber = (value: unknown): value is number => typeof value === 'number';
export const isFiniteNumber = (value: unknown): value is number => Number.isFinite(value);
export const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
export const isFloats = (value: unknown): value is Float32Array => value instanceof Float32Array;
export const isSignedBytes = (value: unknown): value is Int8Array => value instanceof Int8Array;
export const isBytes = (value: unknown): value is Uint8Array => value instanceof Uint8Array;

/** An object that has at least the fields of `shape`. */
export function hasShape<S extends Shape>(shape: S): Guard<Shaped<S>> {
  const fields = Object.entries(shape);
  return (value): value is Shaped<S> => isObject(value) && fields.every(([name, guard]) => guard(value[name]));
}

export function isArrayOf<T>(guard: Guard<T>): Guard<readonly T[]> {
  return (value): value is readonly T[] => Array.isArray(value) && value.every((item) => guard(item));
}

export function isOptional<T>(guard: Guard<T>): Guard<T | undefined> {
  return (value): value is T | undefined => value === undefined || guard(value);
}

export function isOneOf<const T extends readonly (string | number)[]>(...allowed: T): Guard<T[number]> {
  return (value): value is T[number] => (allowed as readonly unknown[]).includes(value);
}

export function isEither<A, B>(first: Guard<A>, second: Guard<B>): Guard<A | B> {
  return (value): value is A | B => first(value) || second(value);
}
