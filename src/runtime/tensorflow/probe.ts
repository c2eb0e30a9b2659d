import * as tf from '@tensorflow/tfjs-core';
import type { ModelInput } from '../../core/model/modelInfo';
import type { Layout } from '../../core/model/preprocessing';
import { createPreprocessing } from '../../core/model/preprocessing';
import { differsFromFirst, probeOutputs, probePixels, type Probe } from '../probe';
import type { Network } from './network';

/**
 * Runs the network on a probe picture, or on several: proves that it runs, and tells how many outputs it has, what they look like,
 * and how much memory its activations take. Frees everything, also when it fails.
 */
export async function probeNetwork(
  network: Network,
  input: ModelInput,
  layout: Layout,
): Promise<Probe & { readonly activationBytes: number }> {
  const { height, width, channels } = input;
  const preprocessing = createPreprocessing(input, layout);
  const shape: [number, number, number, number] =
    layout === 'nchw' ? [1, channels, height, width] : [1, height, width, channels];
  let activationBytes = 0;
  const run = (data: Float32Array): Float32Array => {
    const pixels = preprocessing.toModel({ data, count: 1, height, width, channels });
    return tf.tidy(() => network.forward(tf.tensor4d(pixels, shape)).dataSync() as Float32Array);
  };
  const profiled = async (data: Float32Array): Promise<Float32Array> => {
    if (activationBytes > 0) return run(data);
    const state = tf.engine().state as unknown as { profiling: boolean };
    let raw: Float32Array | undefined;
    try {
      const profile = await withoutClock(() =>
        tf.profile(() => {
          raw = run(data);
          return undefined;
        }),
      );
      const elements = profile.kernels
        .flatMap(({ outputShapes }) => outputShapes)
        .reduce((sum, outputShape) => sum + outputShape.reduce((product, length) => product * length, 1), 0);
      activationBytes = Math.max(1, elements * 4);
    } finally {
      state.profiling = false;
    }
    return raw!;
  };
  const probe = await probeOutputs(profiled, input, network);
  const isRandom = differsFromFirst(probe, run(probePixels(input, 0)));
  return { ...probe, activationBytes, isRandom };
}

/** tfjs-node measures each kernel in a promise, so that one which fails would end the process. */
async function withoutClock<T>(work: () => Promise<T>): Promise<T> {
  const backend = tf.backend() as { time?: (kernel: () => void) => Promise<object> };
  backend.time = (kernel) => {
    kernel();
    return Promise.resolve({ kernelMs: 0 });
  };
  try {
    return await work();
  } finally {
    // The prototype's is left.
    delete backend.time;
  }
}
