import { floats } from '../../../core/graph/tensor';
import { flagAt, stringAt } from '../../json/json';
import { perAxisAt } from './configNumbers';
import { only, type LayerReader } from './scope';
import { SHAPES } from './shapes';
import { pictureOf, pictureValue } from './window';

/**
 * UpSampling2D. Models that TensorFlow.js wrote (`half_pixel_centers: false`) take pixels as points: the bilinear value at o lies at
 * o / size of the input, where Keras means (o + ½) / size − ½.
 */
export const upSampling: LayerReader = (scope, inputs) => {
  const { builder, config } = scope;
  if (flagAt(config, 'half_pixel_centers', true) || stringAt(config, 'interpolation') !== 'bilinear')
    return SHAPES.UpSampling2D!(scope, inputs);
  const size = perAxisAt(config, 'size', [2, 2]);
  const scales = builder.constant(floats([4], [1, 1, ...size]), 'scales');
  const attributes = { mode: 'linear', coordinate_transformation_mode: 'asymmetric' };
  return pictureValue(scope, builder.add('Resize', [pictureOf(scope, only(inputs)), '', scales], attributes));
};
