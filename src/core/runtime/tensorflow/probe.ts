import * as tf from '@tensorflow/tfjs-core';
import type { ModelInput } from '../../model/modelInfo';
import type { Layout } from '../../model/preprocessing';
import { createPreprocessing } from '../../model/preprocessing';
import { randomPixels, type Probe } from '../probe';
import type { Network } from './network';

/**
 * Runs the network once on random pictures: proves that it runs, and tells how many outputs it has, what they look like, and how
 * much memory its activations take. Frees everything, also when it fails.
 */
export async function probeNetwork(
  network: Network,
  input: ModelInput,
  layout: Layout,
  count: number,
): Promise<Probe & { readonly activationBytes: number }> {
  const { height, width, channels } = input;
  const data = randomPixels(count * height * width * channels);
  const pixels = createPreprocessing(input, layout).toModel({ data, count, height, width, channels });
  const shape: [number, number, number, number] =
    layout === 'nchw' ? [count, channels, height, width] : [count, height, width, channels];
  const state = tf.engine().state as unknown as { profiling: boolean };
  let raw: Float32Array | undefined;
  try {
    const profile = await tf.profile(() => {
      raw = tf.tidy(() => network.forward(tf.tensor4d(pixels, shape)).dataSync() as Float32Array);
      return undefined;
    });
    const elements = profile.kernels
      .flatMap(({ outputShapes }) => outputShapes)
      .reduce((sum, outputShape) => sum + outputShape.reduce((product, length) => product * length, 1), 0);
    return { raw: raw!, count, outputs: raw!.length / count, activationBytes: (elements * 4) / count };
  } finally {
    state.profiling = false;
  }
}
