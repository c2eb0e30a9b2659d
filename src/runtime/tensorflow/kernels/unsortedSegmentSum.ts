import type { KernelConfig, Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** UnsortedSegmentSum (the gradient of gathering), which the wasm backend lacks: a product with the one-hot segment numbers. */
export const unsortedSegmentSum: KernelConfig = {
  kernelName: 'UnsortedSegmentSum',
  backendName: 'wasm',
  kernelFunc: ({ inputs, attrs }) => {
    const { x, segmentIds } = inputs as unknown as { x: Tensor; segmentIds: Tensor1D };
    const numSegments = attrs?.numSegments as number;
    return tf.tidy(() => {
      const [segments = 0, ...rest] = x.shape;
      const flat = tf.reshape(x, [segments, -1]);
      const membership = tf.cast(tf.oneHot(segmentIds, numSegments, 1, 0, 'int32'), 'float32') as tf.Tensor2D;
      return tf.reshape(tf.matMul(tf.transpose(membership), flat as tf.Tensor2D), [numSegments, ...rest]);
    });
  },
};
