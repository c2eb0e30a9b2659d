import * as tf from '@tensorflow/tfjs-core';

/** Added to the variance. */
export const normalizationEpsilon = 1e-3;

/** Mean and variance of each channel over batch, rows and columns. */
export interface ChannelStatistics {
  readonly mean: tf.Tensor1D;
  readonly variance: tf.Tensor1D;
}

export function channelStatistics(x: tf.Tensor4D): ChannelStatistics {
  const { mean, variance } = tf.moments(x, [0, 1, 2]);
  return { mean: mean as tf.Tensor1D, variance: variance as tf.Tensor1D };
}

/**
 * x̂ = (x − μ) / √(σ² + ε) per channel with the batch's own μ, σ² (Ioffe & Szegedy 2015), differentiated as a whole:
 * ∂x = (∂x̂ − mean(∂x̂) − x̂ · mean(∂x̂ · x̂)) / √(σ² + ε).
 */
export function batchNormalize(x: tf.Tensor4D): tf.Tensor4D {
  return normalize(x) as tf.Tensor4D;
}

const normalize = tf.customGrad((...inputs) => {
  const [x, save] = inputs as unknown as [tf.Tensor4D, tf.GradSaveFunc];
  const { mean, variance } = channelStatistics(x);
  const factor = tf.rsqrt(tf.add(variance, normalizationEpsilon));
  const normalized = tf.mul(tf.sub(x, mean), factor);
  save([normalized, factor]);
  return {
    value: normalized,
    gradFunc: (dy, saved) => {
      const [xHat, scale] = saved as [tf.Tensor4D, tf.Tensor1D];
      const axes = [0, 1, 2];
      const projection = tf.mul(xHat, tf.mean(tf.mul(dy, xHat), axes));
      return tf.mul(tf.sub(tf.sub(dy, tf.mean(dy, axes)), projection), scale);
    },
  };
});
