import { GraphBuilder } from '../../../core/graph/builder';
import type { Graph } from '../../../core/graph/graph';
import { operators } from '../../../core/graph/ops/registry';
import type { Shape } from '../../../core/graph/tensor';
import {
  inputShapeOf,
  isModel,
  keyOf,
  layersOf,
  majorVersion,
  nameOfLayer,
  orderCalls,
  readEnds,
  type RawArgument,
} from './calls';
import { completeShape } from './inputSize';
import { flagAt, arrayAt, objectAt, stringAt, type JsonObject, type JsonValue } from '../../json/json';
import { markLayer } from './markLayer';
import { snakeCase, uniqueNames } from './naming';
import { createScope, type Argument, type ConstantCache } from './scope';
import { isOperation, readerOf } from './table';
import type { LayerNoise, LayerParameter, TrainingRecord } from './training';
import { bothOrders, plainValue, type LayerValue } from './value';
import type { WeightSource } from './weightSource';
import { isChannelsFirst } from './window';

const LIMITS = { depth: 64, layers: 20_000, calls: 50_000 } as const;

export interface LayersOptions {
  /** Version of Keras that wrote the model, e.g. "3.9.0"; default: the topology's own. */
  readonly kerasVersion?: string | undefined;
  /** Sides of the picture for models that leave them open. */
  readonly height?: number | undefined;
  readonly width?: number | undefined;
  /** What stands before the first layer that cannot be read is enough; the values made till then are the outputs. */
  readonly mayEnd?: boolean;
  /** Told of every call of a layer that is not a model, in order. */
  readonly observe?: ((layer: ObservedLayer) => void) | undefined;
}

export interface ObservedLayer {
  /** Names of the nested models that hold it, from the outside in, and its own. */
  readonly names: readonly string[];
  readonly className: string;
  /** Of its first output, in Keras's order; the first axis is the batch. */
  readonly shape: Shape;
}

/**
 * Reads a Keras or TensorFlow.js layers model into the IR.
 *
 * `topology` is the `modelTopology` of a TensorFlow.js file, its `model_config`, or a Keras configuration; Keras 2 and 3 are
 * understood. Inputs are as the model has them, mostly [batch, height, width, channels]; within the graph pictures lie
 * [batch, channels, height, width]. Values are those of inference in float32. Outputs carry the names of their layers.
 *
 * Throws an Error that names the layer for layers with code, unknown ones and options without meaning here, and for
 * configurations that are damaged, circular, or ask for more than the limits of depth (64), layers (20,000) and calls (50,000).
 */
export function readLayers(topology: JsonObject, weights: WeightSource, options: LayersOptions = {}): Graph {
  return readAll(topology, weights, options, undefined);
}

/** A network whose weights are inputs of its graph, behind the picture. */
export interface TrainableGraph {
  readonly graph: Graph;
  /** By the name of the input; weights of layers that are frozen (`trainable: false`) are constants and not among them. */
  readonly parameters: ReadonlyMap<string, LayerParameter>;
  /** A node Dropout with the attribute `seed` = k stands where noise k belongs. */
  readonly noises: readonly LayerNoise[];
}

/**
 * {@link readLayers} for training: the graph still computes inference, with weights as inputs. A BatchNormalization node with
 * the attribute `momentum` normalises by its minibatch while the network is trained. Throws too for layers whose part in
 * training is not known.
 */
export function readTrainableLayers(
  topology: JsonObject,
  weights: WeightSource,
  options: LayersOptions = {},
): TrainableGraph {
  const training = { parameters: new Map<string, LayerParameter>(), noises: [] };
  return { graph: readAll(topology, weights, options, training), ...training };
}

function readAll(
  topology: JsonObject,
  weights: WeightSource,
  options: LayersOptions,
  training: TrainingRecord | undefined,
): Graph {
  const model = objectAt(topology, 'model_config') ?? topology;
  const builder = new GraphBuilder(operators);
  const facts = { layers: 0, channelsFirst: false };
  survey(model, facts, 0);
  const context: Context = {
    builder,
    weights,
    kerasVersion: majorVersion(options.kerasVersion ?? stringAt(topology, 'keras_version')),
    caches: new Map(),
    counted: { calls: 0 },
    observe: options.observe,
    training,
    made: [],
    layers: new Map(),
  };
  const starts = inputsOf(model, 0);
  if (new Set(starts.map(({ name }) => name)).size !== starts.length)
    throw new Error('Two inputs of the model have one name');
  const inputs = starts.map(({ name, shape }) => {
    const input = builder.input(name, { type: 'float32', shape: completeShape(shape, facts.channelsFirst, options) });
    const plain = plainValue(builder, input);
    // In models of the other format nothing wants channels first.
    return plain.shape.length === 4 && !facts.channelsFirst ? bothOrders(plain, 'channelsFirst') : plain;
  });
  const outputs = readUntil(context, options, () =>
    readModel(context, model, inputs, { names: [], path: [], isFrozen: isFrozen(model) }, 0),
  );
  // Names that the builder makes have a colon.
  const taken = new Set(starts.map(({ name }) => name));
  const named = outputs.map(({ name, value }) => {
    const free = name !== '' && !name.includes(':') && !taken.has(name);
    const output = free ? name : builder.fresh('output');
    taken.add(output);
    return builder.addNode({ op: 'Identity', inputs: [value.plain()], outputs: [output], attributes: {} })[0]!;
  });
  const graph = builder.build(named);
  return {
    inputs: graph.inputs.map((input) =>
      training?.parameters.has(input.name) ? input : { ...input, shape: [-1, ...input.shape.slice(1)] },
    ),
    outputs: graph.outputs,
    nodes: graph.nodes,
    constants: graph.constants,
  };
}

