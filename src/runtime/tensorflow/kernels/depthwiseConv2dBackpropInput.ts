import type { KernelConfig, Tensor4D } from '@tensorflow/tfjs-core';
import type { ConvolutionAttributes } from './geometry';
import { convolutionGeometry } from './geometry';
import { convolutionInputGradient } from './inputGradient';

/** DepthwiseConv2dNativeBackpropInput, which the wasm backend lacks. */
export const depthwiseConv2dBackpropInput: KernelConfig = {
  kernelName: 'DepthwiseConv2dNativeBackpropInput',
  backendName: 'wasm',
  kernelFunc: ({ inputs, attrs }) => {
    const { dy, filter } = inputs as unknown as { dy: Tensor4D; filter: Tensor4D };
    const attributes = attrs as unknown as ConvolutionAttributes & { inputShape: readonly number[] };
    const geometry = convolutionGeometry(attributes.inputShape, filter.shape, attributes, true);
    return convolutionInputGradient(dy, filter, geometry, true);
  },
};
