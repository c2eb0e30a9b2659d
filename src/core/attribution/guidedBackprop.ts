import { ONE_GRADIENT } from '../method/method';
import type { AttributionMethod } from './method';
import { rectifierMap } from './rectifierMap';

/**
 * Guided backpropagation: map = ∂f/∂a, f the objective and a the image in pixel space, in which every ReLU y = max(0, x) passes the
 * gradient that arrives only where both are positive: ∂x = max(0, ∂y) where x > 0, else 0. Other operators keep their derivative, leaky
 * and smooth rectifiers and the bound of ReLU6 among them, and are named. Signed; not a derivative of f, so in no unit.
 * Source: Springenberg et al. 2015; Captum's `GuidedBackprop`.
 */
export const guidedBackprop: AttributionMethod = {
  id: 'guided-backprop',
  label: 'Guided Backpropagation',
  summary: 'Which details of the picture excite the units that raise the score; shows edges more than reasons.',
  formula: '∇ₐ f(a), ∂x = max(0, ∂y) where x > 0 at each ReLU',
  source: 'Springenberg, Dosovitskiy, Brox, Riedmiller: Striving for Simplicity, arXiv:1412.6806',
  family: 'gradient',
  needs: ['gradient', 'variant'],
  display: 'diverging',
  parameters: [],
  cost: ONE_GRADIENT,
  run: (classifier, image, objective, _parameters, context) =>
    rectifierMap(
      classifier,
      image,
      objective,
      context,
      'guided',
      "Maps of guided backpropagation fail sanity checks: they hardly change with the class or with the model's weights (Adebayo et al. 2018).",
    ),
};
