import * as tf from '@tensorflow/tfjs-core';
import type * as layers from '@tensorflow/tfjs-layers';
import type { ChannelStatistics } from '../../src/runtime/tensorflow/training/batchNormalize';
import { batchNormalize, channelStatistics } from '../../src/runtime/tensorflow/training/batchNormalize';
import { convolutionNames, convolutions, createDeepNetwork, denseNames } from './network';

/** Added to the variance. */
const normalizationEpsilon = 1e-3;

/** The deep network as it is trained: each convolution is batch-normalised, and the outputs are logits. */
export interface TrainableNetwork {
  readonly convolutions: readonly {
    readonly kernel: tf.Variable<tf.Rank.R4>;
    readonly offset: tf.Variable<tf.Rank.R1>;
  }[];
  readonly dense: readonly { readonly kernel: tf.Variable<tf.Rank.R2>; readonly bias: tf.Variable<tf.Rank.R1> }[];
}

/** The trainable form of `initial`, made by `createDeepNetwork`; copies its weights. */
export function createTrainableNetwork(initial: layers.LayersModel): TrainableNetwork {
  const weightsOf = (name: string): [tf.Variable, tf.Variable] => {
    const [kernel, bias] = initial.getLayer(name).getWeights();
    return [tf.variable(kernel!), tf.variable(bias!)];
  };
  return {
    convolutions: convolutionNames.map((name) => {
      const [kernel, offset] = weightsOf(name);
      return { kernel: kernel as tf.Variable<tf.Rank.R4>, offset: offset as tf.Variable<tf.Rank.R1> };
    }),
    dense: denseNames.map((name) => {
      const [kernel, bias] = weightsOf(name);
      return { kernel: kernel as tf.Variable<tf.Rank.R2>, bias: bias as tf.Variable<tf.Rank.R1> };
    }),
  };
}

/** Everything that is trained. */
export function variablesOf(network: TrainableNetwork): tf.Variable[] {
  return [
    ...network.convolutions.flatMap(({ kernel, offset }) => [kernel, offset]),
    ...network.dense.flatMap(({ kernel, bias }) => [kernel, bias]),
  ];
}

/**
 * Logits of a batch [n, 28, 28, 1] in training: normalisation by the batch's own statistics.
 *
 * Normalisation comes after pooling and has an offset but no scale. Max-pooling and relu commute with increasing functions, and
 * the next layer can take up any scale, so this is convolution, normalisation, relu, pooling at a quarter of the cost.
 */
export function trainingLogits(network: TrainableNetwork, images: tf.Tensor4D): tf.Tensor2D {
  let x: tf.Tensor2D = convolve(network, images, () => undefined);
  network.dense.forEach(({ kernel, bias }, index) => {
    const last = index === network.dense.length - 1;
    x = tf.add(tf.matMul(x, kernel), bias);
    if (!last) x = tf.relu(x);
  });
  return x;
}

function convolve(
  network: TrainableNetwork,
  images: tf.Tensor4D,
  observe: (beforeNormalization: tf.Tensor4D) => void,
): tf.Tensor2D {
  let x = images;
  network.convolutions.forEach(({ kernel, offset }, index) => {
    x = tf.conv2d(x, kernel, 1, 'same');
    if (convolutions[index]!.pool) x = tf.maxPool(x, 2, 2, 'valid');
    observe(x);
    x = tf.relu(tf.add(batchNormalize(x, normalizationEpsilon), offset));
  });
  return tf.reshape(x, [images.shape[0], -1]);
}

/**
 * The network to bundle: normalisation with the statistics μ, σ² of `images` (a large sample of training pictures) is folded into
 * the convolutions, W′ = W / √(σ² + ε), b′ = β − μ / √(σ² + ε). The caller disposes it.
 */
export function bundleNetwork(network: TrainableNetwork, images: tf.Tensor4D): layers.Sequential {
  const bundled = createDeepNetwork(0);
  tf.tidy(() => {
    const statistics: ChannelStatistics[] = [];
    convolve(network, images, (x) => statistics.push(channelStatistics(x)));
    network.convolutions.forEach(({ kernel, offset }, index) => {
      const { mean, variance } = statistics[index]!;
      const factor = tf.rsqrt(tf.add(variance, normalizationEpsilon));
      const layer = bundled.getLayer(convolutionNames[index]!);
      layer.setWeights([tf.mul(kernel, factor), tf.sub(offset, tf.reshape(tf.mul(mean, factor), offset.shape))]);
    });
    network.dense.forEach(({ kernel, bias }, index) => bundled.getLayer(denseNames[index]!).setWeights([kernel, bias]));
  });
  return bundled;
}
