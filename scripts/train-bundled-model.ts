/**
 * Trains the bundled model and writes `media/models/fashion-mnist` and its untrained twin.
 *
 *     npx tsx scripts/train-bundled-model.ts [--validate]
 *
 * `--validate` holds 5,000 training images out, reports the accuracy on them after every epoch and writes nothing: for
 * choosing the recipe. Without it, all training images are used. No official test image is ever trained on. Everything is
 * seeded, but sums over several threads may round differently from run to run.
 */
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import type * as layers from '@tensorflow/tfjs-layers';
import { createRandom, shuffledIndices } from '../src/core/random';
import { loadClassifier } from '../src/runtime/loadClassifier';
import { accuracyOf, pixelBatch } from './fashionMnist/accuracy';
import { startBackend } from './fashionMnist/backend';
import { augmentedBatch } from './fashionMnist/batches';
import type { LabelledImages } from './fashionMnist/images';
import { imageSize, selectImages } from './fashionMnist/images';
import { createDeepNetwork } from './fashionMnist/network';
import { hasOfficialTestSet, readOfficialTestSet } from './fashionMnist/officialSet';
import { readPackageImages } from './fashionMnist/packageImages';
import { saveNetwork } from './fashionMnist/saveNetwork';
import type { TrainableNetwork } from './fashionMnist/trainableNetwork';
import { bundleNetwork, createTrainableNetwork } from './fashionMnist/trainableNetwork';
import { trainNetwork } from './fashionMnist/trainNetwork';

const seed = 7;
const validationImages = 5000;
const calibrationImages = 4096;
const models = join(__dirname, '..', 'media', 'models');
const recipe = {
  seed,
  epochs: 30,
  batchSize: 64,
  learningRate: 0.003,
  warmUp: 0.02,
  weightDecay: 0.05,
};

async function main(): Promise<void> {
  const validate = process.argv.includes('--validate');
  console.log(`backend ${await startBackend()}`);
  const { training, test } = await readPackageImages();
  const order = shuffledIndices(training.labels.length, createRandom(seed));
  const validation = selectImages(training, order.slice(0, validationImages));
  const used = validate ? selectImages(training, order.slice(validationImages)) : training;
  console.log(`${used.labels.length} training images; ${test.labels.length} official test images left out`);

  const untrained = createDeepNetwork(seed);
  const network = createTrainableNetwork(untrained);
  const started = performance.now();
  trainNetwork(network, used, recipe, ({ epoch, loss, imagesPerSecond }) => {
    const speed = `${imagesPerSecond.toFixed(0)} images/s`;
    const held = validate ? `, validation accuracy ${percent(bundledAccuracy(network, used, validation))}` : '';
    console.log(`epoch ${epoch}/${recipe.epochs}: loss ${loss.toFixed(4)}, ${speed}${held}`);
  });
  console.log(`trained in ${((performance.now() - started) / 60_000).toFixed(1)} minutes`);
  if (validate) return;

  const bundled = bundle(network, used);
  await saveNetwork(untrained, join(models, 'fashion-mnist-untrained'), 'Fashion-MNIST deep network, untrained');
  await saveNetwork(bundled, join(models, 'fashion-mnist'), 'Fashion-MNIST deep network');
  const [set, images] = hasOfficialTestSet()
    ? ['all 10,000 official test images', readOfficialTestSet()]
    : [`the ${test.labels.length} official test images that the package holds`, test];
  const classifier = await loadClassifier({ path: join(models, 'fashion-mnist', 'model.json') }, { engine: 'auto' });
  const { probabilities } = await classifier.predict(pixelBatch(images));
  console.log(`accuracy on ${set}: ${percent(accuracyOf(probabilities, images.labels))}`);
}

/** The network to ship, with statistics of training images as they are augmented. */
function bundle(network: TrainableNetwork, images: LabelledImages): layers.Sequential {
  const random = createRandom(seed);
  const indices = shuffledIndices(images.labels.length, random).slice(0, calibrationImages);
  const batch = augmentedBatch(images, indices, random);
  const sample = tf.tensor4d(batch, [indices.length, imageSize, imageSize, 1]);
  const bundled = bundleNetwork(network, sample);
  sample.dispose();
  return bundled;
}

function bundledAccuracy(network: TrainableNetwork, images: LabelledImages, validation: LabelledImages): number {
  const bundled = bundle(network, images);
  const probabilities = tf.tidy(() => {
    const inputs = tf.tensor4d(pixelBatch(validation).data, [validation.labels.length, imageSize, imageSize, 1]);
    return (bundled.predict(inputs, { batchSize: 500 }) as tf.Tensor).dataSync() as Float32Array;
  });
  bundled.dispose();
  return accuracyOf(probabilities, validation.labels);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}

void main();
