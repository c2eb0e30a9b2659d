import type { AttackMethod } from './method';
import { epsilonL2Parameter } from './parameters';
import { projectedGradient, projectedGradientCost, projectedGradientParameters } from './projectedGradient';

/**
 * Projected gradient descent within ‖δ‖₂ ≤ ε: δ ← Π(δ + α·g/‖g‖₂), g = ∇ₐJ (towards a target: −), Π shortens what is longer than ε;
 * from a random start; see `projectedGradient`. Source: Madry et al. 2018.
 */
export const pgdEuclidean: AttackMethod = {
  id: 'pgd-euclidean',
  label: 'Projected gradient in L2 (PGD)',
  summary: 'Follows the loss gradient in small steps and keeps the L2 norm of the change within ε.',
  formula: 'δ ← Π(δ + α · g / ‖g‖₂), g = ∇ₐ J(O(a + δ; θ), y), ‖δ‖₂ ≤ ε',
  source:
    'Madry, Makelov, Schmidt, Tsipras, Vladu: Towards Deep Learning Models Resistant to Adversarial Attacks, arXiv:1706.06083',
  family: 'iterative',
  needs: ['gradient'],
  cost: projectedGradientCost,
  norm: 'l2',
  budget: 'epsilon',
  canTarget: true,
  parameters: [epsilonL2Parameter, ...projectedGradientParameters],
  run: projectedGradient('l2'),
};