interface Context {
  readonly builder: GraphBuilder;
  readonly weights: WeightSource;
  readonly kerasVersion: number;
  readonly caches: Map<JsonObject, ConstantCache>;
  readonly counted: { calls: number };
  readonly observe: LayersOptions['observe'];
  readonly training: TrainingRecord | undefined;
  /** What layers have put out so far. */
  readonly made: LayerValue[];
  readonly layers: Map<string, number>;
}

interface Place {
  readonly names: readonly string[];
  readonly path: readonly string[];
  readonly isFrozen: boolean;
}

function readUntil(
  context: Context,
  { mayEnd }: LayersOptions,
  read: () => readonly NamedValue[],
): readonly NamedValue[] {
  try {
    return read();
  } catch (error) {
    if (mayEnd !== true) throw error;
    return context.made.map((value) => ({ name: '', value }));
  }
}

interface NamedValue {
  readonly name: string;
  readonly value: LayerValue;
}

/** Counts layers before anything is built. */
function survey(model: JsonObject, facts: { layers: number; channelsFirst: boolean }, depth: number): void {
  if (depth > LIMITS.depth) throw new Error(`Models are nested more than ${LIMITS.depth} deep`);
  for (const layer of layersOf(model)) {
    if (++facts.layers > LIMITS.layers) throw new Error(`The model has more than ${LIMITS.layers} layers`);
    if (isChannelsFirst({ config: objectAt(layer, 'config') ?? {} })) facts.channelsFirst = true;
    if (isModel(layer)) survey(layer, facts, depth + 1);
  }
}

/** Names and shapes of a model's inputs, looked for in the first layers of nested models if need be. */
function inputsOf(
  model: JsonObject,
  depth: number,
): readonly { readonly name: string; readonly shape: readonly (number | null)[] }[] {
  const config = objectAt(model, 'config');
  const layers = layersOf(model);
  if (config?.input_layers !== undefined && depth === 0) {
    return readEnds(config.input_layers).map(({ layer: name }) => {
      const layer = layers.find((each) => nameOfLayer(each) === name);
      const shape = layer && inputShapeOf(layer);
      if (shape === undefined) throw new Error('The model does not say the shape of its input');
      return { name, shape };
    });
  }
  const [first] = layers;
  const own = arrayAt(config, 'build_input_shape') ?? arrayAt(objectAt(model, 'build_config'), 'input_shape');
  const inner = first && isModel(first) && depth < LIMITS.depth ? inputsOf(first, depth + 1)[0]?.shape : undefined;
  const shape = (first && inputShapeOf(first)) ?? inner ?? (own && inputShapeOf({ config: { batch_shape: own } }));
  if (shape === undefined) throw new Error('The model does not say the shape of its input');
  const isInput = first !== undefined && stringAt(first, 'class_name') === 'InputLayer';
  return [{ name: (isInput && nameOfLayer(first)) || 'input', shape }];
}

/** Reads a model on given inputs; returns its outputs. */
function readModel(
  context: Context,
  model: JsonObject,
  inputs: readonly LayerValue[],
  place: Place,
  depth: number,
): readonly NamedValue[] {
  if (depth > LIMITS.depth) throw new Error(`Models are nested more than ${LIMITS.depth} deep`);
  const className = stringAt(model, 'class_name') ?? '';
  const functional = objectAt(model, 'config')?.input_layers !== undefined;
  if (!functional && className !== 'Sequential')
    throw new Error(`The model is of the kind ${className.slice(0, 80) || '?'}, whose code is not in the file`);
  const paths = layerPaths(layersOf(model), className);
  const apply = (layer: JsonObject, name: string, call: CallArguments): readonly LayerValue[] => {
    const inner = {
      names: [...place.names, name],
      path: [...place.path, 'layers', paths.get(layer)!],
      isFrozen: place.isFrozen || isFrozen(layer),
    };
    return readLayer(context, layer, name, call, inner, depth);
  };
  return functional ? readFunctional(model, inputs, apply) : readSequential(model, inputs, apply);
}

