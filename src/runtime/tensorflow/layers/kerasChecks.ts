import { UserError } from '../../../core/errors';
import { damaged } from '../../../formats/models/files';
import type { JsonObject, JsonValue } from '../../../formats/json/json';
import { arrayAt, isJsonArray, isJsonObject, numberAt, objectAt, stringAt } from '../../../formats/json/json';
import type { LayerConfig } from './kerasConfig';
import { listLayers } from './kerasConfig';
import { MODEL_LIMITS } from '../../../core/model/limits';

const CODE_LAYERS = new Set(['Lambda', 'TFSMLayer', 'TFOpLambda', 'SlicingOpLambda', 'TorchModuleWrapper', 'JaxLayer']);

/**
 * Checks a normalised Keras configuration before anything is built from it: layers that carry code or are unknown, options
 * that TensorFlow.js would silently ignore, and connections that are missing or run in circles.
 *
 * `isKnown` says which layer classes can be built.
 * Throws `UserError('model-unsupported')` or `UserError('model-unreadable')`.
 */
export function checkKerasConfig(
  model: JsonObject,
  kerasVersion: string,
  isKnown: (className: string) => boolean,
): void {
  const layers = listLayers(model);
  if (layers.length > MODEL_LIMITS.nodes) throw damaged('The model has too many layers');
  for (const layer of layers) {
    const reason = unsupportedReason(layer, kerasVersion, isKnown);
    if (reason !== undefined) {
      throw new UserError(
        'model-unsupported',
        reason,
        'Export the model without this layer, or with one that is supported.',
      );
    }
  }
  checkConnections(model);
}

function unsupportedReason(
  { className, name, config }: LayerConfig,
  kerasVersion: string,
  isKnown: (className: string) => boolean,
): string | undefined {
  const layer = `The layer “${name.slice(0, 80)}”`;
  if (CODE_LAYERS.has(className)) return `${layer} (${className}) carries code, which is never run here.`;
  if (!isKnown(className)) return `${layer} is of the kind ${className.slice(0, 80) || '?'}, which is not known here.`;
  if (className.includes('Conv') && (numberAt(config, 'groups') ?? 1) !== 1)
    return `${layer} is a grouped convolution.`;
  if (className === 'Resizing' && (config.crop_to_aspect_ratio === true || config.pad_to_aspect_ratio === true)) {
    return `${layer} keeps the ratio of the sides while it resizes.`;
  }
  if (className === 'Resizing' && config.antialias === true) return `${layer} smooths while it resizes.`;
  if (className.includes('Pooling1D') && config.data_format === 'channels_first' && !className.endsWith('KeepDims')) {
    return `${layer} pools rows whose channels come first.`;
  }
  if (
    className === 'ReLU' &&
    ((numberAt(config, 'negative_slope') ?? 0) !== 0 || (numberAt(config, 'threshold') ?? 0) !== 0)
  ) {
    return `${layer} is a ReLU with both a slope or threshold and a maximum.`;
  }
  const activations = [config.activation, config.recurrent_activation];
  if (Number.parseInt(kerasVersion, 10) >= 3 && activations.includes('hard_sigmoid')) {
    return `${layer} uses Keras 3's hard_sigmoid, which differs from TensorFlow.js's.`;
  }
  return undefined;
}

/** Every call of every layer must be reachable from the inputs; otherwise building the model would never end. */
function checkConnections(model: JsonObject): void {
  const config = objectAt(model, 'config');
  const layers = (arrayAt(config, 'layers') ?? []).filter(isJsonObject);
  for (const layer of layers) if (arrayAt(objectAt(layer, 'config'), 'layers')) checkConnections(layer);
  if (arrayAt(config, 'input_layers') === undefined) return;

  const calls = new Map<string, number>();
  const pending: {
    readonly layer: string;
    readonly call: number;
    readonly needs: readonly (readonly [string, number])[];
  }[] = [];
  for (const layer of layers) {
    const name = stringAt(layer, 'name') ?? stringAt(objectAt(layer, 'config'), 'name');
    if (name === undefined) throw damaged('A layer has no name');
    if (calls.has(name)) throw damaged(`Two layers are named “${name}”`);
    const isNested = arrayAt(objectAt(layer, 'config'), 'layers') !== undefined;
    calls.set(name, isNested || stringAt(layer, 'class_name') === 'InputLayer' ? 1 : 0);
    const own = calls.get(name)!;
    for (const [index, node] of (arrayAt(layer, 'inbound_nodes') ?? []).entries())
      pending.push({ layer: name, call: own + index, needs: references(node) });
  }
  const isReady = ([name, index]: readonly [string, number]): boolean => (calls.get(name) ?? 0) > index;
  let remaining = pending;
  while (remaining.length > 0) {
    const waiting = remaining.filter(({ layer, call, needs }) => {
      if (!needs.every(isReady)) return true;
      if (calls.get(layer) !== call) throw outOfOrder(layer);
      calls.set(layer, calls.get(layer)! + 1);
      return false;
    });
    if (waiting.length === remaining.length) {
      throw damaged(`The connections of the layer “${waiting[0]!.layer}” are missing or run in a circle`);
    }
    remaining = waiting;
  }
  const ends = [...(arrayAt(config, 'input_layers') ?? []), ...(arrayAt(config, 'output_layers') ?? [])];
  for (const end of ends) {
    if (!isReady(reference(end))) throw damaged('An input or output of the model names a layer that is not there');
  }
}

/** TensorFlow.js numbers a layer's calls as they become possible, and would take one for another. */
function outOfOrder(layer: string): UserError {
  return new UserError(
    'model-unsupported',
    `TensorFlow.js would mix up the calls of the layer “${layer.slice(0, 80)}”, which the model uses more than once.`,
    'Choose the engine onnx.',
  );
}

function references(node: JsonValue): (readonly [string, number])[] {
  if (!Array.isArray(node)) throw damaged('The connections of a layer are malformed');
  return node.map(reference);
}

function reference(value: JsonValue): readonly [string, number] {
  const [name, index] = isJsonArray(value) ? value : [];
  if (typeof name !== 'string' || typeof index !== 'number' || !Number.isInteger(index) || index < 0) {
    throw damaged('The connections of a layer are malformed');
  }
  return [name, index];
}
