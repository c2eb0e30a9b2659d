import { batchOf } from '../image/pixels';
import type { Classifier } from '../model/classifier';
import { euclideanNorm } from '../method/numbers';
import { largestMagnitude } from './compare';
import { objectiveValue, SCORE_ERROR } from './directionalDerivative';
import type { ProbedGradient } from './gradientChecks';

/** By how much the pixel that changes most is moved. */
const STEPS: readonly number[] = [1e-3, 3e-4, 3e-3, 1e-4, 1e-2];
/** Rounding may make up this share of what is to be told. */
const LARGEST_ROUNDING = 0.1;

/** Gradients a and b of one objective at one picture, each with the classifier that made it. */
export interface Dispute extends Pick<ProbedGradient, 'picture' | 'objective'> {
  readonly classifiers: readonly [Classifier, Classifier];
  readonly gradients: readonly [Float32Array, Float32Array];
}

/** ‖a − b‖₂ / max(‖a‖₂, ‖b‖₂); infinite where a number is not finite. */
export function distance([a, b]: Dispute['gradients']): number {
  const apart = euclideanNorm(difference(a, b));
  return apart === 0 ? 0 : finite(apart / sizeOf([a, b]));
}

/**
 * By how much each of two gradients is off: |(f(x + h·d) − f(x − h·d)) / 2h − g·d| / max(‖a‖₂, ‖b‖₂) along their difference
 * d = (a − b) / ‖a − b‖₂, each with its own classifier's scores f and the step h where it is smallest, rounding granted. Where the
 * scores are the same, the two are off by no less than the distance of the gradients together. Undefined where rounding hides it.
 */
export async function settleGradients(dispute: Dispute): Promise<readonly [number, number] | undefined> {
  const { classifiers, gradients } = dispute;
  const apart = distance(gradients);
  if (apart === 0 || !Number.isFinite(apart)) return undefined;
  const missOf = async (at: 0 | 1): Promise<number | undefined> => missAlong(classifiers[at], gradients[at], dispute);
  const [first, second] = [await missOf(0), await missOf(1)];
  return first === undefined || second === undefined ? undefined : [first, second];
}

async function missAlong(
  classifier: Classifier,
  gradient: Float32Array,
  { picture, objective, gradients }: Dispute,
): Promise<number | undefined> {
  const direction = difference(...gradients);
  const [size, length] = [sizeOf(gradients), euclideanNorm(direction)];
  const steepest = largestMagnitude(direction) / length;
  let best: number | undefined;
  for (const step of STEPS) {
    const h = step / steepest;
    const moved = (sign: number) => picture.data.map((value, at) => value + sign * h * (direction[at]! / length));
    const [above, below] = [moved(1), moved(-1)];
    const run = (data: Float32Array) => classifier.predict(batchOf({ ...picture, data }));
    const scores = [await run(above), await run(below)] as const;
    const scale = Math.max(...scores.map(({ logits }) => largestMagnitude(logits)));
    const rounding = (SCORE_ERROR * scale) / (h * size);
    if (!(rounding <= (LARGEST_ROUNDING * length) / size)) continue;
    const predicted = gradient.reduce((sum, g, at) => sum + g * (above[at]! - below[at]!), 0);
    const change = objectiveValue(scores[0], objective) - objectiveValue(scores[1], objective);
    const miss = Math.max(0, Math.abs(change - predicted) / (2 * h * size) - rounding);
    if (best === undefined || miss < best) best = miss;
  }
  return best;
}

function sizeOf([a, b]: Dispute['gradients']): number {
  return Math.max(euclideanNorm(a), euclideanNorm(b));
}

function difference(a: Float32Array, b: Float32Array): Float32Array {
  return a.map((value, at) => value - b[at]!);
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : Infinity;
}
