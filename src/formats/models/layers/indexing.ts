import { isJsonObject, numberAt, objectAt, stringAt, type JsonValue } from '../../json/json';
import type { Argument, LayerScope } from './scope';
import { axisIn, inOrder, plainValue, valueIn, type LayerValue } from './value';

/** What stands for one axis between brackets. */
type Index =
  | { readonly kind: 'range'; readonly start: number; readonly stop: number; readonly step: number }
  | { readonly kind: 'place'; readonly at: number }
  | { readonly kind: 'new' };

const LAST = 2 ** 31 - 1;
const WHOLE: Index = { kind: 'range', start: 0, stop: LAST, step: 1 };

/**
 * x[…] as numpy has it: ranges, single places, new axes and an ellipsis, which leave the batch as it is. Undefined for anything else,
 * such as an index that is computed.
 */
export function indexed({ builder }: LayerScope, x: LayerValue, key: Argument | undefined): LayerValue | undefined {
  const indices = indicesOf(key, x.shape.length);
  if (indices === undefined) return undefined;
  const [batch, ...others] = indices;
  if (batch?.kind !== 'range' || batch.start !== 0 || batch.stop !== LAST || batch.step !== 1) return undefined;
  if (others.every(({ kind }) => kind === 'range')) return valueIn(x.native, builder, ranged(builder, x, indices));
  const cut = cutPlain(builder, x, indices);
  const gone = placesOf(
    indices.filter(({ kind }) => kind !== 'new'),
    'place',
  );
  const left = gone.length === 0 ? cut : builder.add('Squeeze', [cut, builder.indices(gone)]);
  const added = placesOf(
    indices.filter(({ kind }) => kind !== 'place'),
    'new',
  );
  return plainValue(builder, added.length === 0 ? left : builder.add('Unsqueeze', [left, builder.indices(added)]));
}

/** x with its elements along an axis in the opposite order. */
export function flipped({ builder }: LayerScope, x: LayerValue, axes: readonly number[]): LayerValue {
  const turned = new Set(axes.map((axis) => axisIn('plain', axis, x.shape.length)));
  const indices = x.shape.map((_, axis): Index => (turned.has(axis) ? BACKWARDS : WHOLE));
  return valueIn(x.native, builder, ranged(builder, x, indices));
}

const BACKWARDS: Index = { kind: 'range', start: LAST, stop: -LAST, step: -1 };

function placesOf(indices: readonly Index[], kind: Index['kind']): readonly number[] {
  return indices.flatMap((index, at) => (index.kind === kind ? [at] : []));
}

/** Of ranges alone, in the order that costs nothing. */
function ranged(builder: LayerScope['builder'], x: LayerValue, indices: readonly Index[]): string {
  return sliced(builder, inOrder(x), indices, (axis) => axisIn(x.native, axis, x.shape.length));
}

function cutPlain(builder: LayerScope['builder'], x: LayerValue, indices: readonly Index[]): string {
  return sliced(
    builder,
    x.plain(),
    indices.filter(({ kind }) => kind !== 'new'),
    (axis) => axis,
  );
}

function sliced(
  builder: LayerScope['builder'],
  name: string,
  indices: readonly Index[],
  place: (axis: number) => number,
): string {
  const cuts = indices.flatMap((index, axis) => {
    if (index.kind === 'place')
      return [{ axis, start: index.at, stop: index.at === -1 ? LAST : index.at + 1, step: 1 }];
    return index.kind === 'range' && index !== WHOLE ? [{ axis, ...index }] : [];
  });
  if (cuts.length === 0) return name;
  const lists = [
    cuts.map(({ start }) => start),
    cuts.map(({ stop }) => stop),
    cuts.map(({ axis }) => place(axis)),
    cuts.map(({ step }) => step),
  ];
  return builder.add('Slice', [name, ...lists.map((list) => builder.indices(list))]);
}

/** One for each axis, the ellipsis and what is not written filled up. */
function indicesOf(key: Argument | undefined, rank: number): readonly Index[] | undefined {
  if (key === undefined || key.kind === 'value') return undefined;
  const written = key.kind === 'list' ? key.items : [key];
  const constants = written.map((item) => (item.kind === 'constant' ? item.value : undefined));
  if (constants.some((value) => value === undefined)) return undefined;
  const isEllipsis = (value: JsonValue | undefined): boolean => stringAt(value, 'class_name') === '__ellipsis__';
  const found = constants.map((value) => (isEllipsis(value) ? 'ellipsis' : indexOf(value!)));
  if (found.includes(undefined) || found.filter((index) => index === 'ellipsis').length > 1) return undefined;
  const taken = found.filter((index) => index !== 'ellipsis' && index!.kind !== 'new').length;
  if (taken > rank) return undefined;
  const rest = new Array<Index>(rank - taken).fill(WHOLE);
  const whole = found.includes('ellipsis') ? found : [...found, 'ellipsis' as const];
  return whole.flatMap((index) => (index === 'ellipsis' ? rest : [index!]));
}

function indexOf(value: JsonValue): Index | undefined {
  if (value === null) return { kind: 'new' };
  if (typeof value === 'number') return Number.isSafeInteger(value) ? { kind: 'place', at: value } : undefined;
  if (!isJsonObject(value)) return undefined;
  // Keras 2 writes the three numbers alone.
  const isPlain = ['start', 'stop', 'step'].every((key) => Object.hasOwn(value, key));
  if (!isPlain && stringAt(value, 'class_name') !== '__slice__') return undefined;
  const config = isPlain ? value : objectAt(value, 'config');
  const [start, stop, step] = ['start', 'stop', 'step'].map((name) => {
    const given = config?.[name] ?? null;
    return given === null ? undefined : (numberAt(config, name) ?? NaN);
  });
  if ([start, stop, step].some((each) => each !== undefined && !Number.isSafeInteger(each)) || step === 0)
    return undefined;
  if (start === undefined && stop === undefined && (step ?? 1) === 1) return WHOLE;
  const isForwards = (step ?? 1) > 0;
  return {
    kind: 'range',
    start: start ?? (isForwards ? 0 : LAST),
    stop: stop ?? (isForwards ? LAST : -LAST),
    step: step ?? 1,
  };
}
