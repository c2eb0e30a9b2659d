import type { OperatorTable } from '../builder';
import { differentiateAll } from '../differentiate';
import type { Graph, StaticGraph } from '../graph';
import { lowerWindows } from '../passes/lowerWindows';
import type { Shape } from '../tensor';
import { softmaxLogits } from './softmaxLogits';
import { trainingForm, type NoiseForm } from './forms';
import { sized } from './sized';

/** Names of a step's inputs and outputs. */
export interface StepGraph {
  readonly graph: StaticGraph;
  /** [B, …] as the network takes them. */
  readonly pictures: string;
  /** [B, K]. */
  readonly oneHot: string;
  readonly noises: ReadonlyMap<number, { readonly input: string; readonly shape: Shape }>;
  /** A single number. */
  readonly loss: string;
  /** [B, K], before the update. */
  readonly logits: string;
  /** ∂loss/∂weight by the weight's name; without those that the loss does not depend on. */
  readonly gradients: ReadonlyMap<string, string>;
  /** Moving statistics after the minibatch, by the name of the weight. */
  readonly statistics: ReadonlyMap<string, string>;
}

/**
 * One minibatch of training as a graph: the mean cross-entropy L = −(1/B) Σ e∘log softmax(logits) of one-hot labels e, and its
 * derivative with respect to `weights`, which are inputs of `graph` behind the pictures; the seed at the logits is
 * (softmax − e)/B. The graph's output is logits [B, K], or [B, 1] for two classes.
 *
 * Throws `NotDifferentiable` with the operators that have no derivative, and an Error if the graph does not fit `batch`.
 */
export function stepGraph(
  graph: Graph,
  batch: number,
  weights: readonly string[],
  noiseForms: readonly NoiseForm[],
  operators: OperatorTable,
): StepGraph {
  const form = trainingForm(sized(graph, batch, operators), noiseForms, operators);
  const { builder, noises, statistics } = form;
  const logits = softmaxLogits(builder, form.forward.outputs[0]!);
  const oneHot = builder.input(builder.fresh('one-hot'), { type: 'float32', shape: builder.shape(logits) });
  const logarithms = builder.add('LogSoftmax', [logits], { axis: 1 });
  const ofLabels = builder.add('ReduceSum', [builder.add('Mul', [logarithms, oneHot])], { keepdims: 0 });
  const share = builder.scalar(1 / batch);
  const loss = builder.add('Neg', [builder.add('Mul', [ofLabels, share])]);
  const error = builder.add('Sub', [builder.add('Exp', [logarithms]), oneHot]);
  const seed = builder.add('Mul', [error, share]);
  const { gradients: found } = differentiateAll(builder, builder.build([logits]), logits, weights, seed);
  // Every output needs a name of its own.
  const gradients = new Map([...found].map(([weight, name]) => [weight, builder.add('Identity', [name])]));
  const outputs = [loss, logits, ...gradients.values(), ...statistics.values()];
  return {
    graph: lowerWindows(builder.build(outputs), operators),
    pictures: graph.inputs[0]!.name,
    oneHot,
    noises,
    loss,
    logits,
    gradients,
    statistics,
  };
}
