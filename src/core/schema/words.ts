import type { Schema } from './schema';

/** How a value is asked for. */
export interface Words {
  /** To stand after "The …" in a sentence. */
  readonly name: string;
  /** Above the field of a form. */
  readonly caption: string;
  /** One sentence. */
  readonly description: string;
  /** `share`: of a whole, in [0, 1]; people read and type it in percent. Others are told with the range. */
  readonly unit?: 'share';
}

/** One of a few that a person may choose. */
export interface Possibility<T extends string = string> {
  readonly id: T;
  readonly label: string;
  readonly description?: string;
}

/** A schema that people are asked for by words. */
export type Asked<S> = S & { readonly words: Words };

/* @__NO_SIDE_EFFECTS__ */
export function asked<S extends Schema>(schema: S, words: Words): Asked<S> {
  return { ...schema, words };
}

/** The words of the schema at `path`; undefined where it has none. */
export function wordsAt(schema: Schema, path: readonly (string | number)[]): Words | undefined {
  let current: Partial<Inner> | undefined = schema as Partial<Inner>;
  let words: Words | undefined;
  for (const key of [undefined, ...path]) {
    if (key !== undefined) current = (current?.entries?.[key] ?? current?.item) as Partial<Inner> | undefined;
    current = current?.wrapped ?? current;
    words = current?.words ?? words;
  }
  return words;
}

/** What schemas hold that are made of others. */
interface Inner {
  readonly words: Words;
  readonly entries: Readonly<Record<string | number, Schema>>;
  readonly item: Schema;
  readonly wrapped: Partial<Inner>;
}
