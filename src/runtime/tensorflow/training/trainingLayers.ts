import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { layers, LayerVariable } from '@tensorflow/tfjs-layers';
import { UserError } from '../../../core/errors';
import { createRandom, deriveSeed } from '../../../core/random';
import type { CallableLayer, DropoutLayer, NormalisationLayer } from '../layers/internals';
import { firstTensor } from '../layers/internals';
import { batchNormalize } from './batchNormalize';

/** Whether the layers work as in training, and what they leave behind. */
export interface TrainingPhase {
  /** Runs `work` as in training, dropout's masks drawn from `seed`. */
  training<T>(seed: number, work: () => T): T;
}

/** Told the new value of a layer's moving statistics. */
export type UpdateStatistics = (variable: LayerVariable, batch: ArrayLike<number>, momentum: number) => void;

/** Layers that do something in training that is not done here. */
const NOT_TRAINED = /^(Gaussian(Noise|Dropout)|AlphaDropout|ActivityRegularization|SpatialDropout1D)$/;

/**
 * Gives normalisations and dropout of a loaded model their behaviour in training, in place. A frozen normalisation keeps to its
 * moving statistics. Layers that only vary pictures (RandomFlip and the like) do nothing: the trainer varies them itself.
 *
 * Throws `UserError('model-unsupported')` for layers whose behaviour in training is not known here.
 */
export function makeTrainable(
  list: readonly layers.Layer[],
  isFrozen: (layer: layers.Layer) => boolean,
  update: UpdateStatistics,
): TrainingPhase {
  let seed: number | undefined;
  let calls = 0;
  for (const layer of list) {
    const className = layer.getClassName();
    const callable = layer as unknown as CallableLayer;
    if (NOT_TRAINED.test(className)) {
      throw new UserError(
        'model-unsupported',
        `The layer “${layer.name.slice(0, 80)}” (${className}) cannot be trained with here.`,
        'Export the model without it, or with Dropout in its place.',
      );
    }
    if (className === 'BatchNormalization') {
      const own = layer as unknown as NormalisationLayer;
      const live = !isFrozen(layer);
      callable.call = (inputs) =>
        tf.tidy(() => normalised(own, firstTensor(inputs), seed !== undefined && live ? update : undefined));
    } else if (className === 'Dropout' || className === 'SpatialDropout2D') {
      const own = layer as unknown as DropoutLayer;
      callable.call = (inputs) => {
        const x = firstTensor(inputs);
        if (seed === undefined || own.rate === 0) return tf.clone(x);
        const shape = className === 'Dropout' ? maskShape(own, x) : [x.shape[0], 1, 1, x.shape[3]!];
        return tf.tidy(() => tf.mul(x, dropoutMask(shape, own.rate, deriveSeed(seed!, calls++))));
      };
    }
  }
  return {
    training(own, work) {
      seed = own;
      calls = 0;
      try {
        return work();
      } finally {
        seed = undefined;
      }
    },
  };
}

/** y = γ·x̂ + β, x̂ by the batch's statistics, which are handed on, or by the moving ones. */
function normalised(layer: NormalisationLayer, x: Tensor, update: UpdateStatistics | undefined): Tensor {
  const axis = layer.axis < 0 ? layer.axis + x.rank : layer.axis;
  const shape = x.shape.map((length, each) => (each === axis ? length : 1));
  const along = (variable: LayerVariable): Tensor => tf.reshape(variable.read(), shape);
  let y: Tensor;
  if (update) {
    y = batchNormalize(x, layer.epsilon, axis, ({ mean, variance }) => {
      update(layer.movingMean, mean.dataSync(), layer.momentum);
      update(layer.movingVariance, variance.dataSync(), layer.momentum);
    });
  } else {
    const factor = tf.rsqrt(tf.add(along(layer.movingVariance), layer.epsilon));
    y = tf.mul(tf.sub(x, along(layer.movingMean)), factor);
  }
  if (layer.gamma) y = tf.mul(y, along(layer.gamma));
  return layer.beta ? tf.add(y, along(layer.beta)) : y;
}

function maskShape({ noiseShape }: DropoutLayer, x: Tensor): number[] {
  return x.shape.map((side, axis) => noiseShape?.[axis] ?? side);
}

/** 0 with probability `rate`, else 1 / (1 − rate) (Srivastava et al. 2014, inverted). */
function dropoutMask(shape: number[], rate: number, seed: number): Tensor {
  const random = createRandom(seed);
  const kept = 1 / (1 - rate);
  const values = new Float32Array(shape.reduce((product, side) => product * side, 1));
  for (let i = 0; i < values.length; i++) values[i] = random() < rate ? 0 : kept;
  return tf.tensor(values, shape);
}
