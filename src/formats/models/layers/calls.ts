import {
  arrayAt,
  isJsonArray,
  isJsonObject,
  objectAt,
  stringAt,
  type JsonObject,
  type JsonValue,
} from '../../json/json';

/** Output `tensor` of call `node` of the layer named `layer`. */
export interface Reference {
  readonly layer: string;
  readonly node: number;
  readonly tensor: number;
}

/** An argument of a call before the values are known. */
export type RawArgument =
  | { readonly kind: 'reference'; readonly reference: Reference }
  | { readonly kind: 'constant'; readonly value: JsonValue }
  | { readonly kind: 'list'; readonly items: readonly RawArgument[] };

/** One use of a layer in a functional model. */
export interface Call {
  readonly layer: JsonObject;
  readonly name: string;
  readonly node: number;
  readonly positional: readonly RawArgument[];
  readonly named: Readonly<Record<string, RawArgument>>;
}

const MAXIMUM_DEPTH = 64;

export function nameOfLayer(layer: JsonValue): string {
  return stringAt(layer, 'name') ?? stringAt(objectAt(layer, 'config'), 'name') ?? '';
}

export function isModel(layer: JsonValue): boolean {
  return (
    arrayAt(objectAt(layer, 'config'), 'layers') !== undefined ||
    isJsonArray(isJsonObject(layer) ? layer.config : undefined)
  );
}

/** Keras 2 writes a call as [[layer, node, tensor, {arguments}], …], Keras 3 as {args, kwargs} around described tensors. */
function readCall(layer: JsonObject, name: string, node: number, written: JsonValue): Call {
  if (isJsonObject(written)) {
    const named = Object.entries(objectAt(written, 'kwargs') ?? {}).map(([key, value]) => [
      key,
      readArgument(value ?? null),
    ]);
    return {
      layer,
      name,
      node,
      positional: (arrayAt(written, 'args') ?? []).map((argument) => readArgument(argument)),
      named: Object.fromEntries(named) as Readonly<Record<string, RawArgument>>,
    };
  }
  if (!isJsonArray(written)) throw new Error('The connections of a layer are malformed');
  const references = typeof written[0] === 'string' ? [written] : written;
  const named: [string, RawArgument][] = [];
  const positional = references.map((each) => {
    if (!isJsonArray(each)) throw new Error('The connections of a layer are malformed');
    for (const [key, value] of Object.entries(isJsonObject(each[3]) ? each[3] : {}))
      named.push([key, readArgument(value ?? null)]);
    return readArgument(each.slice(0, 3));
  });
  return { layer, name, node, positional, named: Object.fromEntries(named) };
}

function readArgument(value: JsonValue, depth = 0): RawArgument {
  if (depth > MAXIMUM_DEPTH) throw new Error('The arguments of a layer are nested too deep');
  if (isJsonObject(value)) {
    const history = arrayAt(objectAt(value, 'config'), 'keras_history');
    const reference = history && asReference(history);
    return reference === undefined ? { kind: 'constant', value } : { kind: 'reference', reference };
  }
  if (!isJsonArray(value)) return { kind: 'constant', value };
  if (value[0] === '_CONSTANT_VALUE') return { kind: 'constant', value: value[2] ?? null };
  const reference = asReference(value);
  if (reference !== undefined) return { kind: 'reference', reference };
  return { kind: 'list', items: value.map((each) => readArgument(each, depth + 1)) };
}

function asReference(value: readonly JsonValue[]): Reference | undefined {
  const [layer, node, tensor] = value;
  const isIndex = (index: JsonValue | undefined): index is number =>
    Number.isSafeInteger(index) && (index as number) >= 0;
  if (typeof layer !== 'string' || !isIndex(node) || !isIndex(tensor)) return undefined;
  return { layer, node, tensor };
}

/** All references in an argument. */
function referencesOf(argument: RawArgument): readonly Reference[] {
  if (argument.kind === 'reference') return [argument.reference];
  return argument.kind === 'list' ? argument.items.flatMap(referencesOf) : [];
}

/** Inputs or outputs of a model: one reference, a list of them, or several by name. */
export function readEnds(value: JsonValue | undefined, depth = 0): readonly Reference[] {
  if (depth > 8) throw new Error('The inputs or outputs of a model are malformed');
  if (isJsonObject(value)) {
    const history = arrayAt(objectAt(value, 'config'), 'keras_history');
    return history ? readEnds(history, depth + 1) : Object.values(value).flatMap((each) => readEnds(each, depth + 1));
  }
  if (!isJsonArray(value)) throw new Error('The inputs or outputs of a model are malformed');
  const reference = asReference(value);
  return reference === undefined ? value.flatMap((each) => readEnds(each, depth + 1)) : [reference];
}

