import { countNonFinite, euclideanNorm } from '../method/numbers';
import type { Classifier, Objective } from '../model/classifier';
import type { CheckItem } from '../result/modelCheck';
import { checkItem, percent } from './checkItem';
import { directionalDerivative, excess, type DirectionalDerivative } from './directionalDerivative';
import type { ProbedGradient } from './gradientChecks';

const AGREE = 0.02;
const SIMILAR = 0.1;
/** Networks of these go in steps, which differences see and derivatives do not. */
const STEPPED = /^(Round|Rint|Floor|Ceil|Sign|QuantizeLinear|DynamicQuantizeLinear|FakeQuant\w*)$/;

/** Does the gradient say how the scores change? */
export async function checkDifferences(classifier: Classifier, probed: readonly ProbedGradient[]): Promise<CheckItem> {
  const usable = probed.filter(({ gradient }) => countNonFinite(gradient) === 0 && euclideanNorm(gradient) > 0);
  const found: { readonly kind: Objective['kind']; readonly derivative: DirectionalDerivative }[] = [];
  for (const each of usable) {
    const derivative = await directionalDerivative(classifier, each, each.gradient);
    if (derivative) found.push({ kind: each.objective.kind, derivative });
  }
  if (found.length === 0)
    return checkItem('finite-differences', 'skipped', 'No gradient is large enough to be told from rounding.');
  const numbers = Object.fromEntries(
    found.flatMap(({ kind, derivative }) => [
      [`${kind} relative error`, derivative.relativeError],
      [`${kind} directional derivative`, derivative.predicted],
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
