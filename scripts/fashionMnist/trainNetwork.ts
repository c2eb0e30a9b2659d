import * as tf from '@tensorflow/tfjs-core';
import { createRandom, shuffledIndices } from '../../src/core/random';
import { createAdamW } from './adamW';
import { augmentedBatch } from './batches';
import type { LabelledImages } from './images';
import { imageSize } from './images';
import type { TrainableNetwork } from './trainableNetwork';
import { trainingLogits, variablesOf } from './trainableNetwork';

export interface TrainingOptions {
  readonly seed: number;
  readonly epochs: number;
  readonly batchSize: number;
  /** Highest learning rate: reached after the share `warmUp` of all steps, then cosine decay to 0. */
  readonly learningRate: number;
  readonly warmUp: number;
  readonly weightDecay: number;
}

export interface EpochReport {
  readonly epoch: number;
  readonly loss: number;
  readonly imagesPerSecond: number;
}

/** Trains in place: AdamW on the cross-entropy of augmented minibatches in seeded order. */
export function trainNetwork(
  network: TrainableNetwork,
  images: LabelledImages,
  options: TrainingOptions,
  report: (epoch: EpochReport) => void,
): void {
  const random = createRandom(options.seed);
  const variables = variablesOf(network);
  const optimizer = createAdamW(variables, options.weightDecay);
  const stepsPerEpoch = Math.floor(images.labels.length / options.batchSize);
  const steps = stepsPerEpoch * options.epochs;
  for (let epoch = 0; epoch < options.epochs; epoch += 1) {
    const order = shuffledIndices(images.labels.length, random);
    const started = performance.now();
    let lossSum = 0;
    for (let step = 0; step < stepsPerEpoch; step += 1) {
      const indices = order.slice(step * options.batchSize, (step + 1) * options.batchSize);
      const batch = augmentedBatch(images, indices, random);
      const labels = Int32Array.from(indices, (index) => images.labels[index]!);
      tf.tidy(() => {
        const { value, grads } = tf.variableGrads(() => {
          const inputs = tf.tensor4d(batch, [indices.length, imageSize, imageSize, 1]);
          const logits = trainingLogits(network, inputs);
          return tf.losses.softmaxCrossEntropy(tf.oneHot(tf.tensor1d(labels, 'int32'), 10), logits);
        }, variables);
        const gradients = variables.map(({ name }) => grads[name]!);
        optimizer.step(gradients, scheduledRate((epoch * stepsPerEpoch + step) / steps, options));
        lossSum += value.dataSync()[0]!;
      });
    }
    const seconds = (performance.now() - started) / 1000;
    const imagesPerSecond = (stepsPerEpoch * options.batchSize) / seconds;
    report({ epoch: epoch + 1, loss: lossSum / stepsPerEpoch, imagesPerSecond });
  }
}

function scheduledRate(progress: number, { learningRate, warmUp }: TrainingOptions): number {
  if (progress < warmUp) return (learningRate * progress) / warmUp;
  return (learningRate * (1 + Math.cos((Math.PI * (progress - warmUp)) / (1 - warmUp)))) / 2;
}
