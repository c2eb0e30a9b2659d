import { countOf } from '../../../core/countOf';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { layers, LayersModel as TensorFlowModel, LayerVariable } from '@tensorflow/tfjs-layers';
import { UserError } from '../../../core/errors';
import { readLayers } from '../../../formats/models/layers/layers';
import { weightsByName } from '../../../formats/models/layers/weightSource';
import type { JsonObject } from '../../../formats/json/json';
import { stringAt } from '../../../formats/json/json';
import { checkKerasConfig } from '../layers/kerasChecks';
import { normaliseKerasConfig } from '../layers/kerasConfig';
import { readInputShape, type InputEvidence, type InputShape } from '../../../core/model/modelInput';
import { layerOfWeight } from '../../../core/model/layersModel/layerOfWeight';
import { trainableIn } from '../../../core/model/layersModel/trainable';
import type { LayersModel, NamedWeight, TrainableWeight } from '../../../core/model/trainableNetwork';
import { inputEvidence } from '../../inputEvidence';
import { buildLayers } from '../layers/buildLayers';
import { isKnownLayer } from '../layers/extraLayers';
import { findFinalActivation } from '../layers/finalActivation';
import { allLayers } from '../layers/internals';
import { makePlain } from '../layers/plainLayers';
import { asScores } from '../network';
import { makeTrainable, type TrainingPhase } from './trainingLayers';

/** A model built on the current backend, with its weights outside of it. */
export interface TrainableGraph {
  readonly shape: InputShape;
  readonly classes: number;
  /** Bytes of all activations of one picture. */
  readonly activationBytes: number;
  /** Those that change in training, in the order of the file. */
  readonly weights: readonly TrainableWeight[];
  exportWeights(): readonly NamedWeight[];
  /** Variables in the order of the trained ones among `weights`. */
  readonly trained: readonly { readonly weight: TrainableWeight; readonly variable: Tensor }[];
  readonly phase: TrainingPhase;
  /** Hands the weights' values to the backend. */
  upload(): void;
  /** Logits, count × classes, of a batch in the model's layout; to be called inside a tidy. */
  forward(batch: Tensor4D): Tensor;
  dispose(): void;
}

/** Builds a layers model for training. Throws `UserError`. */
export async function buildTrainable(model: LayersModel): Promise<TrainableGraph> {
  const topology = model.topology as JsonObject;
  const config = normaliseKerasConfig(topology);
  checkKerasConfig(config, stringAt(topology, 'keras_version') ?? '', isKnownLayer);
  const given = model.weights.map((weight) => ({ ...weight, dtype: 'float32' as const }));
  const built = await buildLayers(config, given);
  try {
    return finish(model, built.model, built.sources);
  } catch (error) {
    built.model.dispose();
    throw error;
  }
}

function finish(model: LayersModel, built: TensorFlowModel, sources: readonly number[]): TrainableGraph {
  const [output] = built.outputs;
  if (built.inputs.length !== 1 || built.outputs.length !== 1 || output === undefined)
    throw unsuitable(
      `The network has ${countOf(built.inputs.length, 'input')} and ${countOf(built.outputs.length, 'output')}.`,
    );
  const final = findFinalActivation(output);
  const classes = output.shape.slice(1).reduce<number>((product, side) => product * (side ?? NaN), 1);
  if (final.activation === 'sigmoid' || !(classes >= 2))
    throw unsuitable(
      `The network ends in ${classes === 1 ? 'one output' : 'a sigmoid'} instead of a score for each class.`,
    );
  final.strip();
  const isTrainable = trainableIn(model.topology);
  const weights = model.weights.map(({ name, shape, data }): TrainableWeight => {
    const trainable = isTrainable(name);
    return { name, shape, trainable, values: data.slice(), gradient: new Float32Array(trainable ? data.length : 0) };
  });
  const bound = built.weights.map((variable, index) => ({ variable, weight: weights[sources[index]!]! }));
  const weightOf = new Map(bound.map(({ variable, weight }) => [variable, weight]));
  const layerOf = layerOfWeight(model.topology);
  const used = new Set(bound.map(({ weight }) => weight));
  const changes = ({ name, trainable }: TrainableWeight): boolean => {
    const layer = layerOf(name);
    return trainable || (layer?.trainable === true && layer.className === 'BatchNormalization');
  };
  const list = allLayers(built.layers);
  makePlain(list, false);
  const isFrozen = (layer: layers.Layer): boolean => layerOf(`${layer.name}/weight`)?.trainable === false;
  const phase = makeTrainable(list, isFrozen, (variable, batch, momentum) => {
    const moving = weightOf.get(variable)!.values;
    for (let i = 0; i < moving.length; i++) moving[i] = momentum * moving[i]! + (1 - momentum) * batch[i]!;
  });
  return {
    shape: readInputShape(built.inputs[0]!.shape.slice(1), evidenceOf(model)),
    classes,
    activationBytes: activationBytes(list),
    weights: weights.filter((weight) => used.has(weight) && changes(weight)),
    exportWeights: () => weights.map(({ name, shape, values }) => ({ name, shape, data: values.slice() })),
    trained: bound
      .filter(({ weight }) => weight.trainable)
      .map(({ weight, variable }) => ({ weight, variable: variable.read() })),
    phase,
    upload: () => {
      for (const { weight, variable } of bound) write(variable, weight);
    },
    forward: (batch) => asScores(built.apply(batch, { training: false }) as Tensor, batch.shape[0]),
    dispose: () => void built.dispose(),
  };
}

/** What the network's first layers tell of its input; nothing where a layer is not known to our own reader. */
function evidenceOf({ topology, weights }: LayersModel): InputEvidence {
  const tensors = weights.map(({ name, shape, data }) => [name, { type: 'float32' as const, shape, data }] as const);
  try {
    return inputEvidence(readLayers(topology as JsonObject, weightsByName(new Map(tensors))));
  } catch {
    return {};
  }
}

function write(variable: LayerVariable, { values }: TrainableWeight): void {
  // The plain JavaScript backend keeps the array that it is given.
  const tensor = tf.tensor(values.slice(), variable.shape as number[]);
  variable.write(tensor);
  tensor.dispose();
}

function activationBytes(list: readonly layers.Layer[]): number {
  const tensors = list.flatMap((layer) => layer.inboundNodes.flatMap((node) => node.outputTensors));
  return tensors.reduce(
    (sum, { shape }) => sum + 4 * shape.slice(1).reduce<number>((product, side) => product * (side ?? 1), 1),
    0,
  );
}

function unsuitable(message: string): UserError {
  return new UserError(
    'model-unsupported',
    message,
    'Choose a network that ends in softmax, or in scores for each class.',
  );
}
