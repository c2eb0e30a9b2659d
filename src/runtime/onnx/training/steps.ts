import { operators } from '../../../core/graph/ops/registry';
import { sizeOf } from '../../../core/graph/tensor';
import type { NoiseForm } from '../../../core/graph/training/forms';
import { stepGraph } from '../../../core/graph/training/stepGraph';
import { predictedAt } from '../../../core/model/crossEntropy';
import type { Minibatch, StepResult } from '../../../core/model/trainableNetwork';
import { fillOneHot } from './batchMemory';
import { keepRecent } from './kept';
import { drawNoise } from './noiseDraws';
import type { TrainableModel } from './trainableModel';
import { createTrainingSession, type TrainingSession } from './trainingSession';
import type { Weights } from './weights';

/** The usual minibatch and the last, smaller one of an epoch. */
const KEPT = 2;

export interface Steps {
  run(batch: Minibatch): Promise<StepResult>;
  /** Throws if the network cannot be differentiated. */
  check(): Promise<void>;
  dispose(): Promise<void>;
}

interface Prepared {
  readonly session: TrainingSession;
  readonly pixels: Float32Array;
  readonly oneHot: Float32Array;
  readonly loss: Float32Array;
  readonly logits: Float32Array;
  readonly noises: readonly { readonly index: number; readonly draws: Float32Array }[];
  /** Moving statistics and where their next values are put. */
  readonly statistics: readonly (readonly [Float32Array, Float32Array])[];
  dispose(): Promise<void>;
}

/** Training minibatch by minibatch, one graph for each size. */
export function createSteps(model: TrainableModel, weights: Weights, threads: number): Steps {
  const kept = keepRecent<Prepared>(KEPT);
  const trained = [...weights.gradients.keys()];
  const noiseForms = model.noises.map(({ kind, shape }): NoiseForm => ({
    op: kind === 'gaussian-noise' ? 'Add' : 'Mul',
    shape,
  }));
  const graphOf = (count: number) => stepGraph(model.graph, count, trained, noiseForms, operators);

  const prepare = async (count: number): Promise<Prepared> => {
    const step = graphOf(count);
    const { graph, noises, gradients, statistics } = step;
    const buffers = new Map(weights.values);
    const allocate = (name: string): Float32Array => {
      const buffer = new Float32Array(sizeOf(graph.types.get(name)!.shape));
      buffers.set(name, buffer);
      return buffer;
    };
    for (const [weight, name] of gradients) buffers.set(name, weights.gradients.get(weight)!);
    const [pixels, oneHot, loss, logits] = [step.pictures, step.oneHot, step.loss, step.logits].map(allocate) as [
      Float32Array,
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    const draws = [...noises].map(([index, { input }]) => ({ index, draws: allocate(input) }));
    const moving = [...statistics].map(([weight, name]) => [weights.values.get(weight)!, allocate(name)] as const);
    const session = await createTrainingSession(graph, buffers, threads);
    return { session, pixels, oneHot, loss, logits, noises: draws, statistics: moving, dispose: session.dispose };
  };

  return {
    async run({ pixels, labels, count, seed }) {
      const prepared = await kept.get(count, () => prepare(count));
      prepared.pixels.set(pixels.subarray(0, prepared.pixels.length));
      fillOneHot(prepared.oneHot, labels, model.classes);
      for (const { index, draws } of prepared.noises) drawNoise(model.noises[index]!, index, seed, draws);
      await prepared.session.run();
      for (const [values, next] of prepared.statistics) values.set(next);
      let correct = 0;
      for (let image = 0; image < count; image++)
        if (predictedAt(prepared.logits, image * model.classes, model.classes) === labels[image]) correct++;
      return { loss: prepared.loss[0]!, correct };
    },
    async check() {
      graphOf(1);
    },
    dispose: () => kept.dispose(),
  };
}
