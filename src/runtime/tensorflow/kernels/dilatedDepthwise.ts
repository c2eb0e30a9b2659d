import type { KernelConfig, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { getKernel, registerKernel, unregisterKernel } from '@tensorflow/tfjs-core';
import type { ConvolutionAttributes, ConvolutionGeometry } from './geometry';
import { convolutionGeometry, edgesOf, reachOf } from './geometry';

const NAME = 'DepthwiseConv2dNative';
const BACKEND = 'tensorflow';

/** Gives native TensorFlow the dilated depthwise convolutions that it has with oneDNN only; may be called once. */
export function registerDilatedDepthwise(): void {
  const stock = getKernel(NAME, BACKEND) as KernelConfig | undefined;
  if (stock === undefined) return;
  unregisterKernel(NAME, BACKEND);
  registerKernel({
    ...stock,
    kernelFunc: (call) => {
      const attributes = call.attrs as unknown as ConvolutionAttributes;
      if ([attributes.dilations ?? 1].flat().every((rate) => rate === 1)) return stock.kernelFunc(call);
      const { x, filter } = call.inputs as unknown as { x: Tensor4D; filter: Tensor4D };
      return dilatedDepthwise(x, filter, convolutionGeometry(x.shape, filter.shape, attributes, true));
    },
  });
}

/**
 * y[o, c·m + j] = Σₖ w[k, c, j] · x[o·stride + k·dilation − before, c], one product for each element of the kernel.
 * `x` count × rows × columns × channels; result in the output's shape.
 */
function dilatedDepthwise(
  x: Tensor4D,
  filter: Tensor4D,
  { rows, columns, outputShape }: ConvolutionGeometry,
): Tensor4D {
  return tf.tidy(() => {
    const [count, height, width] = outputShape;
    const [, , channels, multiplier] = filter.shape;
    const padded = tf.pad(x, [[0, 0], edgesOf(rows), edgesOf(columns), [0, 0]]);
    const ends = [reachOf(rows), reachOf(columns)] as const;
    let sum: tf.Tensor | undefined;
    for (let row = 0; row < rows.kernel; row++)
      for (let column = 0; column < columns.kernel; column++) {
        const [top, left] = [row * rows.dilation, column * columns.dilation];
        const seen = tf.stridedSlice(
          padded,
          [0, top, left, 0],
          [count, top + ends[0], left + ends[1], channels],
          [1, rows.stride, columns.stride, 1],
        );
        const weights = tf.reshape(tf.slice(filter, [row, column, 0, 0], [1, 1, channels, multiplier]), [
          channels,
          multiplier,
        ]);
        const product = tf.mul(tf.reshape(seen, [count * height * width, channels, 1]), weights);
        sum = sum === undefined ? product : tf.add(sum, product);
      }
    return tf.reshape(sum!, outputShape);
  });
}
