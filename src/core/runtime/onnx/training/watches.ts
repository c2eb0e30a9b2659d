import { operators } from '../../../graph/ops/registry';
import { sizeOf } from '../../../graph/tensor';
import { watchGraph } from '../../../graph/training/watchGraph';
import type { WatchedBatch, WatchResult } from '../../../training/network';
import { fillOneHot } from './batchMemory';
import { keepRecent } from './kept';
import type { TrainableModel } from './trainableModel';
import { createTrainingSession } from './trainingSession';
import type { Weights } from './weights';

interface Prepared {
  readonly pixels: Float32Array;
  readonly oneHot: Float32Array;
  readonly logits: Float32Array;
  readonly gradients: Float32Array;
  run(): Promise<void>;
  dispose(): Promise<void>;
}

export interface Watches {
  run(images: WatchedBatch): Promise<WatchResult>;
  dispose(): Promise<void>;
}

/** Scores and derivatives of the watched pictures; a run watches the same number of them all along. */
export function createWatches(model: TrainableModel, weights: Weights, threads: number): Watches {
  const kept = { predicted: keepRecent<Prepared>(1), label: keepRecent<Prepared>(1) };
  const prepare = async (count: number, scoreOf: WatchedBatch['scoreOf']): Promise<Prepared> => {
    const { graph, ...names } = watchGraph(model.graph, count, scoreOf, operators);
    const buffers = new Map(weights.values);
    const allocate = (name: string): Float32Array => {
      const buffer = new Float32Array(sizeOf(graph.types.get(name)!.shape));
      buffers.set(name, buffer);
      return buffer;
    };
    const memory = {
      pixels: allocate(names.pictures),
      oneHot: allocate(names.oneHot),
      logits: allocate(names.logits),
      gradients: allocate(names.gradients),
    };
    const session = await createTrainingSession(graph, buffers, threads);
    return { ...memory, run: session.run, dispose: session.dispose };
  };
  return {
    async run({ pixels, labels, count, scoreOf }) {
      const prepared = await kept[scoreOf].get(count, () => prepare(count, scoreOf));
      const { gradients } = prepared;
      prepared.pixels.set(pixels.subarray(0, prepared.pixels.length));
      fillOneHot(prepared.oneHot, labels, model.classes);
      await prepared.run();
      return {
        logits: prepared.logits.slice(),
        scoreGradient: gradients.slice(0, gradients.length / 2),
        lossGradient: gradients.slice(gradients.length / 2),
      };
    },
    async dispose() {
      await kept.predicted.dispose();
      await kept.label.dispose();
    },
  };
}
