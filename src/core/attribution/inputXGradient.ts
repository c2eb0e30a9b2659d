import { ONE_GRADIENT } from '../method/method';
import { gradientMap } from './gradientMap';
import type { AttributionMethod } from './method';

/**
 * Input times gradient with its sign: mapᵢ = aᵢ · ∂f/∂aᵢ, f the objective and a the image in pixel space. Positive where the pixel,
 * as bright as it is, speaks for f; on a model that is linear in a the map sums to f(a) − f(0).
 * Source: Shrikumar et al. 2016; Captum's `InputXGradient`.
 */
export const inputXGradient: AttributionMethod = {
  id: 'input-x-gradient',
  label: 'Input × Gradient (signed)',
  summary: 'What a pixel adds to the score to first order, with its sign.',
  formula: 'a ∘ ∇ₐ f(a)',
  source: 'Shrikumar, Greenside, Shcherbina, Kundaje: Not Just a Black Box, arXiv:1605.01713',
  family: 'gradient',
  needs: ['gradient'],
  display: 'diverging',
  parameters: [],
  cost: ONE_GRADIENT,
  run: (classifier, image, objective, _parameters, context) =>
    gradientMap(classifier, image, objective, context, (derivative, pixel) => derivative * pixel),
};
