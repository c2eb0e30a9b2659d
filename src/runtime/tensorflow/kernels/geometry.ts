import { backend_util } from '@tensorflow/tfjs-core';

/** One spatial dimension of a convolution: output o reads input o·stride + k·dilation − before, k = 0 … kernel − 1. */
export interface Dimension {
  readonly input: number;
  readonly output: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
}

export interface ConvolutionGeometry {
  readonly rows: Dimension;
  readonly columns: Dimension;
  readonly inputShape: Shape4D;
  readonly filterShape: Shape4D;
  readonly outputShape: Shape4D;
}

export type Shape4D = [number, number, number, number];

/** TensorFlow.js's own attributes of a convolution, as its kernels receive them. */
export interface ConvolutionAttributes {
  readonly strides: [number, number] | number;
  readonly pad: 'valid' | 'same' | number | backend_util.ExplicitPadding;
  readonly dilations?: [number, number] | number | null;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
  readonly dataFormat?: 'NHWC' | 'NCHW';
}

/** Geometry of a 2-D convolution, channels last; `depthwise` filters are [rows, columns, channels, multiplier]. */
export function convolutionGeometry(
  inputShape: readonly number[],
  filterShape: readonly number[],
  attributes: ConvolutionAttributes,
  depthwise: boolean,
): ConvolutionGeometry {
  if (attributes.dataFormat === 'NCHW') throw new Error('Convolutions with channels first are not supported.');
  const info = backend_util.computeConv2DInfo(
    inputShape as Shape4D,
    filterShape as Shape4D,
    attributes.strides,
    attributes.dilations ?? 1,
    attributes.pad,
    attributes.dimRoundingMode,
    depthwise,
  );
  return {
    rows: {
      input: info.inHeight,
      output: info.outHeight,
      kernel: info.filterHeight,
      stride: info.strideHeight,
      dilation: info.dilationHeight,
      before: info.padInfo.top,
    },
    columns: {
      input: info.inWidth,
      output: info.outWidth,
      kernel: info.filterWidth,
      stride: info.strideWidth,
      dilation: info.dilationWidth,
      before: info.padInfo.left,
    },
    inputShape: info.inShape,
    filterShape: filterShape as Shape4D,
    outputShape: info.outShape,
  };
}

/** Elements from the first that one element of the kernel reads to the last. */
export function reachOf({ output, stride }: Pick<Dimension, 'output' | 'stride'>): number {
  return (output - 1) * stride + 1;
}

/** Zeros before and after a dimension, so that every element of the kernel finds what it reads. */
export function edgesOf({ input, kernel, dilation, before, ...dimension }: Dimension): [number, number] {
  const needed = reachOf(dimension) + (kernel - 1) * dilation;
  return [before, Math.max(0, needed - input - before)];
}
