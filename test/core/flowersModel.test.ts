import { statSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Classifier, Objective } from '../../src/core/model/classifier';
import { loadClassifier } from '../../src/runtime/loadClassifier';
import { openDataset } from '../../src/training/data/openDataset';
import { hasSharedData, randomImages, sharedData } from '../runtime/support';

const folder = join(__dirname, '..', '..', 'media', 'models', 'flowers');
const drawn = join(__dirname, '..', '..', 'samples', 'flowers');
const objective: Objective = { kind: 'logit', classIndex: 3 };

describe('the bundled flowers model', () => {
  let classifier: Classifier;
  beforeAll(async () => {
    classifier = await loadClassifier({ path: join(folder, 'model.json') }, { engine: 'onnx' });
  });
  afterAll(() => classifier.dispose());

  it('is small, takes 256 × 256 colour and names five flowers', () => {
    const bytes = ['model.json', 'weights.bin', 'lens.json'].map((file) => statSync(join(folder, file)).size);
    expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(2e6);
    const { input, classes, parameters, warnings } = classifier.info;
    expect([input.height, input.width, input.channels]).toEqual([256, 256, 3]);
    expect(classes).toEqual(['daisy', 'dandelion', 'rose', 'sunflower', 'tulip']);
    // Kernels 3·3·(3·16 + 2·16·16 + 16·32 + 2·32·32 + 32·64 + 2·64·64) and 336 biases; dense 64·512, 512·50, 50·5 and 567 biases.
    expect(parameters).toBe(9 * (48 + 512 + 512 + 2048 + 2048 + 8192) + 336 + 32768 + 25600 + 250 + 567);
    expect(warnings).toEqual([]);
  });

  it('has the gradient that another engine computes', async () => {
    const images = randomImages(classifier, 1);
    const other = await loadClassifier({ path: join(folder, 'model.json') }, { engine: 'wasm' });
    const [own, second] = [await classifier.gradient(images, [objective]), await other.gradient(images, [objective])];
    await other.dispose();
    const [dot, a, b] = own.gradient.reduce(
      ([x, y, z], value, i) => [x + value * second.gradient[i]!, y + value ** 2, z + second.gradient[i]! ** 2],
      [0, 0, 0],
    );
    expect(a).toBeGreaterThan(0);
    expect(dot / Math.sqrt(a * b)).toBeGreaterThan(0.9999);
  });

  it('recognises three of the drawn flowers, and takes the tulip for a rose', async () => {
    const names = ['daisy', 'dandelion', 'sunflower', 'tulip'];
    const pictures = await Promise.all(
      names.map((name) =>
        sharp(join(drawn, `${name}.jpg`))
          .removeAlpha()
          .raw()
          .toBuffer(),
      ),
    );
    const data = Float32Array.from(Buffer.concat(pictures), (value) => value / 255);
    const { logits } = await classifier.predict({ data, count: names.length, height: 256, width: 256, channels: 3 });
    const found = names.map((_, place) => {
      const own = logits.subarray(place * 5, place * 5 + 5);
      return classifier.info.classes[own.indexOf(Math.max(...own))];
    });
    expect(found).toEqual(['daisy', 'dandelion', 'sunflower', 'rose']);
  });

  it.runIf(hasSharedData)('is right about six of ten test pictures and more', async () => {
    const dataset = await openDataset({ path: join(sharedData, 'flowers256') }, {});
    const { test } = dataset;
    const every = 8;
    const indices = Array.from({ length: Math.floor(test.count / every) }, (_, index) => index * every);
    const data = new Float32Array(indices.length * 256 * 256 * 3);
    await test.read(indices, data);
    const { logits } = await classifier.predict({ data, count: indices.length, height: 256, width: 256, channels: 3 });
    const right = indices.filter((index, place) => {
      const own = logits.subarray(place * 5, place * 5 + 5);
      return own.indexOf(Math.max(...own)) === test.labels[index];
    });
    await dataset.dispose();
    expect(right.length / indices.length).toBeGreaterThan(0.61);
  });
});
