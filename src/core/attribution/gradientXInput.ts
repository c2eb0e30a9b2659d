import { ONE_GRADIENT } from '../method/method';
import { gradientMap } from './gradientMap';
import type { AttributionMethod } from './method';

/**
 * Magnitude of the gradient times input: mapᵢ = |∂f/∂aᵢ| · aᵢ, f the objective (the predicted class's score) and a the image in
 * pixel space. The sign of the gradient is lost; for a ≥ 0 the map is ≥ 0. Raw: dividing by the maximum belongs to the display.
 * Source: the project's own definition, after blbadger's "Input attribution".
 */
export const gradientXInput: AttributionMethod = {
  id: 'gradient-x-input',
  label: 'Gradient × Input',
  summary: 'How strongly the score reacts to a pixel, in proportion to how bright the pixel is, without sign.',
  formula: '|∇ₐ f(a)| ∘ a',
  source: 'blbadger.github.io, input attribution by gradient times input',
  family: 'gradient',
  needs: ['gradient'],
  display: 'sequential',
  parameters: [],
  cost: ONE_GRADIENT,
  run: (classifier, image, objective, _parameters, context) =>
    gradientMap(classifier, image, objective, context, (derivative, pixel) => Math.abs(derivative) * pixel),
};
