import { ONE_GRADIENT } from '../../method/method';
import { booleanValue } from '../../method/values';
import type { AttributionMethod } from '../method';
import { activationMap, layerParameter, type Channels } from './activationMap';

/**
 * Grad-CAM: map_xy = max(0, Σ_k w_k A_kxy) with w_k = mean_xy ∂f/∂A_kxy, f the objective and A the values of a layer. Height × width
 * of the layer; with `relu` ≥ 0, without it signed. Source: Selvaraju et al. 2017.
 */
export const gradCam: AttributionMethod = {
  id: 'grad-cam',
  label: 'Grad-CAM',
  summary: 'Which places of a layer speak for the class, its channels weighed by their mean gradient.',
  formula: 'max(0, Σₖ mean(∂f/∂Aₖ) Aₖ)',
  source: 'Selvaraju, Cogswell, Das, Vedantam, Parikh, Batra: Grad-CAM, arXiv:1610.02391',
  family: 'layer',
  needs: ['gradient', 'layers'],
  display: 'sequential',
  parameters: [
    layerParameter,
    {
      id: 'relu',
      label: 'Positive part',
      description: 'Keep what speaks for the class; off: keep the sign.',
      type: 'boolean',
      default: true,
    },
  ],
  cost: ONE_GRADIENT,
  run: (classifier, image, objective, parameters, context) =>
    activationMap(classifier, image, objective, parameters, context, (channels) => {
      const sums = weighedSums(channels);
      return booleanValue(parameters, 'relu') ? sums.map((value) => (value < 0 ? 0 : value)) : sums;
    }),
};

/** Σ_k w_k A_k of each place, w_k the mean gradient of the channel; in double precision. */
function weighedSums({ values, gradient, places, channels }: Channels): Float32Array {
  const weights = new Float64Array(channels);
  gradient.forEach((each, at) => (weights[at % channels]! += each / places));
  return Float32Array.from({ length: places }, (_, place) =>
    weights.reduce((sum, weight, channel) => sum + weight * values[place * channels + channel]!, 0),
  );
}
