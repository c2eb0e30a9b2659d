import type { KernelConfig, Tensor4D } from '@tensorflow/tfjs-core';
import { depthwiseFilterGradient } from './filterGradient';
import type { ConvolutionAttributes } from './geometry';
import { convolutionGeometry } from './geometry';

/** DepthwiseConv2dNativeBackpropFilter, which the wasm backend lacks. */
export const depthwiseConv2dBackpropFilter: KernelConfig = {
  kernelName: 'DepthwiseConv2dNativeBackpropFilter',
  backendName: 'wasm',
  kernelFunc: ({ inputs, attrs }) => {
    const { x, dy } = inputs as unknown as { x: Tensor4D; dy: Tensor4D };
    const attributes = attrs as unknown as ConvolutionAttributes & { filterShape: readonly number[] };
    return depthwiseFilterGradient(x, dy, convolutionGeometry(x.shape, attributes.filterShape, attributes, true));
  },
};
