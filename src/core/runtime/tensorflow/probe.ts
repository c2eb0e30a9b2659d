import * as tf from '@tensorflow/tfjs-core';
import type { ModelInput } from '../../model/modelInfo';
import type { Layout } from '../../model/preprocessing';
import { createPreprocessing } from '../../model/preprocessing';
import type { Network } from './network';

export interface Probe {
  /** Raw outputs of the probe images, count × outputs. */
  readonly raw: Float32Array;
  readonly count: number;
  readonly outputs: number;
  readonly activationBytes: number;
}

/**
 * Runs the network once on random pictures: proves that it runs, and tells how many outputs it has, what they look like, and how
 * much memory its activations take. Frees everything, also when it fails.
 */
export async function probeNetwork(network: Network, input: ModelInput, layout: Layout, count: number): Promise<Probe> {
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

/** Do these outputs look like probabilities: several numbers in [0, 1] with the sum 1. Of a single number nobody could tell. */
export function looksLikeProbabilities({ raw, count, outputs }: Probe): boolean {
  if (outputs === 1 || !raw.every((value) => value >= 0 && value <= 1)) return false;
  return Array.from({ length: count }, (_, row) => raw.subarray(row * outputs, (row + 1) * outputs)).every(
    (row) => Math.abs(row.reduce((sum, value) => sum + value, 0) - 1) < 1e-3,
  );
}

/** Park–Miller numbers in [0, 1]: the same in every run. */
function randomPixels(length: number): Float32Array {
  let state = 20_010_911;
  return Float32Array.from({ length }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  });
}
