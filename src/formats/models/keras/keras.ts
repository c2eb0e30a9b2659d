import { UserError } from '../../../core/errors';
import type { Graph } from '../../../core/graph/graph';
import { isJsonObject, stringAt, type JsonObject } from '../../json/json';
import { readLayers, type LayersOptions } from '../layers/layers';
import { weightsByName, type FloatTensor, type WeightSource } from '../layers/weightSource';
import { readHdf5, type Hdf5File } from './hdf5';
import { jsonMeasures } from '../../json/jsonMeasures';
import { readZip } from '../../archives/zip';

/** A Keras file's network. */
export interface KerasModel {
  readonly graph: Graph;
  /** "3.9.0"; undefined: the file does not say it. */
  readonly kerasVersion: string | undefined;
  readonly config: JsonObject;
}

/** A Keras file's configuration and where its weights are found; to be closed. */
export interface OpenKerasFile {
  readonly config: JsonObject;
  readonly kerasVersion: string | undefined;
  readonly weights: WeightSource;
  readonly close: () => void;
}

const CONFIG = 'config.json';
const METADATA = 'metadata.json';
const WEIGHTS = 'model.weights.h5';
const JSON_LIMITS = { bytes: 128 * 1024 ** 2, depth: 200, values: 5_000_000 } as const;

/**
 * Reads a `.keras` file (Keras 3: a zip archive of config.json, metadata.json and model.weights.h5) into the IR.
 *
 * Throws an Error that says what is wrong: see {@link readLayers}; files that are damaged, unpack to too much, or hold other
 * weights than their configuration needs.
 */
export async function readKerasArchive(bytes: Uint8Array, options: LayersOptions = {}): Promise<KerasModel> {
  return graphOf(await openKerasArchive(bytes), options);
}

/** Opens a `.keras` file without building anything. Throws an Error that says what is wrong. */
export async function openKerasArchive(bytes: Uint8Array): Promise<OpenKerasFile> {
  const files = readZip(bytes, [CONFIG, METADATA, WEIGHTS], {
    [CONFIG]: JSON_LIMITS.bytes,
    [METADATA]: JSON_LIMITS.bytes,
  });
  const [config, weights] = [files.get(CONFIG), files.get(WEIGHTS)];
  if (config === undefined || weights === undefined)
    throw new Error(`The archive is no Keras model: ${config ? WEIGHTS : CONFIG} is missing`);
  const topology = parseJson(config, CONFIG);
  const metadata = files.get(METADATA);
  const kerasVersion = metadata && stringAt(parseJson(metadata, METADATA), 'keras_version');
  const file = await readHdf5(weights);
  return { config: topology, kerasVersion: kerasVersion ?? '3', weights: weightsByPath(file), close: file.close };
}

/** Reads a whole model in Keras's older format (`.h5`) into the IR. Throws as {@link readKerasArchive} does. */
export async function readKerasHdf5(bytes: Uint8Array, options: LayersOptions = {}): Promise<KerasModel> {
  return graphOf(await openKerasHdf5(bytes), options);
}

/** Opens an `.h5` file without building anything. Throws an Error that says what is wrong. */
export async function openKerasHdf5(bytes: Uint8Array): Promise<OpenKerasFile> {
  const file = await readHdf5(bytes);
  try {
    const text = file.attribute('/', 'model_config');
    if (typeof text !== 'string')
      throw new UserError(
        'model-unsupported',
        'The file holds weights of Keras, but not the model that they belong to.',
        'Build the model in Python, load them with model.load_weights, and save it whole with model.save("model.keras").',
      );
    const topology = parseJson(new TextEncoder().encode(text), 'model_config');
    const version = file.attribute('/', 'keras_version') ?? file.attribute('/model_weights', 'keras_version');
    const kerasVersion = typeof version === 'string' ? version : undefined;
    return { config: topology, kerasVersion, weights: weightsByGroup(file), close: file.close };
  } catch (error) {
    file.close();
    throw error;
  }
}

function graphOf(file: OpenKerasFile, options: LayersOptions): KerasModel {
  const { config, kerasVersion, weights, close } = file;
  try {
    return { graph: readLayers(config, weights, { kerasVersion, ...options }), kerasVersion, config };
  } finally {
    close();
  }
}

/** Parts of attention layers are named otherwise in paths. */
const PART_PATHS: Readonly<Record<string, string>> = {
  query: 'query_dense',
  key: 'key_dense',
  value: 'value_dense',
  attention_output: 'output_dense',
};

/** Keras 3 numbers a layer's weights: `layers/<layer>/vars/<index>`, for parts `layers/<layer>/<part>/vars/<index>`. */
function weightsByPath(file: Hdf5File): WeightSource {
  return ({ path }, name, index) => {
    const parts = name.split('/').slice(0, -1);
    const place = [...path, ...parts.map((part) => PART_PATHS[part] ?? part)];
    return file.dataset(`${place.join('/')}/vars/${index}`);
  };
}

/** Older files keep a group for each outer layer with its weights' names in order. */
function weightsByGroup(file: Hdf5File): WeightSource {
  const root = file.list('/').includes('model_weights') ? '/model_weights' : '';
  const groups = new Map<string, WeightSource>();
  const sourceOf = (group: string): WeightSource => {
    const path = `${root}/${group}`;
    const weights = new Map<string, FloatTensor>();
    for (const name of splitAttribute(file, path, 'weight_names')) {
      const tensor = file.dataset(`${path}/${name}`);
      if (tensor !== undefined) weights.set(name, tensor);
    }
    return weightsByName(weights);
  };
  return (place, name, index) => {
    const group = place.names[0] ?? '';
    let source = groups.get(group);
    if (source === undefined) groups.set(group, (source = sourceOf(group)));
    return source(place, name, index);
  };
}

/** Lists too long for one attribute go on in others: `weight_names0`, `weight_names1`, … */
function splitAttribute(file: Hdf5File, path: string, name: string): readonly string[] {
  const list = (suffix: string): readonly string[] => {
    const value = file.attribute(path, name + suffix);
    return typeof value === 'string' ? [value] : (value ?? []);
  };
  const names = [...list('')];
  for (let part = 0; part < 10_000; part++) {
    const more = list(String(part));
    if (more.length === 0) break;
    names.push(...more);
  }
  return names;
}

function parseJson(bytes: Uint8Array, name: string): JsonObject {
  if (bytes.length > JSON_LIMITS.bytes) throw new Error(`${name} is larger than any known model needs`);
  const { depth, values } = jsonMeasures(bytes);
  if (depth > JSON_LIMITS.depth) throw new Error(`${name} is nested more than ${JSON_LIMITS.depth} levels deep`);
  if (values > JSON_LIMITS.values) throw new Error(`${name} holds more than ${JSON_LIMITS.values} values`);
  const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
  if (!isJsonObject(value)) throw new Error(`${name} does not hold an object`);
  return value;
}
