import path from 'node:path';
import { UserError } from '../../../core/errors';
import { openKerasArchive, openKerasHdf5 } from '../../../formats/models/keras/keras';
import { readLayers } from '../../../formats/models/layers/layers';
import {
  weightsByName,
  type FloatTensor,
  type LayerPlace,
  type WeightSource,
} from '../../../formats/models/layers/weightSource';
import type { JsonObject } from '../../../formats/json/json';
import { objectAt } from '../../../formats/json/json';
import { withInputSize } from '../../../formats/models/layers/layersModelSize';
import { readInputShape, resolveInput } from '../../../core/model/modelInput';
import type { LayersModel, NamedWeight } from '../../../core/model/trainableNetwork';
import { inputEvidence } from '../../../runtime/inputEvidence';
import { readModelFiles, type ModelFiles } from '../../../runtime/modelFiles';
import { explainReading } from './failures';

/** A model of the user's with what lies beside it. */
export interface StoredModel extends LayersModel {
  /** Class names as its description gives them; none if it does not. */
  readonly labels: readonly string[];
  /** Where they are from, for people. */
  readonly labelSource: string;
}

/**
 * Reads a TensorFlow.js layers model (model.json) or a Keras file (.keras, .h5) to go on training it: its topology, its float
 * weights by name, and how its pixels are scaled as its description beside it says. Sides that it leaves open are taken from
 * there too. Throws `UserError` for other formats and what cannot be read.
 */
export async function readLayersModel(modelPath: string): Promise<StoredModel> {
  const files = await readModelFiles({ path: modelPath });
  try {
    return await read(files);
  } catch (error) {
    throw explainReading(error);
  }
}

async function read(files: ModelFiles): Promise<StoredModel> {
  const source = await openSource(files);
  try {
    const { spec, metadata } = files.description;
    const said = {
      height: spec.input?.height ?? metadata?.imageSize,
      width: spec.input?.width ?? metadata?.imageSize,
    };
    const recorder = recording(source.weights);
    const graph = readLayers(source.topology, recorder.weights, said);
    const shape = readInputShape((graph.inputs[0]?.shape ?? []).slice(1), inputEvidence(graph));
    const { input } = resolveInput(shape, files.description);
    return {
      topology: withInputSize(source.topology, input),
      weights: source.all ?? recorder.recorded(),
      labels: files.description.labels,
      labelSource: files.description.labelSource,
      preprocessing: { range: input.range, mean: input.mean, std: input.std, color: input.color },
    };
  } finally {
    source.close();
  }
}

interface Source {
  readonly topology: JsonObject;
  readonly weights: WeightSource;
  /** The file's own arrays, where it names them as TensorFlow.js wants them. */
  readonly all?: readonly NamedWeight[];
  readonly close: () => void;
}

async function openSource(files: ModelFiles): Promise<Source> {
  if ('weights' in files && files.format === 'tfjs-layers') {
    const all = files.weights.weights.flatMap(({ name, shape, data }) =>
      data instanceof Float32Array ? [{ name, shape, data }] : [],
    );
    const tensors = new Map(all.map(({ name, shape, data }) => [name, { type: 'float32' as const, shape, data }]));
    const topology = objectAt(files.json, 'modelTopology') ?? {};
    return { topology, weights: weightsByName(tensors), all, close: () => undefined };
  }
  if (files.format !== 'keras') throw frozen(files);
  const opened = await (files.container === 'zip' ? openKerasArchive(files.bytes) : openKerasHdf5(files.bytes));
  const topology: JsonObject = {
    ...(opened.kerasVersion !== undefined && { keras_version: opened.kerasVersion }),
    backend: 'tensorflow',
    model_config: structuredClone<JsonObject>(opened.config),
  };
  return { topology, weights: opened.weights, close: opened.close };
}

function frozen({ file, format }: ModelFiles): UserError {
  const kind = format === 'onnx' ? 'an ONNX model' : 'a TensorFlow.js graph model';
  return new UserError(
    'model-unsupported',
    `${path.basename(file)} is ${kind}, which was frozen for inference and cannot be trained.`,
    'Choose a TensorFlow.js layers model (model.json) or a Keras file (.keras, .h5).',
  );
}

/** Keeps every weight that is asked for, so that they can be named as TensorFlow.js names them: `layer/kernel`. */
function recording(source: WeightSource): {
  readonly weights: WeightSource;
  readonly recorded: () => readonly NamedWeight[];
} {
  const found = new Map<string, { readonly place: LayerPlace; readonly name: string; readonly tensor: FloatTensor }>();
  return {
    weights: (place, name, index) => {
      const tensor = source(place, name, index);
      if (tensor !== undefined) found.set(`${place.names.join('/')}/${name}`, { place, name, tensor });
      return tensor;
    },
    recorded: () => {
      const short = ({ place, name }: { readonly place: LayerPlace; readonly name: string }): string =>
        `${place.names.at(-1) ?? ''}/${name}`;
      const counts = new Map<string, number>();
      for (const each of found.values()) counts.set(short(each), (counts.get(short(each)) ?? 0) + 1);
      // Layers of one name in two nested models need their models' names.
      return [...found].map(([full, each]) => ({
        name: counts.get(short(each)) === 1 ? short(each) : full,
        shape: each.tensor.shape,
        data: each.tensor.data,
      }));
    },
  };
}
