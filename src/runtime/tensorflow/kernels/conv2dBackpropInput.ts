import type { KernelConfig, Tensor4D } from '@tensorflow/tfjs-core';
import type { ConvolutionAttributes } from './geometry';
import { convolutionGeometry } from './geometry';
import { convolutionInputGradient } from './inputGradient';

/** Conv2DBackpropInput out of forward convolutions, an order of magnitude faster than the wasm backend's own loops. */
export const conv2dBackpropInput: KernelConfig = {
  kernelName: 'Conv2DBackpropInput',
  backendName: 'wasm',
  kernelFunc: ({ inputs, attrs }) => {
    const { dy, filter } = inputs as unknown as { dy: Tensor4D; filter: Tensor4D };
    const attributes = attrs as unknown as ConvolutionAttributes & { inputShape: readonly number[] };
    const geometry = convolutionGeometry(attributes.inputShape, filter.shape, { ...attributes, dilations: 1 }, false);
    return convolutionInputGradient(dy, filter, geometry, false);
  },
};
