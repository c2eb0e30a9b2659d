import type { AttackMethod } from './method';
import { epsilonParameter } from './parameters';
import { projectedGradient, projectedGradientCost, projectedGradientParameters } from './projectedGradient';

/**
 * Projected gradient descent within ‖δ‖∞ ≤ ε: δ ← clip(δ + α·sign(∇ₐJ), −ε, ε) (towards a target: − α·sign), from a random start;
 * see `projectedGradient`. One step of size ε from the image itself is `fgsm`. Source: Madry et al. 2018.
 */
export const pgd: AttackMethod = {
  id: 'pgd',
  label: 'Projected gradient (PGD)',
  summary: 'Follows the sign of the loss gradient in small steps and stays within ε of every pixel.',
  formula: 'δ ← clip(δ + α · sign(∇ₐ J(O(a + δ; θ), y)), −ε, ε)',
  source:
    'Madry, Makelov, Schmidt, Tsipras, Vladu: Towards Deep Learning Models Resistant to Adversarial Attacks, arXiv:1706.06083',
  family: 'iterative',
  needs: ['gradient'],
  cost: projectedGradientCost,
  norm: 'linf',
  budget: 'epsilon',
  canTarget: true,
  parameters: [{ ...epsilonParameter, default: 8 / 255 }, ...projectedGradientParameters],
  run: projectedGradient('linf'),
};
