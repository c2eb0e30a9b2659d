import type { PixelImage } from '../image/pixels';
import { batchOf } from '../image/pixels';
import { countNonFinite } from '../method/numbers';
import type { Classifier, Objective, Scores } from '../model/classifier';
import type { CheckItem } from '../result/modelCheck';
import { checkItem, percent } from './checkItem';
import { euclideanNorm, largestMagnitude } from './compare';
import type { ProbedGradient } from './gradientChecks';

/** By how much the pixel that changes most is moved. */
const STEPS = [1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2] as const;
const AGREE = 0.02;
const SIMILAR = 0.1;
/** No need to look for a better step. */
const CLOSE = 0.002;
/** Half a unit in the last place of float32, relative. */
const HALF_UNIT = 2 ** -24;
/** Error of a score, after a network of float32 sums. */
const SCORE_ERROR = 16 * HALF_UNIT;
/** Networks of these go in steps, which differences see and derivatives do not. */
const STEPPED = /^(Round|Rint|Floor|Ceil|Sign|QuantizeLinear|DynamicQuantizeLinear|FakeQuant\w*)$/;

interface DirectionalDerivative {
  /** ‖g‖₂: the derivative along g / ‖g‖₂, as the gradient says. */
  readonly gradient: number;
  /** |difference − predicted| / predicted, of the step where it is smallest. */
  readonly relativeError: number;
  /** What rounding alone can do to it. */
  readonly rounding: number;
}

/**
 * Compares a gradient g with central differences f(x + h·d) − f(x − h·d) along its own direction d = g / ‖g‖₂, for several steps h:
 * large ones meet curvature and kinks, small ones rounding, so the best one counts. What is predicted is Σ g·Δ of the pixels as
 * float32 has them. A step whose rounding error could be larger than a tenth is not used; undefined if none is left.
 */
async function alongGradient(
  classifier: Classifier,
  { picture, objective, gradient }: ProbedGradient,
): Promise<DirectionalDerivative | undefined> {
  const length = euclideanNorm(gradient);
  const steepest = largestMagnitude(gradient) / length;
  let best: DirectionalDerivative | undefined;
  for (const step of STEPS) {
    const h = step / steepest;
    const moved = (sign: number) => picture.data.map((value, index) => value + sign * h * (gradient[index]! / length));
    const [above, below] = [moved(1), moved(-1)];
    const scores = [await run(classifier, picture, above), await run(classifier, picture, below)] as const;
    const scale = Math.max(...scores.map(({ logits }) => largestMagnitude(logits)));
    const rounding = (SCORE_ERROR * scale) / (h * length) + HALF_UNIT / h;
    if (!(rounding <= SIMILAR)) continue;
    const predicted = gradient.reduce((sum, g, index) => sum + g * (above[index]! - below[index]!), 0);
    const difference = objectiveValue(scores[0], objective) - objectiveValue(scores[1], objective);
    const relativeError = Math.abs(difference - predicted) / Math.abs(predicted);
    if (best === undefined || relativeError < best.relativeError) best = { gradient: length, relativeError, rounding };
    if (best.relativeError <= CLOSE) break;
  }
  return best;
}

function run(classifier: Classifier, picture: PixelImage, data: Float32Array): Promise<Scores> {
  return classifier.predict(batchOf({ ...picture, data }));
}

/** Does the gradient say how the scores change? */
export async function checkDifferences(classifier: Classifier, probed: readonly ProbedGradient[]): Promise<CheckItem> {
  const usable = probed.filter(({ gradient }) => countNonFinite(gradient) === 0 && euclideanNorm(gradient) > 0);
  const found: { readonly kind: Objective['kind']; readonly derivative: DirectionalDerivative }[] = [];
  for (const each of usable) {
    const derivative = await alongGradient(classifier, each);
    if (derivative) found.push({ kind: each.objective.kind, derivative });
  }
  if (found.length === 0)
    return checkItem('finite-differences', 'skipped', 'No gradient is large enough to be told from rounding.');
  const numbers = Object.fromEntries(
    found.flatMap(({ kind, derivative }) => [
      [`${kind} relative error`, derivative.relativeError],
      [`${kind} directional derivative`, derivative.gradient],
    ]),
  );
  const worst = found.reduce((a, b) => (excess(a.derivative) > excess(b.derivative) ? a : b));
  const text = found.map(({ kind, derivative }) => `${kind} to ${percent(derivative.relativeError)}`).join(', ');
  if (excess(worst.derivative) <= AGREE)
    return checkItem('finite-differences', 'passed', `Gradients agree with differences of scores (${text}).`, numbers);
  const steps = Object.keys(classifier.info.operators ?? {}).filter((name) => STEPPED.test(name));
  const because =
    steps.length > 0
      ? `because ${steps.join(', ')} make the scores change in steps`
      : 'so the gradient is wrong, or the network bends within a thousandth of the range of a pixel';
  return checkItem(
    'finite-differences',
    excess(worst.derivative) <= SIMILAR || steps.length > 0 ? 'warning' : 'failed',
    `Gradients differ from differences of scores (${text}), ${because}.`,
    numbers,
  );
}

function excess({ relativeError, rounding }: DirectionalDerivative): number {
  return relativeError - rounding;
}

/** From the scores alone, without the code that is checked. */
function objectiveValue({ logits, probabilities }: Scores, objective: Objective): number {
  if (objective.kind === 'cross-entropy') return -Math.log(probabilities[objective.label]!);
  const c = objective.classIndex;
  if (objective.kind === 'logit') return logits[c]!;
  return objective.kind === 'probability' ? probabilities[c]! : Math.log(probabilities[c]!);
}
