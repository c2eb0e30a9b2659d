import type { ModelInput, PreprocessingPreset } from './modelInfo';

export type Scaling = Pick<ModelInput, 'range' | 'mean' | 'std'> & { readonly color?: 'rgb' | 'bgr' };

/**
 * Preprocessing by its usual names: model input = (range[0] + pixel · (range[1] − range[0]) − mean) / std, per channel in the
 * model's own channel order. `torchvision` is ImageNet's mean and deviation in RGB, `caffe` subtracts ImageNet's mean from
 * 0…255 in BGR (both as their frameworks publish them).
 */
export const PRESETS: Readonly<Record<PreprocessingPreset, Scaling>> = {
  unit: { range: [0, 1], mean: [0], std: [1] },
  signed: { range: [-1, 1], mean: [0], std: [1] },
  byte: { range: [0, 255], mean: [0], std: [1] },
  torchvision: { range: [0, 1], mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225], color: 'rgb' },
  caffe: { range: [0, 255], mean: [103.939, 116.779, 123.68], std: [1], color: 'bgr' },
};
