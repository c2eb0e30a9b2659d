import * as v from 'valibot';

/**
 * One declaration of what a value must be. From it come its type (`Of`), the check of a file or message (`read`, `misfitOf`),
 * the field of a form and the words of an error (`asked`), and a JSON Schema (scripts/jsonSchema.ts).
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

/** The first thing about `value` that does not fit; undefined where all does. */
export function misfitOf(schema: Schema, value: unknown): Misfit | undefined {
  const result = v.safeParse(schema, value, ABORT);
  return result.success ? undefined : misfitFrom(result.issues[0]);
}

/** `value` as the schema declares it, without what it does not name. Throws a `TypeError` with the path of the first misfit. */
export function read<S extends Schema>(schema: S, value: unknown): Of<S> {
  const result = v.safeParse(schema, value, ABORT);
  if (result.success) return result.output as Of<S>;
  throw new TypeError(misfitText(misfitFrom(result.issues[0])));
}

/** As `read`; undefined for what does not fit. */
export function readIf<S extends Schema>(schema: S, value: unknown): Of<S> | undefined {
  const result = v.safeParse(schema, value, ABORT);
  return result.success ? (result.output as Of<S>) : undefined;
}

/** "classes.0.name: not a text". */
export function misfitText({ path, wanted }: Misfit): string {
  return path.length === 0 ? `not ${wanted}` : `${path.join('.')}: not ${wanted}`;
}

const ABORT = { abortEarly: true } as const;

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
