import type { KernelConfig, Tensor4D } from '@tensorflow/tfjs-core';
import { convolutionFilterGradient } from './filterGradient';
import type { ConvolutionAttributes } from './geometry';
import { convolutionGeometry } from './geometry';

/** Conv2DBackpropFilter, which the wasm backend lacks. */
export const conv2dBackpropFilter: KernelConfig = {
  kernelName: 'Conv2DBackpropFilter',
  backendName: 'wasm',
  kernelFunc: ({ inputs, attrs }) => {
    const { x, dy } = inputs as unknown as { x: Tensor4D; dy: Tensor4D };
    const attributes = attrs as unknown as ConvolutionAttributes & { filterShape: readonly number[] };
    const geometry = convolutionGeometry(x.shape, attributes.filterShape, { ...attributes, dilations: 1 }, false);
    return convolutionFilterGradient(x, dy, geometry);
  },
};
