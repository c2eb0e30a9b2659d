import type { ModelInput } from '../core/model/modelInfo';
import type { LayersModel, NamedWeight } from '../core/model/trainableNetwork';

/** What lies beside the network in its folder: for people, and for the engine that opens it. */
export interface SavedModelFacts {
  readonly name: string;
  readonly classes: readonly string[];
  readonly input: Pick<ModelInput, 'height' | 'width' | 'resize' | 'interpolation'> &
    Partial<Pick<ModelInput, 'color'>>;
}

/** Files of one folder, by name. */
export interface LayersModelFiles {
  readonly 'model.json': string;
  readonly 'weights.bin': Uint8Array;
  readonly 'lens.json': string;
}

/**
 * The files of a model in TensorFlow.js's layers format with its specification: little-endian float32 weights one after the
 * other in one shard. Preprocessing is the model's own, else pixels go in as they are.
 */
export function encodeLayersModel(model: LayersModel, facts: SavedModelFacts): LayersModelFiles {
  const entries = model.weights.map(({ name, shape }) => ({ name, shape, dtype: 'float32' }));
  const description = {
    format: 'layers-model',
    generatedBy: 'Gradient Lens',
    convertedBy: null,
    modelTopology: model.topology,
    weightsManifest: [{ paths: ['weights.bin'], weights: entries }],
  };
  return {
    'model.json': `${JSON.stringify(description)}\n`,
    'weights.bin': joinWeights(model.weights),
    'lens.json': `${JSON.stringify(specificationOf(model, facts), null, 2)}\n`,
  };
}

function joinWeights(weights: readonly NamedWeight[]): Uint8Array {
  const joined = new Float32Array(weights.reduce((sum, { data }) => sum + data.length, 0));
  let offset = 0;
  for (const { data } of weights) {
    joined.set(data, offset);
    offset += data.length;
  }
  return new Uint8Array(joined.buffer);
}

function specificationOf({ preprocessing }: LayersModel, { name, classes, input }: SavedModelFacts): object {
  const { height, width, color, resize, interpolation } = input;
  const scaling = preprocessing
    ? { color: preprocessing.color, range: preprocessing.range, mean: preprocessing.mean, std: preprocessing.std }
    : { ...(color && { color }), preset: 'unit' };
  return { name, classes, input: { height, width, ...scaling, resize, interpolation } };
}
