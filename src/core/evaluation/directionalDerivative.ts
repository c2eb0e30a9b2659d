import type { PixelImage } from '../image/pixels';
import { batchOf } from '../image/pixels';
import type { Classifier, Objective, Scores } from '../model/classifier';
import { euclideanNorm } from '../method/numbers';
import { largestMagnitude } from './compare';
import type { ProbedGradient } from './gradientChecks';

const STEPS: readonly number[] = [1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2];
const LARGEST_ROUNDING = 0.1;
/** Half a unit in the last place of float32, relative. */
const HALF_UNIT = 2 ** -24;
/** Error of a score, after a network of float32 sums. */
export const SCORE_ERROR = 16 * HALF_UNIT;

export interface DifferenceOptions {
  /** By how much the pixel that changes most is moved, in the order in which they are tried. */
  readonly steps: readonly number[];
  /** A relative error that needs no better step. */
  readonly close: number;
}

/** A derivative along a direction d of unit length, by differences and as the gradient g says. */
export interface DirectionalDerivative {
  /** g · d. */
  readonly predicted: number;
  /** |difference − predicted| / predicted, of the step where it is smallest. */
  readonly relativeError: number;
  /** What rounding alone can do to it. */
  readonly rounding: number;
}

/**
 * Compares a gradient g with central differences f(x + h·d) − f(x − h·d) along d = direction / ‖direction‖₂, for several steps h:
 * large ones meet curvature and kinks, small ones rounding, so the best one counts. What is predicted is Σ g·Δ of the pixels as
 * float32 has them. A step whose rounding error could be larger than a tenth is not used; undefined if none is left.
 */
export async function directionalDerivative(
  classifier: Classifier,
  { picture, objective, gradient }: ProbedGradient,
  direction: Float32Array,
  { steps, close }: DifferenceOptions = { steps: STEPS, close: 0.002 },
): Promise<DirectionalDerivative | undefined> {
  const length = euclideanNorm(direction);
  const slope = gradient.reduce((sum, g, index) => sum + g * (direction[index]! / length), 0);
  const steepest = largestMagnitude(direction) / length;
  let best: DirectionalDerivative | undefined;
  for (const step of steps) {
    const h = step / steepest;
    const moved = (sign: number) => picture.data.map((value, index) => value + sign * h * (direction[index]! / length));
    const [above, below] = [moved(1), moved(-1)];
    const scores = [await run(classifier, picture, above), await run(classifier, picture, below)] as const;
    const scale = Math.max(...scores.map(({ logits }) => largestMagnitude(logits)));
    const rounding = (SCORE_ERROR * scale) / (h * Math.abs(slope)) + HALF_UNIT / h;
    if (!(rounding <= LARGEST_ROUNDING)) continue;
    const predicted = gradient.reduce((sum, g, index) => sum + g * (above[index]! - below[index]!), 0);
    const difference = objectiveValue(scores[0], objective) - objectiveValue(scores[1], objective);
    const relativeError = Math.abs(difference - predicted) / Math.abs(predicted);
    if (best === undefined || relativeError < best.relativeError) best = { predicted: slope, relativeError, rounding };
    if (best.relativeError <= close) break;
  }
  return best;
}

/** What is left of the error when rounding is granted. */
export function excess({ relativeError, rounding }: DirectionalDerivative): number {
  return relativeError - rounding;
}

function run(classifier: Classifier, picture: PixelImage, data: Float32Array): Promise<Scores> {
  return classifier.predict(batchOf({ ...picture, data }));
}

/** From the scores alone, without the code that is checked. */
export function objectiveValue({ logits, probabilities }: Scores, objective: Objective): number {
  if (objective.kind === 'cross-entropy') return -Math.log(probabilities[objective.label]!);
  if (objective.kind === 'combination')
    return objective.weights.reduce((sum, { classIndex, weight }) => sum + weight * logits[classIndex]!, 0);
  const c = objective.classIndex;
  if (objective.kind === 'logit') return logits[c]!;
  return objective.kind === 'probability' ? probabilities[c]! : Math.log(probabilities[c]!);
}
