import { ONE_GRADIENT } from '../method/method';
import type { AttributionMethod } from './method';
import { rectifierMap } from './rectifierMap';

/**
 * Deconvolution: map = ∂f/∂a, f the objective and a the image in pixel space, in which every ReLU y = max(0, x) passes the gradient
 * that arrives where that is positive, whatever x is: ∂x = max(0, ∂y). Other operators keep their derivative, leaky and smooth
 * rectifiers and the bound of ReLU6 among them, and are named. Signed; not a derivative of f, so in no unit.
 * Source: Zeiler, Fergus 2014; Captum's `Deconvolution`.
 */
export const deconvolution: AttributionMethod = {
  id: 'deconvolution',
  label: 'Deconvolution',
  summary: 'What the network puts back into the picture from the score, adding up only what raises it.',
  formula: '∇ₐ f(a), ∂x = max(0, ∂y) at each ReLU',
  source: 'Zeiler, Fergus: Visualizing and Understanding Convolutional Networks, arXiv:1311.2901',
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
      'deconvolution',
      "Maps of deconvolution fail sanity checks: they hardly change with the class or with the model's weights (Adebayo et al. 2018, Sixt et al. 2020).",
    ),
};
