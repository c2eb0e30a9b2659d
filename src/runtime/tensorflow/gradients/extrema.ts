import type { GradConfig, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** dy summed over the axes along which `input` was repeated. */
export function unbroadcast(dy: Tensor, input: Tensor): Tensor {
  const axes = tf.broadcast_util.getReductionAxes(input.shape, dy.shape);
  return tf.reshape(axes.length > 0 ? tf.sum(dy, axes) : dy, input.shape);
}

/** The larger or smaller of two values takes the gradient, the first where they are equal; the stock ones do not sum. */
function ofTwo(kernelName: 'Maximum' | 'Minimum'): GradConfig {
  const first = kernelName === 'Maximum' ? tf.greaterEqual : tf.lessEqual;
  const second = kernelName === 'Maximum' ? tf.less : tf.greater;
  return {
    kernelName,
    inputsToSave: ['a', 'b'],
    gradFunc: (output, saved) => {
      const [a, b] = saved as [Tensor, Tensor];
      const dy = output as Tensor;
      return {
        a: () => unbroadcast(tf.mul(dy, tf.cast(first(a, b), 'float32')), a),
        b: () => unbroadcast(tf.mul(dy, tf.cast(second(a, b), 'float32')), b),
      };
    },
  };
}

/** dx = dy / n at each of the n elements that are the extremum, as TensorFlow has it; the stock ones give all of dy to each. */
function alongAxes(kernelName: 'Max' | 'Min', attribute: string): GradConfig {
  return {
    kernelName,
    inputsToSave: ['x'],
    outputsToSave: [true],
    gradFunc: (dy, saved, attrs) => {
      const [x, y] = saved as [Tensor, Tensor];
      const axes = tf.util.parseAxisParam(attrs[attribute] as number | number[], x.shape);
      const kept = x.shape.map((side, axis) => (axes.includes(axis) ? 1 : side));
      return {
        x: () =>
          tf.tidy(() => {
            const extreme = tf.cast(tf.equal(x, tf.reshape(y, kept)), 'float32');
            const share = tf.div(tf.reshape(dy as Tensor, kept), tf.sum(extreme, axes, true));
            return tf.mul(extreme, share);
          }),
      };
    },
  };
}

export const EXTREMA: readonly GradConfig[] = [
  ofTwo('Maximum'),
  ofTwo('Minimum'),
  alongAxes('Max', 'reductionIndices'),
  alongAxes('Min', 'axis'),
];