type Apply = (layer: JsonObject, name: string, call: CallArguments) => readonly LayerValue[];

interface CallArguments {
  readonly positional: readonly Argument[];
  readonly named: Readonly<Record<string, Argument>>;
}

function readSequential(model: JsonObject, inputs: readonly LayerValue[], apply: Apply): readonly NamedValue[] {
  let value = inputs[0];
  let name = '';
  for (const layer of layersOf(model)) {
    name = nameOfLayer(layer);
    if (value === undefined) throw new Error('A sequence of layers has no input');
    if (stringAt(layer, 'class_name') === 'InputLayer') continue;
    value = apply(layer, name, { positional: [{ kind: 'value', value }], named: {} })[0];
  }
  return value === undefined ? [] : [{ name, value }];
}

function readFunctional(model: JsonObject, inputs: readonly LayerValue[], apply: Apply): readonly NamedValue[] {
  const config = objectAt(model, 'config');
  const layers = layersOf(model);
  if (new Set(layers.map(nameOfLayer)).size !== layers.length) throw new Error('Two layers of the model have one name');
  const ends = readEnds(config?.output_layers);
  const starts = readEnds(config?.input_layers);
  if (starts.length !== inputs.length) throw new Error(`A model of ${starts.length} inputs is given ${inputs.length}`);
  const values = new Map(starts.map((start, index) => [keyOf(start), inputs[index]!]));
  const find = (key: string, layer: string): LayerValue => {
    const value = values.get(key);
    if (value === undefined)
      throw new Error(`The output of the layer “${layer.slice(0, 80)}” is used, but nothing makes it`);
    return value;
  };
  const resolve = (argument: RawArgument): Argument => {
    if (argument.kind === 'constant') return argument;
    if (argument.kind === 'list') return { kind: 'list', items: argument.items.map(resolve) };
    return { kind: 'value', value: find(keyOf(argument.reference), argument.reference.layer) };
  };
  for (const { layer, name, node, positional, named } of orderCalls(layers, ends).calls) {
    const results = apply(layer, name, {
      positional: positional.map(resolve),
      named: Object.fromEntries(Object.entries(named).map(([key, argument]) => [key, resolve(argument)])),
    });
    for (const [tensor, value] of results.entries()) values.set(keyOf({ layer: name, node, tensor }), value);
  }
  return ends.map((end) => ({ name: end.layer, value: find(keyOf(end), end.layer) }));
}

function readLayer(
  context: Context,
  layer: JsonObject,
  name: string,
  call: CallArguments,
  place: Place,
  depth: number,
): readonly LayerValue[] {
  if (++context.counted.calls > LIMITS.calls)
    throw new Error(`The model calls its layers more than ${LIMITS.calls} times`);
  const inputs = call.positional.flatMap(valuesIn);
  if (isModel(layer)) return readModel(context, layer, inputs, place, depth + 1).map(({ value }) => value);
  const className = stringAt(layer, 'class_name') ?? '';
  let cache = context.caches.get(layer);
  if (cache === undefined) context.caches.set(layer, (cache = new Map<string, string>()));
  const { builder, kerasVersion } = context;
  const facts = { builder, className, config: objectAt(layer, 'config') ?? {}, kerasVersion, ...call };
  try {
    const training = place.isFrozen ? undefined : context.training;
    const scope = createScope(facts, place, context.weights, cache, training);
    const result = readerOf(className, layer)(scope, inputs);
    const values = 'shape' in result ? [result] : result;
    const [first] = values;
    const named = values.map((value, output) => markLayer(context, value, { names: place.names, className, output }));
    context.made.push(...named);
    if (first) context.observe?.({ names: place.names, className, shape: first.shape });
    return named;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`The layer “${name.slice(0, 80)}” (${className.slice(0, 80)}): ${reason}`, { cause: error });
  }
}

function isFrozen(layer: JsonObject): boolean {
  return !flagAt(objectAt(layer, 'config'), 'trainable', true);
}

function valuesIn(argument: Argument): readonly LayerValue[] {
  if (argument.kind === 'value') return [argument.value];
  return argument.kind === 'list' ? argument.items.flatMap(valuesIn) : [];
}

/** Names under which Keras 3 keeps the layers of one model; a Sequential's input has none, nor have functions. */
function layerPaths(layers: readonly JsonObject[], className: string): ReadonlyMap<JsonValue, string> {
  const kept = layers.filter((layer) => {
    const kind = stringAt(layer, 'class_name') ?? '';
    return !isOperation(kind, layer) && !(className === 'Sequential' && kind === 'InputLayer');
  });
  const names = uniqueNames(kept.map((layer) => snakeCase(stringAt(layer, 'class_name') ?? '')));
  const paths = new Map<JsonValue, string>(kept.map((layer, index) => [layer, names[index]!]));
  for (const layer of layers) if (!paths.has(layer)) paths.set(layer, '');
  return paths;
}
