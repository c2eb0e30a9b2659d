import { GraphBuilder } from '../../../core/graph/builder';
import { operators } from '../../../core/graph/ops/registry';
import { lowerWindows } from '../../../core/graph/passes/lowerWindows';
import { sizeOf } from '../../../core/graph/tensor';
import { softmaxLogits } from '../../../core/graph/training/softmaxLogits';
import { sized } from '../../../core/graph/training/sized';
import { keepRecent } from './kept';
import type { TrainableModel } from './trainableModel';
import { createTrainingSession } from './trainingSession';
import type { Weights } from './weights';

const LARGEST_CHUNK = 32;
const KEPT = 2;

interface Prepared {
  readonly pixels: Float32Array;
  readonly logits: Float32Array;
  run(): Promise<void>;
  dispose(): Promise<void>;
}

export interface Predictions {
  /** Logits, count × classes. */
  run(pixels: Float32Array, count: number): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/** Scores of any number of pictures in chunks of a power of two, the last one filled up. */
export function createPredictions(model: TrainableModel, weights: Weights, threads: number): Predictions {
  const kept = keepRecent<Prepared>(KEPT);
  const prepare = async (size: number): Promise<Prepared> => {
    const builder = GraphBuilder.from(sized(model.graph, size, operators), operators);
    const logits = softmaxLogits(builder, model.graph.outputs[0]!);
    const graph = lowerWindows(builder.build([logits]), operators);
    const pictures = graph.inputs[0]!;
    const buffers = new Map(weights.values);
    const pixels = new Float32Array(sizeOf(pictures.shape));
    const scores = new Float32Array(size * model.classes);
    buffers.set(pictures.name, pixels).set(logits, scores);
    const session = await createTrainingSession(graph, buffers, threads);
    return { pixels, logits: scores, run: session.run, dispose: session.dispose };
  };
  return {
    async run(pixels, count) {
      const { height, width, channels } = model.input;
      const perImage = height * width * channels;
      const logits = new Float32Array(count * model.classes);
      for (let start = 0; start < count; start += LARGEST_CHUNK) {
        const here = Math.min(LARGEST_CHUNK, count - start);
        const size = 2 ** Math.ceil(Math.log2(here));
        const prepared = await kept.get(size, () => prepare(size));
        prepared.pixels.fill(0, here * perImage);
        prepared.pixels.set(pixels.subarray(start * perImage, (start + here) * perImage));
        await prepared.run();
        logits.set(prepared.logits.subarray(0, here * model.classes), start * model.classes);
      }
      return logits;
    },
    dispose: () => kept.dispose(),
  };
}
