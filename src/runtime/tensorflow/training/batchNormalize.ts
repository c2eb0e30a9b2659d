import * as tf from '@tensorflow/tfjs-core';

/** Mean and variance of each channel over all other axes. */
export interface ChannelStatistics {
  readonly mean: tf.Tensor;
  readonly variance: tf.Tensor;
}

function channelStatistics(x: tf.Tensor, axis: number): ChannelStatistics {
  return tf.moments(x, otherAxes(x, axis), true);
}

/**
 * x̂ = (x − μ) / √(σ² + ε) per channel with the batch's own μ, σ² (Ioffe & Szegedy 2015), differentiated as a whole:
 * ∂x = (∂x̂ − mean(∂x̂) − x̂ · mean(∂x̂ · x̂)) / √(σ² + ε). `observe` is told μ and σ² (divided by the count).
 */
export function batchNormalize<T extends tf.Tensor>(
  x: T,
  epsilon: number,
  axis = x.rank - 1,
  observe?: (statistics: ChannelStatistics) => void,
): T {
  const axes = otherAxes(x, axis);
  const normalize = tf.customGrad((...inputs) => {
    const [input, save] = inputs as unknown as [tf.Tensor, tf.GradSaveFunc];
    const statistics = channelStatistics(input, axis);
    observe?.(statistics);
    const factor = tf.rsqrt(tf.add(statistics.variance, epsilon));
    const normalized = tf.mul(tf.sub(input, statistics.mean), factor);
    save([normalized, factor]);
    return {
      value: normalized,
      gradFunc: (dy, saved) => {
        const [xHat, scale] = saved as [tf.Tensor, tf.Tensor];
        const projection = tf.mul(xHat, tf.mean(tf.mul(dy, xHat), axes, true));
        return tf.mul(tf.sub(tf.sub(dy, tf.mean(dy, axes, true)), projection), scale);
      },
    };
  });
  return normalize(x) as T;
}

function otherAxes(x: tf.Tensor, axis: number): number[] {
  return x.shape.map((_, each) => each).filter((each) => each !== axis);
}
