import type { GradConfig, NamedAttrMap, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { convolutionFilterGradient, depthwiseFilterGradient } from '../kernels/filterGradient';
import type { ConvolutionAttributes } from '../kernels/geometry';
import { convolutionGeometry } from '../kernels/geometry';
import { convolutionInputGradient } from '../kernels/inputGradient';

/** Gradient of Conv2D: the backend's own kernels, and for dilated convolutions, which the stock gradient refuses, our own. */
export const conv2dGradient: GradConfig = {
  kernelName: 'Conv2D',
  inputsToSave: ['x', 'filter'],
  gradFunc: (output, saved, attrs) => {
    const [x, filter] = saved as [Tensor4D, Tensor4D];
    const dy = output as Tensor4D;
    const plain: NamedAttrMap = { ...attrs };
    delete plain.dilations;
    if (!isDilated(attrs)) {
      return {
        x: () => run('Conv2DBackpropInput', { dy, filter }, { ...plain, inputShape: x.shape }),
        filter: () => run('Conv2DBackpropFilter', { x, dy }, { ...plain, filterShape: filter.shape }),
      };
    }
    const geometry = convolutionGeometry(x.shape, filter.shape, attrs as unknown as ConvolutionAttributes, false);
    return {
      x: () => convolutionInputGradient(dy, filter, geometry, false),
      filter: () => convolutionFilterGradient(x, dy, geometry),
    };
  },
};

/** The same for DepthwiseConv2dNative. */
export const depthwiseConv2dGradient: GradConfig = {
  kernelName: 'DepthwiseConv2dNative',
  inputsToSave: ['x', 'filter'],
  gradFunc: (output, saved, attrs) => {
    const [x, filter] = saved as [Tensor4D, Tensor4D];
    const dy = output as Tensor4D;
    const stock = { ...attrs, dilations: attrs.dilations ?? [1, 1] };
    if (!isDilated(attrs)) {
      return {
        x: () => run('DepthwiseConv2dNativeBackpropInput', { dy, filter }, { ...stock, inputShape: x.shape }),
        filter: () => run('DepthwiseConv2dNativeBackpropFilter', { x, dy }, { ...stock, filterShape: filter.shape }),
      };
    }
    const geometry = convolutionGeometry(x.shape, filter.shape, attrs as unknown as ConvolutionAttributes, true);
    return {
      x: () => convolutionInputGradient(dy, filter, geometry, true),
      filter: () => depthwiseFilterGradient(x, dy, geometry),
    };
  },
};

function run(kernel: string, inputs: Record<string, Tensor4D>, attributes: object): Tensor4D {
  return tf.engine().runKernel(kernel, inputs, attributes as NamedAttrMap);
}

function isDilated({ dilations }: NamedAttrMap): boolean {
  return Array.isArray(dilations)
    ? dilations.some((rate) => rate !== 1)
    : typeof dilations === 'number' && dilations !== 1;
}
