import { operators } from '../../../core/graph/ops/registry';
import { sizeOf } from '../../../core/graph/tensor';
import { watchGraph } from '../../../core/graph/training/watchGraph';
import type { WatchedBatch, WatchResult } from '../../../core/model/trainableNetwork';
import { fillOneHot } from './batchMemory';
import { keepRecent } from './kept';
import type { TrainableModel } from './trainableModel';
import { createThreadSession, sharedFloats } from './threadSession';
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

/**
 * Scores and derivatives of the watched pictures; a run watches the same number of them all along. They are computed in a
 * thread of their own, on the weights as they are when `run` is called, so that training can go on meanwhile. Operators of
 * small networks gain little from more than one thread: two runs side by side on one each finish sooner.
 */
export function createWatches(model: TrainableModel, weights: Weights, threads: number): Watches {
  const kept = { predicted: keepRecent<Prepared>(1), label: keepRecent<Prepared>(1) };
  /** The thread's own copy of the weights. */
  let copies: ReadonlyMap<string, Float32Array> | undefined;
  let isRunning = false;

  function copyWeights(): ReadonlyMap<string, Float32Array> {
    copies ??= new Map([...weights.values].map(([name, { length }]) => [name, sharedFloats(length)]));
    for (const [name, copy] of copies) copy.set(weights.values.get(name)!);
    return copies;
  }

  const prepare = async (
    count: number,
    scoreOf: WatchedBatch['scoreOf'],
    values: ReadonlyMap<string, Float32Array>,
  ): Promise<Prepared> => {
    const { graph, ...names } = watchGraph(model.graph, count, scoreOf, operators);
    const buffers = new Map(values);
    const allocate = (name: string): Float32Array => {
      const buffer = sharedFloats(sizeOf(graph.types.get(name)!.shape));
      buffers.set(name, buffer);
      return buffer;
    };
    const memory = {
      pixels: allocate(names.pictures),
      oneHot: allocate(names.oneHot),
      logits: allocate(names.logits),
      gradients: allocate(names.gradients),
    };
    const session = await createThreadSession(graph, buffers, threads);
    return { ...memory, run: session.run, dispose: session.dispose };
  };

  async function watch({ pixels, labels, count, scoreOf }: WatchedBatch): Promise<WatchResult> {
    const values = copyWeights();
    const prepared = await kept[scoreOf].get(count, () => prepare(count, scoreOf, values));
    const { gradients } = prepared;
    prepared.pixels.set(pixels.subarray(0, prepared.pixels.length));
    fillOneHot(prepared.oneHot, labels, model.classes);
    await prepared.run();
    return {
      logits: prepared.logits,
      scoreGradient: gradients.subarray(0, gradients.length / 2),
      lossGradient: gradients.subarray(gradients.length / 2),
    };
  }

  return {
    async run(images) {
      if (isRunning) throw new Error('The images are being watched already');
      isRunning = true;
      try {
        return await watch(images);
      } finally {
        isRunning = false;
      }
    },
    async dispose() {
      await kept.predicted.dispose();
      await kept.label.dispose();
    },
  };
}
