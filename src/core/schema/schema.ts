import * as v from 'valibot';

/**
 * One declaration of what a value must be. From it come its type (`Of`), the check of a file or message (`reading`, `check`),
 * the field of a form and the words of an error (`asked`), and a JSON Schema (scripts/lensSchema.ts).
 */
export type Schema = v.GenericSchema;

/** The type of the values that fit a schema, not to be changed. */
export type Of<S extends Schema> = Frozen<v.InferOutput<S>>;

type Frozen<T> = T extends string | number | boolean | undefined | ArrayBufferView
  ? T
  : { readonly [Key in keyof T]: Frozen<T[Key]> };

/** Where a value first differs from its schema, and what should be there. */
export interface Misfit {
  /** Keys and places, outermost first; empty for the value itself. */
  readonly path: readonly (string | number)[];
  /** To stand after "It should be …". */
  readonly wanted: string;
}

/** What came of reading a value. */
export type Reading<T> =
  { readonly value: T; readonly misfit?: undefined } | { readonly misfit: Misfit; readonly value?: undefined };

/** `value` as the schema declares it, without what it does not name; or the first thing that does not fit. */
export function reading<S extends Schema>(schema: S, value: unknown): Reading<Of<S>> {
  const result = v.safeParse(schema, value, { abortEarly: true });
  return result.success ? { value: result.output as Of<S> } : { misfit: misfitFrom(result.issues[0]) };
}

/** As `reading`; throws a `TypeError` with the path of the first misfit. */
export function read<S extends Schema>(schema: S, value: unknown): Of<S> {
  const { value: result, misfit } = reading(schema, value);
  if (misfit) throw new TypeError(misfitText(misfit));
  return result;
}

/** As `reading`; undefined for what does not fit. */
export function readIf<S extends Schema>(schema: S, value: unknown): Of<S> | undefined {
  return reading(schema, value).value;
}

/** Keys may be anybody's. */
const LONGEST_KEY = 60;

/** "classes.0.name: not a text". */
export function misfitText({ path, wanted }: Misfit): string {
  const keys = path.map((key) => String(key).slice(0, LONGEST_KEY));
  return keys.length === 0 ? `not ${wanted}` : `${keys.join('.')}: not ${wanted}`;
}

function misfitFrom(issue: v.BaseIssue<unknown>): Misfit {
  const path = issue.path?.map(({ key }) => key as string | number) ?? [];
  // Of several possibilities the one that was meant is the one that fits furthest.
  const deepest = issue.issues
    ?.map(misfitFrom)
    .reduce((best, next) => (next.path.length > best.path.length ? next : best));
  return deepest && deepest.path.length > 0
    ? { path: [...path, ...deepest.path], wanted: deepest.wanted }
    : { path, wanted: issue.message };
}
