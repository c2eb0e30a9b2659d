import type { ResultRecord } from '../core/result/kinds';
import type { ClassScore } from '../core/result/record';
import { anything, list, object, table, text } from '../core/schema/kinds';
import type { Of } from '../core/schema/schema';

/**
 * What makes one result of the one before it where both are of the same picture and model: the arrays, and the record's properties that
 * are others. Picture, the model's view of it and the names of the classes do not travel again; scores travel as numbers.
 */
export const resultChange = object({
  /** The result that it is a change of, and which stage of it. */
  of: text(400),
  /** Properties of the result but its record, in place of all that are no part of the picture. */
  properties: table(anything),
  /** Properties of the record that are new or others. */
  record: table(anything),
  /** Properties of the record that are no more. */
  gone: list(text(100), 1000),
});
export type ResultChange = Of<typeof resultChange>;

interface AnyResult {
  readonly record: Pick<ResultRecord, 'id' | 'image' | 'model'> & { readonly stage?: string };
  readonly classNames: readonly string[];
}

type Properties = Readonly<Record<string, unknown>>;

/** What the picture and the model make the same for every result. */
const OF_SUBJECT = ['picture', 'input', 'classNames'];

/** The change from `before` to `after`; undefined where they are not of the same picture and model. */
export function changeBetween(before: AnyResult, after: AnyResult): ResultChange | undefined {
  const [was, is] = [entriesOf(before.record), entriesOf(after.record)];
  if (!isSame(before.record.image, after.record.image) || !isSame(before.record.model, after.record.model))
    return undefined;
  const others = [...is].filter(([key, value]) => !isSame(was.get(key), value));
  return {
    of: versionOf(before),
    properties: Object.fromEntries(
      [...entriesOf(after)].filter(([key]) => key !== 'record' && !OF_SUBJECT.includes(key)),
    ),
    record: Object.fromEntries(others.map(([key, value]) => [key, packed(value, after.classNames)])),
    gone: [...was.keys()].filter((key) => !is.has(key)),
  } as ResultChange;
}

/** The result that `change` makes of `before`, still to be checked; undefined where it is a change of another one. */
export function changed(before: AnyResult, { of, properties, record, gone }: ResultChange): Properties | undefined {
  if (versionOf(before) !== of) return undefined;
  const subject = [...entriesOf(before)].filter(([key]) => OF_SUBJECT.includes(key));
  const kept = [...entriesOf(before.record)].filter(([key]) => !gone.includes(key));
  const next = unpacked(record, before.classNames) as object;
  return { ...Object.fromEntries(subject), ...properties, record: { ...Object.fromEntries(kept), ...next } };
}

/** All stages of a result have its id. */
function versionOf({ record: { id, stage } }: AnyResult): string {
  return stage === undefined ? id : `${id} ${stage}`;
}

function entriesOf(value: object): ReadonlyMap<string, unknown> {
  return new Map(Object.entries(value));
}

/** Scores of classes that are called as the model calls them: index, logit and probability of each, one after the other. */
interface PackedScores {
  readonly scores: readonly number[];
}

function packed(value: unknown, names: readonly string[]): unknown {
  if (isScores(value) && value.every(({ index, name }) => names[index] === name))
    return { scores: value.flatMap(({ index, logit, probability }) => [index, logit, probability]) };
  return eachWithin(value, (item) => packed(item, names));
}

function unpacked(value: unknown, names: readonly string[]): unknown {
  if (!isPacked(value)) return eachWithin(value, (item) => unpacked(item, names));
  const { scores } = value;
  return Array.from({ length: scores.length / 3 }, (_, place) => {
    const [index, logit, probability] = scores.slice(3 * place, 3 * place + 3);
    return { index, name: names[index!], logit, probability };
  });
}

const SCORE = ['index', 'logit', 'name', 'probability'];

function isScores(value: unknown): value is readonly ClassScore[] {
  if (!Array.isArray(value) || value.length === 0) return false;
  return value.every((item) => isProperties(item) && isSame(Object.keys(item).sort(), SCORE));
}

function isPacked(value: unknown): value is PackedScores {
  return isProperties(value) && Object.keys(value).length === 1 && Array.isArray(value.scores);
}

function eachWithin(value: unknown, make: (item: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(make);
  if (!isProperties(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, make(item)]));
}

function isProperties(value: unknown): value is Properties {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

/** Of what records are made of: numbers, texts, lists and properties. */
function isSame(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
