import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import { getKernel } from '@tensorflow/tfjs-core';
import type { ConvolutionAttributes } from './geometry';
import { convolutionGeometry, edgesOf } from './geometry';

const CONVOLUTIONS = [
  ['Conv2D', false],
  ['FusedConv2D', false],
  ['DepthwiseConv2dNative', true],
  ['FusedDepthwiseConv2D', true],
] as const;

const wrapped = new Map<string, KernelConfig>();

/**
 * The wasm backend's convolutions, told their `same` padding in numbers. Left to itself the backend takes 2³² − n rows of padding
 * where a stride steps over the last n rows or columns, and its results hold only the offset.
 */
export function convolutionsOfSamePadding(): readonly KernelConfig[] {
  for (const [kernelName, depthwise] of CONVOLUTIONS) {
    const stock = getKernel(kernelName, 'wasm') as KernelConfig | undefined;
    if (stock !== undefined && !wrapped.has(kernelName)) wrapped.set(kernelName, withNumbers(stock, depthwise));
  }
  return [...wrapped.values()];
}

function withNumbers(stock: KernelConfig, depthwise: boolean): KernelConfig {
  return {
    ...stock,
    kernelFunc: (call) => {
      const { x, filter } = call.inputs as Record<'x' | 'filter', TensorInfo>;
      const attrs = call.attrs as unknown as ConvolutionAttributes;
      if (attrs.pad !== 'same' || attrs.dataFormat === 'NCHW') return stock.kernelFunc(call);
      const { rows, columns } = convolutionGeometry(x.shape, filter.shape, attrs, depthwise);
      const pad = [[0, 0], edgesOf(rows), edgesOf(columns), [0, 0]];
      return stock.kernelFunc({ ...call, attrs: { ...call.attrs, pad } });
    },
  };
}
