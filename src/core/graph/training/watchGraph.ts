import { GraphBuilder, type OperatorTable } from '../builder';
import type { Graph, StaticGraph } from '../graph';
import { winnerMask } from '../ops/winner';
import { lowerWindows } from '../passes/lowerWindows';
import { logitSeed, softmaxLogits } from './softmaxLogits';
import { sized } from './sized';
import { stackedGradient } from './stacked';

/** Names of a watch's inputs and outputs. */
export interface WatchGraph {
  readonly graph: StaticGraph;
  readonly pictures: string;
  /** [N, K]: labels. */
  readonly oneHot: string;
  /** [N, K]; their softmax is the probabilities. */
  readonly logits: string;
  /** [2N, …]: ∂O_c/∂a of every picture, then ∂J/∂a of every picture, in the shape of the pictures. */
  readonly gradients: string;
}

/**
 * Scores of N pictures and two derivatives with respect to each: of the logit of its predicted class (the first of equals) or
 * of its label, and of its own cross-entropy. One forward pass; both backward passes run as one of 2N pictures.
 */
export function watchGraph(
  graph: Graph,
  count: number,
  scoreOf: 'predicted' | 'label',
  operators: OperatorTable,
): WatchGraph {
  const forward = sized(graph, count, operators);
  const builder = GraphBuilder.from(forward, operators);
  const pictures = forward.inputs[0]!.name;
  const logits = softmaxLogits(builder, forward.outputs[0]!);
  const oneHot = builder.input(builder.fresh('one-hot'), { type: 'float32', shape: builder.shape(logits) });
  const chosen = scoreOf === 'label' ? oneHot : winnerMask(builder, logits, [1], 'ArgMax');
  const ofScore = logitSeed(builder, forward.outputs[0]!, chosen);
  const ofLoss = builder.add('Sub', [builder.add('Softmax', [logits], { axis: 1 }), oneHot]);
  const seeds = builder.add('Concat', [ofScore, ofLoss], { axis: 0 });
  const gradients = stackedGradient({ graph, builder, count, pictures, logits, seeds, operators });
  const whole = lowerWindows(builder.build([logits, gradients]), operators);
  return { graph: whole, pictures, oneHot, logits, gradients };
}
