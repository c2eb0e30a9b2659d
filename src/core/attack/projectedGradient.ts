import type { Cost } from '../method/description';
import type { ParameterDeclaration, ParameterValues } from '../method/parameters';
import { booleanValue, numberValue } from '../method/values';
import { createRandom, deriveSeed } from '../random';
import type { NormId } from '../result/record';
import { balls } from './balls';
import { isReached } from './goal';
import { iterate } from './iterated';
import type { AttackMethod } from './method';
import { clampParameter } from './parameters';

/** What projected gradient descent can be told besides its ε, whatever the norm. */
export const projectedGradientParameters: readonly ParameterDeclaration[] = [
  {
    id: 'steps',
    label: 'Steps',
    description: 'Most steps of a start, a gradient each.',
    type: 'integer',
    default: 10,
    minimum: 1,
    maximum: 1000,
    step: 1,
  },
  {
    id: 'stepSize',
    label: 'Step size',
    description: 'Size of a step as a part of ε.',
    unit: 'ε',
    type: 'number',
    default: 0.25,
    minimum: 0.001,
    maximum: 10,
    step: 0.05,
  },
  {
    id: 'randomStart',
    label: 'Random start',
    description: 'Begin at a point drawn by the seed from all changes that ε allows; off: at the image.',
    type: 'boolean',
    default: true,
  },
  {
    id: 'restarts',
    label: 'Starts',
    description: 'How often to begin; the first start that reaches the goal is kept, else the one that came nearest.',
    type: 'integer',
    default: 1,
    minimum: 1,
    maximum: 100,
    step: 1,
  },
  {
    id: 'earlyStop',
    label: 'Stop early',
    description:
      'Be content with the first image that reaches the goal, which may be the picture itself; off: make all steps and take the last.',
    type: 'boolean',
    default: true,
  },
  clampParameter,
];

/**
 * Projected gradient descent in a norm: δ ← Π(δ + s·α·u), u the steepest direction of the norm for ∇ₐJ(a + δ), s = ±1 by the goal,
 * Π onto ‖δ‖ ≤ ε, α = stepSize·ε; a + δ is kept in [0, 1] if asked. Without a random start all starts are the same, so that
 * one is made, which is said. An image that is at its goal already stays as it is where it is to stop early.
 */
export function projectedGradient(norm: NormId): AttackMethod['run'] {
  const ball = balls[norm];
  return async (classifier, subjects, parameters, context) => {
    const epsilon = numberValue(parameters, 'epsilon');
    const size = numberValue(parameters, 'stepSize') * epsilon;
    const isDrawn = booleanValue(parameters, 'randomStart');
    const stopsEarly = booleanValue(parameters, 'earlyStop');
    const asked = numberValue(parameters, 'restarts');
    const outcomes = await iterate(
      classifier,
      subjects,
      {
        steps: numberValue(parameters, 'steps'),
        starts: isDrawn ? asked : 1,
        looksFirst: isDrawn && stopsEarly,
        start: ({ image, seed }, start) =>
          isDrawn
            ? ball.draw(createRandom(deriveSeed(seed, start)), image.data.length, epsilon)
            : new Float32Array(image.data.length),
        step: (gradient) => ball.steepest(gradient, size),
        project: (delta) => ball.project(delta, epsilon),
        stop: (scores, row, goal) => stopsEarly && isReached(scores, row, goal),
        clamp: booleanValue(parameters, 'clamp'),
      },
      context,
    );
    if (isDrawn || asked === 1) return outcomes;
    return outcomes.map((outcome) => ({ ...outcome, warnings: [...outcome.warnings, SAME_STARTS] }));
  };
}

const SAME_STARTS = 'Without a random start every start would be the same, so only one was made.';

/** A gradient for every step of every start, and the scores where each ends, and of the image itself before a random one. */
export function projectedGradientCost(parameters: ParameterValues): Cost {
  const isDrawn = booleanValue(parameters, 'randomStart');
  const starts = isDrawn ? numberValue(parameters, 'restarts') : 1;
  const looks = isDrawn && booleanValue(parameters, 'earlyStop') ? 1 : 0;
  return { predictions: starts + looks, gradients: starts * numberValue(parameters, 'steps') };
}