/** A value of a functional model by its reference. */
export function keyOf({ layer, node, tensor }: Reference): string {
  return `${node}/${tensor}/${layer}`;
}

/**
 * The calls that a functional model's outputs need, each after those that it uses. A nested model's own inputs count as its
 * call 0 for most writers, so that the first call from outside is 1; for some it is 0. Throws for references to nothing and
 * for circles.
 */
export function orderCalls(
  layers: readonly JsonObject[],
  outputs: readonly Reference[],
): {
  readonly calls: readonly Call[];
  /** Number that the first call from outside has, per nested model. */
  readonly firstCall: ReadonlyMap<string, number>;
} {
  const written = layers.flatMap((layer) => {
    const name = nameOfLayer(layer);
    return (arrayAt(layer, 'inbound_nodes') ?? []).map((node, index) => readCall(layer, name, index, node));
  });
  const firstCall = firstCalls(layers, [
    ...written.flatMap((call) => [...call.positional, ...Object.values(call.named)].flatMap(referencesOf)),
    ...outputs,
  ]);
  const calls = written.map((call) => ({ ...call, node: call.node + (firstCall.get(call.name) ?? 0) }));
  return { calls: sorted(calls, outputs), firstCall };
}

function firstCalls(layers: readonly JsonObject[], references: readonly Reference[]): ReadonlyMap<string, number> {
  const nested = new Map(layers.filter(isModel).map((layer) => [nameOfLayer(layer), 1]));
  for (const { layer, node } of references) if (node === 0 && nested.has(layer)) nested.set(layer, 0);
  return nested;
}

function sorted(calls: readonly Call[], outputs: readonly Reference[]): Call[] {
  const keyed = new Map(calls.map((call) => [`${call.node}/${call.name}`, call]));
  const needs = (call: Call): Call[] =>
    [...call.positional, ...Object.values(call.named)]
      .flatMap(referencesOf)
      .flatMap(({ layer, node }) => keyed.get(`${node}/${layer}`) ?? []);
  const done: Call[] = [];
  const state = new Map<Call, 'open' | 'done'>();
  const stack = outputs.flatMap(({ layer, node }) => keyed.get(`${node}/${layer}`) ?? []);
  // Depth first without recursion: a call is met once to open it and once more after all that it needs.
  while (stack.length > 0) {
    const call = stack.pop()!;
    if (state.get(call) === 'done') continue;
    if (state.get(call) === 'open') {
      state.set(call, 'done');
      done.push(call);
      continue;
    }
    state.set(call, 'open');
    stack.push(call);
    for (const needed of needs(call)) {
      if (state.get(needed) === 'open') throw new Error(`The connections of the layer “${call.name}” run in a circle`);
      if (state.get(needed) === undefined) stack.push(needed);
    }
  }
  return done;
}

/** The shape of an input as Keras writes it, batch included. */
export function inputShapeOf(layer: JsonValue): readonly (number | null)[] | undefined {
  const config = objectAt(layer, 'config');
  const shape =
    arrayAt(config, 'batch_input_shape') ??
    arrayAt(config, 'batch_shape') ??
    arrayAt(objectAt(layer, 'build_config'), 'input_shape');
  if (shape === undefined) return undefined;
  if (!shape.every((size) => size === null || Number.isSafeInteger(size)))
    throw new Error('The shape of the input is malformed');
  return shape as readonly (number | null)[];
}

/** Keras's older Sequential writes its layers as the configuration itself. */
export function layersOf(model: JsonValue): readonly JsonObject[] {
  const config = isJsonObject(model) ? model.config : undefined;
  const layers = isJsonArray(config) ? config : arrayAt(config, 'layers');
  if (layers === undefined) throw new Error('The model has no layers');
  if (!layers.every(isJsonObject)) throw new Error('The layers of the model are malformed');
  return layers;
}

/** The major version of Keras that wrote a file; 2 if that is not said. */
export function majorVersion(version: string | undefined): number {
  const major = Number.parseInt(version ?? '', 10);
  return major >= 1 && major <= 99 ? major : 2;
}
