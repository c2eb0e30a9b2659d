import { ONE_GRADIENT } from '../../method/method';
import type { AttributionMethod } from '../method';
import { activationMap, layerParameter } from './activationMap';
import { channelSums } from './products';

/**
 * LayerCAM: map_xy = Σ_k max(0, ∂f/∂A_kxy) · A_kxy, f the objective and A the values of a layer. Height × width of the layer; ≥ 0
 * where A is, as behind a rectifier. Made for earlier layers too. Source: Jiang et al. 2021.
 */
export const layerCam: AttributionMethod = {
  id: 'layer-cam',
  label: 'LayerCAM',
  summary: 'Which places of a layer would raise the score, each weighed by its own positive gradient.',
  formula: 'Σₖ max(0, ∂f/∂Aₖ) ∘ Aₖ',
  source: 'Jiang, Zhang, Hou, Cheng, Wei: LayerCAM, IEEE Transactions on Image Processing 30 (2021)',
  family: 'layer',
  needs: ['gradient', 'layers'],
  display: 'sequential',
  parameters: [layerParameter],
  cost: ONE_GRADIENT,
  run: (classifier, image, objective, parameters, context) =>
    activationMap(classifier, image, objective, parameters, context, (channels) =>
      channelSums(channels, (derivative) => Math.max(0, derivative)),
    ),
};
