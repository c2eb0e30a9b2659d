import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testImage } from '../../../bench/image';
import { cosine } from '../../../bench/statistics';
import { BATCH, CLASS_INDEX, EPSILON, INTEGRATION_STEPS, TASKS } from '../../../bench/taskNames';
import { runTask } from '../../../bench/tasks';
import { attackMethods } from '../../../src/core/attack/registry';
import { attributionMethods } from '../../../src/core/attribution/registry';
import { batchOf, type PixelImage } from '../../../src/core/image/pixels';
import type { Classifier } from '../../../src/core/model/classifier';
import { loadClassifier } from '../../../src/runtime/loadClassifier';

let classifier: Classifier;
let image: PixelImage;
beforeAll(async () => {
  const model = path.resolve(__dirname, '../../../media/models/fashion-mnist');
  classifier = await loadClassifier({ path: model }, { engine: 'onnx', threads: 1 });
  image = testImage(classifier.info.input);
});
afterAll(() => classifier.dispose());

const logit = async (data: Float32Array): Promise<number> =>
  (await classifier.predict(batchOf({ ...image, data }))).logits[CLASS_INDEX]!;

describe('tasks of the bench', () => {
  it('bear the id of a registered method, or say that they are none', () => {
    const registered = [...attributionMethods, ...attackMethods].map(({ id }) => id);
    for (const task of TASKS)
      expect(registered.includes(task), task).toBe(!task.startsWith('bare-') && !task.endsWith('-loop'));
  });

  it('integrate the gradient from black by the middle of equal pieces', async () => {
    const expected = new Float64Array(image.data.length);
    for (let step = 0; step < INTEGRATION_STEPS; step++) {
      const point = image.data.map((pixel) => ((step + 0.5) / INTEGRATION_STEPS) * pixel);
      const slope = await runTask('gradient', classifier, { ...image, data: point });
      slope.forEach((value, index) => (expected[index]! += (value * image.data[index]!) / INTEGRATION_STEPS));
    }
    const map = await runTask('integrated-gradients', classifier, image);
    const largest = Math.max(...expected.map(Math.abs));
    map.forEach((value, index) => expect(Math.abs(value - expected[index]!)).toBeLessThan(1e-4 * largest));
  });

  it('differentiate: a small step along the gradient raises the logit by its squared length', async () => {
    const slope = await runTask('gradient', classifier, image);
    const squared = slope.reduce((total, value) => total + value * value, 0);
    const step = 1e-3 / Math.sqrt(squared);
    const moved = image.data.map((pixel, index) => pixel + step * slope[index]!);
    const back = image.data.map((pixel, index) => pixel - step * slope[index]!);
    const difference = ((await logit(moved)) - (await logit(back))) / (2 * step);
    // The network has kinks.
    expect(Math.abs(difference / squared - 1)).toBeLessThan(0.05);
  });

  it('attack within ε and with effect', async () => {
    for (const task of ['fgsm', 'pgd-loop'] as const) {
      const changed = await runTask(task, classifier, image);
      const largest = Math.max(...changed.map((pixel, index) => Math.abs(pixel - image.data[index]!)));
      expect(Math.abs(largest - EPSILON)).toBeLessThan(1e-6);
      expect(cosine(changed, image.data)).toBeLessThan(0.9999999);
    }
  });

  it('predict the same for one picture and for each of a batch', async () => {
    const one = await runTask('bare-prediction', classifier, image);
    const all = await runTask('bare-prediction-batch', classifier, image);
    expect(all).toHaveLength(BATCH * one.length);
    for (let index = 0; index < all.length; index++)
      expect(Math.abs(all[index]! - one[index % one.length]!)).toBeLessThan(1e-4);
  });
});
