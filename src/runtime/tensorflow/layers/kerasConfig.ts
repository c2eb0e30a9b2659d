import type { JsonDraft, JsonObject, JsonValue } from '../../../formats/json/json';
import { arrayAt, isJsonObject, numberAt, objectAt, stringAt } from '../../../formats/json/json';

/**
 * Rewrites a Keras model configuration (of Keras 2 or 3, as found in a layers model's `modelTopology`) into the dialect that
 * TensorFlow.js reads: `batch_shape` → `batch_input_shape`, dtype policies → names, `inbound_nodes` objects → lists, functions
 * and slopes by their older names, calls of nested models by their older index. Pure: the argument is left as it was.
 */
export function normaliseKerasConfig(topology: JsonObject): JsonObject {
  const model = objectAt(topology, 'model_config') ?? topology;
  return normaliseLayer(structuredClone(model));
}

/** A layer of a normalised configuration, nested models flattened out. */
export interface LayerConfig {
  readonly className: string;
  readonly name: string;
  readonly config: JsonObject;
}

/** All layers of a normalised configuration in order, those of nested models after their model. */
export function listLayers(model: JsonObject): LayerConfig[] {
  const config = objectAt(model, 'config') ?? {};
  const self = {
    className: stringAt(model, 'class_name') ?? '',
    name: stringAt(config, 'name') ?? stringAt(model, 'name') ?? '',
    config,
  };
  const inner = [...(arrayAt(config, 'layers') ?? []), ...['layer'].map((key) => config[key] ?? null)];
  return [self, ...inner.filter(isJsonObject).flatMap(listLayers)];
}

function normaliseLayer(layer: JsonObject): JsonObject {
  const config = objectAt(layer, 'config');
  if (config === undefined) return { ...layer };
  const nodes = arrayAt(layer, 'inbound_nodes');
  const { className, config: renamed } = renameLayer(stringAt(layer, 'class_name') ?? '', normaliseOptions(config));
  const layers = arrayAt(config, 'layers');
  if (layers) {
    const inner = layers.map((each) => (isJsonObject(each) ? normaliseLayer(each) : each));
    renamed.layers = inner;
    for (const key of ['input_layers', 'output_layers']) {
      const references = arrayAt(config, key);
      if (references) renamed[key] = listOfReferences(references);
    }
    countNestedCalls(inner, renamed);
    const shape = arrayAt(config, 'build_input_shape');
    if (className === 'Sequential' && shape) giveInputShape(inner, shape);
  }
  return {
    ...(layer.name !== undefined && { name: layer.name }),
    class_name: className,
    config: renamed,
    ...(nodes && { inbound_nodes: nodes.map(normaliseNode) }),
  };
}

function normaliseOptions(config: JsonObject): JsonDraft {
  const result: JsonDraft = {};
  for (const [key, value] of Object.entries(config)) {
    if (key === 'dtype') result.dtype = dtypeName(value);
    else if (key === 'batch_shape') result.batch_input_shape = value;
    else if (/(^|_)activation$/.test(key)) result[key] = functionName(value);
    else if (key === 'layer' && isJsonObject(value)) result.layer = normaliseLayer(value);
    else result[key] = value;
  }
  return result;
}

function renameLayer(className: string, config: JsonDraft): { className: string; config: JsonDraft } {
  const slope = numberAt(config, 'negative_slope');
  if (className === 'LeakyReLU' && slope !== undefined) return { className, config: { ...config, alpha: slope } };
  if (className === 'ReLU' && slope !== undefined && slope !== 0 && (config.max_value ?? null) === null) {
    return { className: 'LeakyReLU', config: { ...config, alpha: slope } };
  }
  const axes = arrayAt(config, 'axis');
  if (className === 'BatchNormalization' && axes?.length === 1)
    return { className, config: { ...config, axis: axes[0] } };
  if (/^Global(Average|Max)Pooling[12]D$/.test(className) && config.keepdims === true) {
    return { className: `${className}KeepDims`, config };
  }
  return { className, config };
}

/** Mixed precision matters for training only: everything is computed in float32 here. */
function dtypeName(value: JsonValue | undefined): string {
  const name = typeof value === 'string' ? value : stringAt(objectAt(value, 'config'), 'name');
  return name === 'int32' || name === 'bool' ? name : 'float32';
}

function functionName(value: JsonValue | undefined): JsonValue | undefined {
  const name = isJsonObject(value) ? (stringAt(value, 'config') ?? stringAt(value, 'class_name')) : value;
  if (name === 'silu') return 'swish';
  return name === null ? 'linear' : name;
}

function normaliseNode(node: JsonValue): JsonValue {
  if (!isJsonObject(node)) return node;
  const references: JsonValue[] = [];
  const visit = (value: JsonValue | undefined): void => {
    if (Array.isArray(value)) value.forEach(visit);
    else if (isJsonObject(value)) {
      const history = arrayAt(objectAt(value, 'config'), 'keras_history');
      if (history) references.push([...history.slice(0, 3), {}]);
      else Object.values(value).forEach(visit);
    }
  };
  visit(node.args);
  visit(node.kwargs);
  return references;
}

/** Keras 3 writes a single reference without the list around it. */
function listOfReferences(references: readonly JsonValue[]): readonly JsonValue[] {
  return typeof references[0] === 'string' ? [references] : references;
}

/** A nested model's own inputs are call 0 in TensorFlow.js, so the first call from outside is 1; some writers say 0. */
function countNestedCalls(layers: readonly JsonValue[], config: JsonObject): void {
  const nested = new Set(
    layers.filter((layer) => arrayAt(objectAt(layer, 'config'), 'layers')).map((layer) => nameOf(layer)),
  );
  const lists = [
    ...layers.flatMap((layer) => arrayAt(layer, 'inbound_nodes') ?? []),
    arrayAt(config, 'output_layers') ?? [],
  ];
  const references = lists.filter(Array.isArray).flat().filter(Array.isArray) as JsonValue[][];
  for (const name of nested) {
    const calls = references.filter((reference) => reference[0] === name);
    if (calls.some((reference) => reference[1] === 0)) {
      for (const reference of calls) if (typeof reference[1] === 'number') reference[1]++;
    }
  }
}

function nameOf(layer: JsonValue): string {
  return stringAt(layer, 'name') ?? stringAt(objectAt(layer, 'config'), 'name') ?? '';
}

function giveInputShape(layers: readonly JsonValue[], shape: readonly JsonValue[]): void {
  const first = layers[0];
  const config: JsonDraft | undefined = objectAt(first, 'config');
  if (config && !arrayAt(config, 'batch_input_shape') && !arrayAt(config, 'layers')) config.batch_input_shape = shape;
}
