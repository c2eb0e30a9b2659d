import { inferenceForm } from '../../../core/graph/training/forms';
import type {
  LayersModel,
  Minibatch,
  NamedWeight,
  NetworkOptions,
  StepResult,
  TrainableNetwork,
  WatchedBatch,
  WatchResult,
} from '../../../core/model/trainableNetwork';
import { threadCount } from '../library';
import { createPredictions } from './predictions';
import { shareThreads } from './shareThreads';
import { createSteps } from './steps';
import { readTrainableModel } from './trainableModel';
import { createWatches } from './watches';
import { createWeights } from './weights';

/**
 * A network that ONNX Runtime trains: loss, derivatives and predictions are graphs with the weights as inputs, made for each
 * size of batch on first use. A run blocks this process's event loop until it is done.
 *
 * Weights of frozen layers (`trainable: false`) are constants: they are exported, but not among `weights`. Sides that the
 * model leaves open, more than one input, layers whose part in training is not known, and losses other than the cross-entropy
 * of one right class are refused: throws `UserError('model-unsupported')` or an Error that names the layer or operator.
 */
export async function createOnnxNetwork(
  model: LayersModel,
  options: NetworkOptions,
  reason = 'ONNX Runtime is the fastest engine.',
): Promise<TrainableNetwork> {
  const trainable = readTrainableModel(model);
  const weights = createWeights(trainable.parameters);
  const threads = threadCount(options.threads);
  const shares = shareThreads(threads, options.watchShare ?? 0);
  const inference = { ...trainable, graph: inferenceForm(trainable.graph) };
  const steps = createSteps(trainable, weights, shares.training);
  const predictions = createPredictions(inference, weights, threads);
  const watches = createWatches(inference, weights, shares.watching);
  // Runs share the memory of weights and batches, so that one must end before the next is prepared.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(action: () => Promise<T>): Promise<T> => {
    const turn = last.then(action);
    last = turn.catch(() => undefined);
    return turn;
  };
  await steps.check();
  return {
    engine: 'onnx',
    engineReason: reason,
    input: trainable.input,
    classes: trainable.classes,
    weights: weights.list,
    step: (batch: Minibatch): Promise<StepResult> => inTurn(() => steps.run(batch)),
    predict: (pixels, count) => inTurn(() => predictions.run(pixels, count)),
    watch: (images: WatchedBatch): Promise<WatchResult> => watches.run(images),
    exportWeights(): readonly NamedWeight[] {
      const places = new Map(trainable.parameters.map(({ name }, index) => [name, index]));
      return model.weights.map(({ name, shape, data }) => {
        const at = places.get(name);
        return { name, shape, data: (at === undefined ? data : weights.list[at]!.values).slice() };
      });
    },
    dispose: () =>
      inTurn(async () => {
        await steps.dispose();
        await predictions.dispose();
        await watches.dispose();
      }),
  };
}
