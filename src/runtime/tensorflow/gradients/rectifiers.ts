import type { GradConfig, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** What of tfjs-node's backend runs an operation of TensorFlow itself. */
interface NativeBackend {
  readonly binding: { readonly TF_ATTR_TYPE: number; readonly TF_FLOAT: number };
  executeSingleOutput(name: string, attributes: readonly object[], inputs: readonly Tensor[]): Tensor;
}

/** dy where the rectifier passed its input on, 0 elsewhere, judged by its output: relu′(0) = 0, relu6′(6) = 0, as in PyTorch. */
function passed(operation: 'Relu' | 'Relu6', dy: Tensor, y: Tensor): Tensor {
  const backend = tf.backend();
  if (isNative(backend)) {
    const { TF_ATTR_TYPE, TF_FLOAT } = backend.binding;
    return backend.executeSingleOutput(
      `${operation}Grad`,
      [{ name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT }],
      [dy, y],
    );
  }
  // Everywhere but on tfjs-node, which composes it of four operations, Step is one fast kernel.
  return tf.tidy(() => {
    const masked = tf.mul(dy, tf.step(y));
    return operation === 'Relu' ? masked : tf.mul(masked, tf.step(tf.sub(6, y)));
  });
}

function isNative(backend: unknown): backend is NativeBackend {
  const candidate = backend as Partial<NativeBackend>;
  return typeof candidate.executeSingleOutput === 'function' && candidate.binding?.TF_FLOAT !== undefined;
}

/** Gradient of Relu from its output. */
export const reluGradient: GradConfig = {
  kernelName: 'Relu',
  outputsToSave: [true],
  gradFunc: (dy, saved) => ({ x: () => passed('Relu', dy as Tensor, saved[0]!) }),
};

/** Gradient of Relu6 from its output. */
export const relu6Gradient: GradConfig = {
  kernelName: 'Relu6',
  outputsToSave: [true],
  gradFunc: (dy, saved) => ({ x: () => passed('Relu6', dy as Tensor, saved[0]!) }),
};
