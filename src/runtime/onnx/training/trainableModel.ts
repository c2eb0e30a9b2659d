import { countOf } from '../../../core/countOf';
import { UserError } from '../../../core/errors';
import type { Graph } from '../../../core/graph/graph';
import { operators } from '../../../core/graph/ops/registry';
import { removeIdentities } from '../../../core/graph/passes/simplify';
import { stripActivation } from '../../../core/graph/passes/stripActivation';
import { takePixels } from '../../../core/graph/passes/takePixels';
import type { JsonObject } from '../../../formats/json/json';
import { readTrainableLayers } from '../../../formats/models/layers/layers';
import type { LayerNoise, LayerParameter } from '../../../formats/models/layers/training';
import { weightsByName, type FloatTensor } from '../../../formats/models/layers/weightSource';
import { specialise } from '../../../core/graph/specialise';
import { sizeOf } from '../../../core/graph/tensor';
import { readInputShape } from '../../../core/model/modelInput';
import { inputEvidence } from '../../inputEvidence';
import type { LayersModel, TrainableNetwork } from '../../../core/model/trainableNetwork';

/** A layers model as a graph from pixels [N, H, W·C] to logits, with weights as inputs. */
export interface TrainableModel {
  readonly graph: Graph;
  readonly input: TrainableNetwork['input'];
  readonly classes: number;
  /** In the order of the model file. */
  readonly parameters: readonly NamedParameter[];
  readonly noises: readonly LayerNoise[];
}

export interface NamedParameter extends LayerParameter {
  /** In the model file. */
  readonly name: string;
  /** Of the graph's input. */
  readonly input: string;
}

/**
 * Reads a layers model to be trained. Throws an Error that names the layer, see {@link readTrainableLayers}, and
 * `UserError('model-unsupported')` for models that do not classify pictures.
 */
export function readTrainableModel({ topology, weights, preprocessing }: LayersModel): TrainableModel {
  const names = new Map<FloatTensor, string>();
  const tensors = new Map<string, FloatTensor>();
  for (const { name, shape, data } of weights) {
    const tensor: FloatTensor = { type: 'float32', shape, data };
    tensors.set(name, tensor);
    names.set(tensor, name);
  }
  const read = readTrainableLayers(topology as JsonObject, weightsByName(tensors));
  const pictures = read.graph.inputs.filter(({ name }) => !read.parameters.has(name));
  if (pictures.length !== 1 || read.graph.outputs.length !== 1)
    throw new UserError(
      'model-unsupported',
      `The model has ${countOf(pictures.length, 'input')} and ${countOf(read.graph.outputs.length, 'output')}.`,
      'Choose a model that takes one picture and has one output.',
    );
  const shape = readInputShape(
    pictures[0]!.shape.slice(1).map((side) => (side < 0 ? null : side)),
    inputEvidence({ ...read.graph, inputs: pictures }),
  );
  const { height, width, channels, layout } = shape;
  if (height === undefined || width === undefined || (channels !== 1 && channels !== 3))
    throw new UserError(
      'model-unsupported',
      'The model does not take grey or colour pictures of one size.',
      'Choose a model whose input says height, width, and one or three channels.',
    );
  const inputs = [pictures[0]!, ...read.graph.inputs.filter(({ name }) => read.parameters.has(name))];
  const { graph, activation } = stripActivation(removeIdentities({ ...read.graph, inputs }));
  const outputs = sizeOf(outputShape(graph).slice(1));
  refuseOtherOutputs(outputShape(graph), activation);
  const { range, mean, std, color } = preprocessing ?? { range: [0, 1], mean: [0], std: [1], color: 'rgb' };
  const perChannel = (values: readonly number[], channel: number): number => values[channel] ?? values[0]!;
  const each = Array.from({ length: channels }, (_, channel) => channel);
  const ofPixels = takePixels(graph, {
    height,
    width,
    scale: each.map((channel) => (range[1] - range[0]) / perChannel(std, channel)),
    shift: each.map((channel) => (range[0] - perChannel(mean, channel)) / perChannel(std, channel)),
    isReversed: color === 'bgr',
    layout,
  });
  const order = new Map(weights.map(({ name }, index) => [name, index]));
  const parameters = [...read.parameters]
    .map(([input, parameter]) => ({ ...parameter, input, name: names.get(parameter.source)! }))
    .sort((a, b) => order.get(a.name)! - order.get(b.name)!);
  return {
    graph: ofPixels,
    input: { height, width, channels },
    classes: Math.max(2, outputs),
    parameters,
    noises: read.noises,
  };
}

function outputShape(graph: Graph): readonly number[] {
  return specialise(graph, 1, operators).types.get(graph.outputs[0]!)!.shape;
}

/** The loss is that of classes of which one is right. */
function refuseOtherOutputs(shape: readonly number[], activation: string): void {
  const outputs = sizeOf(shape.slice(1));
  if (shape.length < 2 || outputs !== Math.max(...shape.slice(1)))
    throw new UserError(
      'model-unsupported',
      `The model puts out [${shape.join(', ')}] for one picture, not one score for each class.`,
      'Choose an image classifier.',
    );
  const expected = outputs === 1 ? 'sigmoid' : 'softmax';
  if (activation === 'logits' || activation === expected) return;
  throw new UserError(
    'model-unsupported',
    `The model ends in a ${activation} over ${outputs} ${outputs === 1 ? 'score' : 'scores'}, for which cross-entropy of one right class is no loss.`,
    `End it in a ${expected}, or train it elsewhere.`,
  );
}
