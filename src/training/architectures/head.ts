import { UserError } from '../../core/errors';
import type { LayersModel } from '../../core/model/trainableNetwork';
import { initialise } from './initialise';

type Entry = Record<string, unknown>;

/** Layers after the last product that change no scores but by a function of them. */
const AFTER = /^(Activation|Softmax|Dropout|Flatten|Identity)$/;
const MAXIMUM_DEPTH = 64;

/**
 * The model with as many outputs as `classes`: its last dense layer gets new weights, drawn by that layer's own initialiser.
 * Throws `UserError('model-unsupported')` for models that do not end in a dense layer.
 */
export function replaceHead(model: LayersModel, classes: number, seed: number): LayersModel {
  const topology = structuredClone(model.topology) as Entry;
  const layer = lastDense(entryAt(topology, 'model_config') ?? topology, 0);
  const config = layer && entryAt(layer, 'config');
  const name = layer?.name ?? config?.name;
  const own = (weight: string): boolean => weight.replace(/:\d+$/, '').split('/').at(-2) === name;
  if (config === undefined || typeof name !== 'string' || !model.weights.some((weight) => own(weight.name))) {
    throw new UserError(
      'model-unsupported',
      'The network has another number of classes than the pictures, and it does not end in a dense layer to replace.',
      'Choose a data set with as many classes, or a network that ends in a dense layer.',
    );
  }
  config.units = classes;
  config.trainable = true;
  const shapes = model.weights.map((weight) => ({
    ...weight,
    shape: own(weight.name) ? [...weight.shape.slice(0, -1), classes] : weight.shape,
  }));
  const fresh = initialise(topology, shapes, seed);
  return {
    ...model,
    topology,
    weights: model.weights.map((weight, index) => (own(weight.name) ? fresh[index]! : weight)),
  };
}

function lastDense(model: Entry, depth: number): Entry | undefined {
  if (depth > MAXIMUM_DEPTH) return undefined;
  const config = entryAt(model, 'config');
  const list = Array.isArray(model.config) ? model.config : config?.layers;
  const layers = Array.isArray(list) ? list.filter(isEntry) : [];
  const named = (name: unknown): Entry | undefined =>
    layers.find((layer) => (layer.name ?? entryAt(layer, 'config')?.name) === name);
  const end = firstName(config?.output_layers);
  let layer = config?.output_layers === undefined ? layers.at(-1) : named(end);
  for (let steps = 0; layer !== undefined && steps < layers.length; steps++) {
    if (layer.class_name === 'Dense') return layer;
    const inner = entryAt(layer, 'config');
    if (Array.isArray(inner?.layers) || Array.isArray(layer.config)) return lastDense(layer, depth + 1);
    if (!AFTER.test(String(layer.class_name))) return undefined;
    layer =
      config?.output_layers === undefined ? layers[layers.indexOf(layer) - 1] : named(firstName(layer.inbound_nodes));
  }
  return undefined;
}

/** The first name of a layer among references as Keras 2 (lists) or 3 (`keras_history`) writes them. */
function firstName(value: unknown, depth = 0): string | undefined {
  if (typeof value === 'string') return value;
  if (depth > 12) return undefined;
  if (Array.isArray(value)) return firstName(value[0], depth + 1);
  if (!isEntry(value)) return undefined;
  const history = entryAt(value, 'config')?.keras_history;
  return firstName(history ?? value.args, depth + 1);
}

function entryAt(parent: Entry, key: string): Entry | undefined {
  const value = parent[key];
  return isEntry(value) ? value : undefined;
}

function isEntry(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
