import { ONE_GRADIENT } from '../method/method';
import { choiceValue } from '../method/values';
import type { AttackMethod } from './method';
import { clampParameter, epsilonParameter } from './parameters';
import { type Direction, gradientStep } from './step';

/**
 * Gradient step normed by its maximum: a′ = a + ε·g / max|g|, g = ∇ₐJ, J the cross-entropy of the label (towards a target: minus).
 * ‖a′ − a‖∞ ≤ ε. With `normalization` = `max`, the literal rule g / max(g): it reverses the step where no element of g is
 * positive and exceeds ε by the factor max|g| / max(g); both are warned of. max(g) = 0: no change.
 * Source: blbadger's "Input adversarials".
 */
export const maxNormedGradient: AttackMethod = {
  id: 'max-normed-gradient',
  label: 'Max-normed gradient',
  summary: 'Moves every pixel along the loss gradient, the most sensitive one by ε.',
  formula: 'a′ = a + ε · g / max|g|, g = ∇ₐ J(O(a; θ), y)',
  source: 'blbadger.github.io, input adversarials by the max-normed gradient',
  family: 'single-step',
  needs: ['gradient'],
  cost: ONE_GRADIENT,
  norm: 'linf',
  budget: 'epsilon',
  canTarget: true,
  parameters: [
    epsilonParameter,
    {
      id: 'normalization',
      label: 'Normalisation',
      description: 'What the gradient is divided by.',
      type: 'choice',
      default: 'max-absolute',
      choices: [
        { id: 'max-absolute', label: 'max |g|', description: 'Largest magnitude: no pixel changes by more than ε.' },
        {
          id: 'max',
          label: 'max g',
          description:
            'Largest value, as first defined: reverses the step where no element is positive and can exceed ε.',
        },
      ],
    },
    clampParameter,
  ],
  run: (classifier, subjects, parameters, context) =>
    gradientStep(
      classifier,
      subjects,
      parameters,
      context,
      choiceValue(parameters, 'normalization') === 'max' ? byMaximum : byLargestMagnitude,
    ),
};

const LARGEST_FLOAT32 = 3.4028234663852886e38;
/** How far the literal rule may exceed ε before it is said. */
const EXCESS_WARNED = 10;

function byLargestMagnitude(gradient: Float32Array): Direction {
  const { magnitude } = extremesOf(gradient);
  return { data: magnitude === 0 ? gradient : gradient.map((value) => value / magnitude), warnings: [] };
}

function byMaximum(gradient: Float32Array): Direction {
  const { maximum, magnitude } = extremesOf(gradient);
  if (maximum === 0)
    return {
      data: new Float32Array(gradient.length),
      warnings: ['max(g) is 0, so the literal rule has no direction and the image is unchanged; use max |g|.'],
    };
  const data = gradient.map((value) => Math.min(LARGEST_FLOAT32, Math.max(-LARGEST_FLOAT32, value / maximum)));
  if (maximum < 0)
    return {
      data,
      warnings: [
        'No element of the gradient is positive, so dividing by max(g) reverses the step: it works against the goal; use max |g|.',
      ],
    };
  const excess = magnitude / maximum;
  if (excess <= EXCESS_WARNED) return { data, warnings: [] };
  return {
    data,
    warnings: [
      `max(g) is small against max |g|, so some pixels change by up to ${excess.toPrecision(3)} times ε; use max |g| to keep within ε.`,
    ],
  };
}

function extremesOf(values: Float32Array): { maximum: number; magnitude: number } {
  let maximum = -Infinity;
  let magnitude = 0;
  for (const value of values) {
    maximum = Math.max(maximum, value);
    magnitude = Math.max(magnitude, Math.abs(value));
  }
  return { maximum, magnitude };
}
