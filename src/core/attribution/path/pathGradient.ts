import type { PixelImage } from '../../image/pixels';
import type { MethodContext } from '../../method/context';
import { weightedGradient } from '../../method/points/ask';
import type { Classifier, Objective, Scores } from '../../model/classifier';
import type { Quadrature } from './quadrature';

export interface PathGradient {
  /** Σ weights[i]·∇f at the nodes: the mean gradient along the path. */
  readonly mean: Float64Array;
  /** Of the image itself. */
  readonly scores: Scores;
  /** f at the image and at the baseline. */
  readonly value: number;
  readonly baselineValue: number;
}

/**
 * The gradient of the objective f along the straight line a′ + α·(a − a′) from `baseline` a′ to `image` a, weighed as `rule` says,
 * summed in float64. Both ends are looked at too, for f(a), f(a′) and the scores. `chunk`: points a call, for tests.
 * Throws `CancelledError` between calls, and what the classifier throws.
 */
export async function pathGradient(
  classifier: Classifier,
  image: PixelImage,
  baseline: Float32Array,
  objective: Objective,
  rule: Quadrature,
  context: MethodContext,
  chunk?: number,
): Promise<PathGradient> {
  const positions = [1, 0, ...rule.nodes];
  const weights = [0, 0, ...rule.weights];
  const points = [{ kind: 'line', from: baseline, to: image, positions }] as const;
  const question = { classifier, points, objective, context, ...(chunk !== undefined && { chunk }) };
  const { sum, scores, values } = await weightedGradient(question, weights);
  return { mean: sum, scores, value: values[0]!, baselineValue: values[1]! };
}
