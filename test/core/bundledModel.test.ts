import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accuracyOf, likeliestClass, pixelBatch } from '../../scripts/fashionMnist/accuracy';
import { imageHash, readTestHashes } from '../../scripts/fashionMnist/imageHash';
import type { LabelledImages } from '../../scripts/fashionMnist/images';
import { imageAt, imagePixels, selectImages } from '../../scripts/fashionMnist/images';
import { hasOfficialTestSet, readOfficialTestSet } from '../../scripts/fashionMnist/officialSet';
import type { PackageImages } from '../../scripts/fashionMnist/packageImages';
import { readPackageImages } from '../../scripts/fashionMnist/packageImages';
import type { Classifier } from '../../src/core/model/classifier';
import { FASHION_MNIST_CLASSES } from '../../src/training/data/fashionMnist';
import { loadClassifier } from '../../src/runtime/loadClassifier';

const root = join(__dirname, '..', '..');
const trained = join(root, 'media', 'models', 'fashion-mnist', 'model.json');
const untrained = join(root, 'media', 'models', 'fashion-mnist-untrained', 'model.json');
const samples = FASHION_MNIST_CLASSES.flatMap((name, label) => {
  const stem = name.toLowerCase().replaceAll(/[^a-z]+/g, '-');
  return [`${stem}.png`, `${stem}-2.png`].map((file) => ({ file: join(root, 'samples', file), label }));
});

async function accuracy(classifier: Classifier, images: LabelledImages): Promise<number> {
  const { probabilities } = await classifier.predict(pixelBatch(images));
  return accuracyOf(probabilities, images.labels);
}

/** The first hundred images of each class in the order of their hashes. */
function thousandOf(images: LabelledImages): LabelledImages {
  const hashed = Array.from(images.labels, (label, index) => ({
    label,
    index,
    hash: imageHash(imageAt(images, index)),
  }));
  hashed.sort((a, b) => (a.hash < b.hash ? -1 : 1));
  const chosen = FASHION_MNIST_CLASSES.flatMap((_, label) =>
    hashed.filter((image) => image.label === label).slice(0, 100),
  );
  return selectImages(
    images,
    chosen.map(({ index }) => index),
  );
}

describe('images of the package fashion-mnist', () => {
  let images: PackageImages;
  beforeAll(async () => {
    images = await readPackageImages();
  });

  it('recognises the official test images and keeps them out of training', () => {
    expect(readTestHashes().size).toBe(10_000);
    expect(images.test.labels.length).toBe(9176);
    const test = new Set(Array.from(images.test.labels, (_, index) => imageHash(imageAt(images.test, index))));
    const leaked = [...images.training.labels.keys()].filter((index) =>
      test.has(imageHash(imageAt(images.training, index))),
    );
    expect(leaked).toEqual([]);
    expect(images.training.labels.length + images.test.labels.length + images.duplicates).toBe(70_000);
  });

  it.skipIf(!hasOfficialTestSet())(
    'shares no image with the official test set except those recognised, labels included',
    () => {
      const official = readOfficialTestSet();
      const labelOf = new Map(
        Array.from(official.labels, (label, index) => [
          Buffer.from(imageAt(official, index)).toString('latin1'),
          label,
        ]),
      );
      const key = (from: LabelledImages, index: number): string => Buffer.from(imageAt(from, index)).toString('latin1');
      expect([...images.training.labels.keys()].some((index) => labelOf.has(key(images.training, index)))).toBe(false);
      const labels = Array.from(images.test.labels, (_, index) => labelOf.get(key(images.test, index)));
      expect(labels).toEqual([...images.test.labels]);
    },
  );
});

describe('bundled model', () => {
  let classifier: Classifier;
  let novice: Classifier;
  let thousand: LabelledImages;
  beforeAll(async () => {
    classifier = await loadClassifier({ path: trained }, { engine: 'auto' });
    novice = await loadClassifier({ path: untrained }, { engine: 'auto' });
    thousand = thousandOf((await readPackageImages()).test);
  });
  afterAll(async () => {
    await classifier.dispose();
    await novice.dispose();
  });

  it('classifies at least 91 % of 1,000 official test images', async () => {
    expect(thousand.labels.length).toBe(1000);
    expect(await accuracy(classifier, thousand)).toBeGreaterThanOrEqual(0.91);
  });

  it.skipIf(!hasOfficialTestSet())('classifies more than 91 % of all official test images', async () => {
    expect(await accuracy(classifier, readOfficialTestSet())).toBeGreaterThan(0.91);
  });

  it('guesses when untrained', async () => {
    expect(await accuracy(novice, thousand)).toBeLessThan(0.25);
  });

  it('has the size and the classes it promises', () => {
    for (const { info } of [classifier, novice]) {
      expect(info.parameters).toBe(179_728);
      expect(info.classes).toEqual(FASHION_MNIST_CLASSES);
      expect(info.input).toMatchObject({ height: 28, width: 28, channels: 1, color: 'grayscale', range: [0, 1] });
      expect(info.output).toEqual({ activation: 'softmax', classes: 10 });
    }
    expect(classifier.info.hash).not.toBe(novice.info.hash);
    for (const file of [trained, untrained]) {
      const size = statSync(file).size + statSync(join(file, '..', 'weights.bin')).size;
      expect(size).toBeLessThanOrEqual(1_000_000);
    }
  });

  it('is right about every sample picture', async () => {
    const pixels = new Uint8Array(samples.length * imagePixels);
    const testHashes = readTestHashes();
    for (const [index, { file }] of samples.entries()) {
      const { data, info } = await sharp(readFileSync(file))
        .toColourspace('b-w')
        .raw()
        .toBuffer({ resolveWithObject: true });
      expect(info).toMatchObject({ width: 28, height: 28, channels: 1 });
      expect(testHashes.has(imageHash(data)), file).toBe(true);
      pixels.set(data, index * imagePixels);
    }
    const labels = Uint8Array.from(samples, ({ label }) => label);
    const { probabilities } = await classifier.predict(pixelBatch({ pixels, labels }));
    expect(samples.map((_, index) => likeliestClass(probabilities, index))).toEqual([...labels]);
  });
});
