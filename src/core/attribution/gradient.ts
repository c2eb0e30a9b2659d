import { ONE_GRADIENT } from '../method/method';
import { gradientMap } from './gradientMap';
import type { AttributionMethod } from './method';

/**
 * The gradient itself: mapᵢ = ∂f/∂aᵢ, f the objective and a the image in pixel space. Signed: positive where brightening the
 * pixel raises f. Unit: objective per pixel range. Source: Simonyan, Vedaldi, Zisserman 2013.
 */
export const gradient: AttributionMethod = {
  id: 'gradient',
  label: 'Gradient',
  summary: 'How much the score changes if a pixel is brightened a little, with its sign.',
  formula: '∇ₐ f(a)',
  source: 'Simonyan, Vedaldi, Zisserman: Deep Inside Convolutional Networks, arXiv:1312.6034',
  family: 'gradient',
  needs: ['gradient'],
  display: 'diverging',
  parameters: [],
  cost: ONE_GRADIENT,
  run: (classifier, image, objective, _parameters, context) =>
    gradientMap(classifier, image, objective, context, (derivative) => derivative),
};
