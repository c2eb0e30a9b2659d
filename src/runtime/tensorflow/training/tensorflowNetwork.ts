import { createPreprocessing } from '../../../core/model/preprocessing';
import type { LayersModel, NetworkOptions, TrainableNetwork } from '../../../core/model/trainableNetwork';
import { engineCandidates, type EngineCandidate } from '../engines';
import { explainForward, missingKernel } from '../failures';
import { onEngine } from '../lane';
import { releaseTape } from '../tape';
import { buildTrainable, type TrainableGraph } from './buildTrainable';
import { createSteps, type Steps } from './steps';
import { trainingInput } from './trainingInput';

/**
 * A network to train on TensorFlow.js: on the engine that was chosen, for `auto` on the first of the native library, WebAssembly
 * and plain JavaScript that has all operations. Statistics of batch normalisation move by the batch's variance divided by its
 * count. Throws `UserError` for models that cannot be trained and engines that are not there.
 */
export async function createTensorFlowNetwork(
  model: LayersModel,
  options: NetworkOptions,
  preface?: string,
): Promise<TrainableNetwork> {
  let failure: unknown;
  for await (const { engine, reason } of engineCandidates(options.engine, options)) {
    const candidate = { engine, reason: preface === undefined ? reason : `${reason} ${preface}` };
    try {
      return await onEngine(engine, () => build(model, candidate));
    } catch (error) {
      failure = error;
      if (missingKernel(error) === undefined) break;
    }
  }
  throw explainForward(failure);
}

async function build(model: LayersModel, candidate: EngineCandidate): Promise<TrainableNetwork> {
  const graph = await buildTrainable(model);
  try {
    const input = trainingInput(model, graph.shape);
    const steps = createSteps(graph, input, createPreprocessing(input, graph.shape.layout));
    proveItTrains(graph, steps, input.height * input.width * input.channels);
    return networkOf(graph, steps, candidate, input);
  } catch (error) {
    graph.dispose();
    throw error;
  }
}

/** One step on a grey batch finds operations that the backend lacks; it leaves no trace. */
function proveItTrains(graph: TrainableGraph, steps: Steps, size: number): void {
  const before = graph.weights.map(({ values }) => values.slice());
  steps.step({ pixels: new Float32Array(2 * size).fill(0.5), labels: Uint16Array.of(0, 1), count: 2, seed: 0 });
  graph.weights.forEach(({ values, gradient }, index) => {
    values.set(before[index]!);
    gradient.fill(0);
  });
}

function networkOf(
  graph: TrainableGraph,
  steps: Steps,
  { engine, reason }: EngineCandidate,
  { height, width, channels }: TrainableNetwork['input'],
): TrainableNetwork {
  let disposed = false;
  const run = async <T>(work: () => T): Promise<T> => {
    if (disposed) throw new Error('The network was disposed.');
    return onEngine(engine, () => {
      try {
        return work();
      } finally {
        releaseTape();
      }
    });
  };
  return {
    engine,
    engineReason: reason,
    input: { height, width, channels },
    classes: graph.classes,
    weights: graph.weights,
    step: async (batch) => run(() => steps.step(batch)),
    predict: async (pixels, count) => run(() => steps.predict(pixels, count)),
    watch: async (batch) => run(() => steps.watch(batch)),
    exportWeights: () => graph.exportWeights(),
    dispose: async () => {
      if (disposed) return;
      disposed = true;
      await onEngine(engine, () => {
        graph.dispose();
      });
    },
  };
}
