import { ONE_GRADIENT } from '../method/method';
import type { AttackMethod } from './method';
import { clampParameter, epsilonParameter } from './parameters';
import { gradientStep } from './step';

/**
 * Fast gradient sign method: a′ = a + ε·sign(∇ₐJ), J the cross-entropy of the label (towards a target: a − ε·sign(∇ₐJ)).
 * sign(0) = 0; ‖a′ − a‖∞ ≤ ε. With `clamp` a′ is kept in [0, 1]. Source: Goodfellow, Shlens, Szegedy 2014.
 */
export const fgsm: AttackMethod = {
  id: 'fgsm',
  label: 'Fast gradient sign (FGSM)',
  summary: 'Moves every pixel by ε in the direction that raises the loss.',
  formula: 'a′ = a + ε · sign(∇ₐ J(O(a; θ), y))',
  source: 'Goodfellow, Shlens, Szegedy: Explaining and Harnessing Adversarial Examples, arXiv:1412.6572',
  family: 'single-step',
  needs: ['gradient'],
  cost: ONE_GRADIENT,
  norm: 'linf',
  budget: 'epsilon',
  canTarget: true,
  parameters: [epsilonParameter, clampParameter],
  run: (classifier, subjects, parameters, context) =>
    gradientStep(classifier, subjects, parameters, context, (gradient) => ({
      data: gradient.map((value) => Math.sign(value)),
      warnings: [],
    })),
};
