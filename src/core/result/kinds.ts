import { variant } from '../schema/kinds';
import type { Of, Schema } from '../schema/schema';
import { attackKind } from './kinds/attack';
import { attributionKind } from './kinds/attribution';
import type { ResultKind } from './kinds/kind';

/** Every kind of result: a new one is a file beside these and its place here. */
const resultKinds = [attributionKind, attackKind] as const;

/** A result as it is kept: plain JSON, versioned, enough to reproduce it. Its arrays lie beside it as NPY. */
export const resultRecord = variant('kind', recordsOf(resultKinds));
export type ResultRecord = Of<(typeof resultKinds)[number]['record']>;

/** What is known of results of this record's kind. */
export function kindOf({ kind }: ResultRecord): ResultKind<ResultRecord['kind'], Schema, ResultRecord> {
  const known: readonly { readonly id: string }[] = resultKinds;
  return known.find(({ id }) => id === kind) as ResultKind<ResultRecord['kind'], Schema, ResultRecord>;
}

function recordsOf<const Kinds extends readonly { readonly record: Schema }[]>(kinds: Kinds): RecordsOf<Kinds> {
  return kinds.map(({ record }) => record) as RecordsOf<Kinds>;
}

type RecordsOf<Kinds extends readonly { readonly record: Schema }[]> = {
  -readonly [Place in keyof Kinds]: Kinds[Place]['record'];
};
