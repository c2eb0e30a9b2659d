import type { GradConfig, NamedAttrMap, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Alignment } from '../kernels/interpolation';
import { bilinearWeights, nearestWeights } from '../kernels/interpolation';

type Weights = (input: number, output: number, alignment: Alignment) => Float32Array;

/**
 * Gradients of ResizeBilinear and ResizeNearestNeighbor: dx = Rᵀ · dy · C for y = R · x · Cᵀ, each image and channel. The stock
 * ones take half-pixel centres for none, and on the plain JavaScript backend are wrong for all but square pictures and the first
 * of a batch.
 */
export const resizeBilinearGradient: GradConfig = {
  kernelName: 'ResizeBilinear',
  inputsToSave: ['images'],
  gradFunc: (dy, saved, attrs) => gradient(dy as Tensor4D, saved[0] as Tensor4D, attrs, bilinearWeights),
};

export const resizeNearestGradient: GradConfig = {
  kernelName: 'ResizeNearestNeighbor',
  inputsToSave: ['images'],
  gradFunc: (dy, saved, attrs) => {
    // Plain JavaScript computes in double precision.
    const round = tf.getBackend() === 'cpu' ? (value: number) => value : Math.fround;
    const weights: Weights = (input, output, alignment) => nearestWeights(input, output, alignment, round);
    return gradient(dy as Tensor4D, saved[0] as Tensor4D, attrs, weights);
  },
};

function gradient(
  dy: Tensor4D,
  { shape: [count, height, width, channels] }: Tensor4D,
  attrs: NamedAttrMap,
  weights: Weights,
): { readonly images: () => Tensor4D } {
  const { alignCorners, halfPixelCenters } = attrs as unknown as Partial<Alignment>;
  const alignment = { alignCorners: alignCorners ?? false, halfPixelCenters: halfPixelCenters ?? false };
  const [, high, wide] = dy.shape;
  const transposed = (input: number, output: number): tf.Tensor2D =>
    tf.transpose(tf.tensor2d(weights(input, output, alignment), [output, input]));
  return {
    images: () =>
      tf.tidy(() => {
        const rows = times(transposed(height, high), tf.reshape(dy, [count, high, wide * channels]));
        const columns = times(transposed(width, wide), tf.reshape(rows, [count * height, wide, channels]));
        return tf.reshape(columns, [count, height, width, channels]);
      }),
  };
}

/** A · b for each matrix b of a batch. */
function times(matrix: tf.Tensor2D, batch: tf.Tensor3D): tf.Tensor3D {
  return tf.matMul(tf.reshape<tf.Rank.R3>(matrix, [1, ...matrix.shape]), batch);
}
