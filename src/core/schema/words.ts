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

/** The words of the innermost schema on `path` that has any. */
export function wordsAt(schema: Schema & Inner, path: readonly (string | number)[]): Words | undefined {
  let current: Inner = schema;
  let { words } = current;
  for (const key of path) {
    const next = current.entries?.[key] ?? current.item;
    if (!next) break;
    current = next.wrapped ?? next;
    words = current.words ?? words;
  }
  return words;
}

/** What schemas may hold that are made of others. */
interface Inner {
  readonly words?: Words;
  readonly entries?: Readonly<Record<string | number, Inner>>;
  readonly item?: Inner;
  readonly wrapped?: Inner;
}
