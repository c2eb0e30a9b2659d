import type { KernelConfig, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** Prelu with slopes of any shape that can be repeated to the input's; the wasm backend's own takes them in turn instead. */
export const prelu: KernelConfig = {
  kernelName: 'Prelu',
  backendName: 'wasm',
  kernelFunc: ({ inputs }) => {
    const { x, alpha } = inputs as unknown as { x: Tensor; alpha: Tensor };
    return tf.tidy(() => tf.add(tf.relu(x), tf.mul(alpha, tf.minimum(x, 0))));
  },
};
