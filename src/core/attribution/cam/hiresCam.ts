import { ONE_GRADIENT } from '../../method/method';
import type { AttributionMethod } from '../method';
import { activationMap, layerParameter } from './activationMap';
import { channelSums } from './products';

/**
 * HiResCAM: map_xy = Σ_k ∂f/∂A_kxy · A_kxy, f the objective and A the values of a layer. Height × width of the layer, signed; where
 * the rest of the model is linear in A the map sums to what A adds to f. Source: Draelos, Carin 2020.
 */
export const hiresCam: AttributionMethod = {
  id: 'hires-cam',
  label: 'HiResCAM',
  summary: 'What each place of a layer adds to the score to first order, with its sign.',
  formula: 'Σₖ ∂f/∂Aₖ ∘ Aₖ',
  source: 'Draelos, Carin: Use HiResCAM instead of Grad-CAM, arXiv:2011.08891',
  family: 'layer',
  needs: ['gradient', 'layers'],
  display: 'diverging',
  parameters: [layerParameter],
  cost: ONE_GRADIENT,
  run: (classifier, image, objective, parameters, context) =>
    activationMap(classifier, image, objective, parameters, context, (channels) =>
      channelSums(channels, (derivative) => derivative),
    ),
};
