import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { AttackOutcome } from '../../src/core/attack/method';
import { normsOf } from '../../src/core/attack/norms';
import { attackMethods } from '../../src/core/attack/registry';
import { batchOf, type PixelImage } from '../../src/core/image/pixels';
import type { Classifier } from '../../src/core/model/classifier';
import { topClass } from '../../src/core/result/classes';
import { createImageCache } from '../../src/engine/usecases/images';
import { away, runOne, runSet } from '../core/attack/sets';
import { load, randomNumbers, removeFolders } from '../runtime/support';
import { saveLayersModel } from './training/network/support';

afterAll(removeFolders);

const HEIGHT = 4;
const WIDTH = 5;
const PIXELS = HEIGHT * WIDTH;

/** Logits W·a + b behind an activation, on an engine. */
async function linearClassifier(units: number, activation: string, engine: 'onnx' | 'wasm') {
  const kernel = randomNumbers(PIXELS * units, 8).map((value) => value - 0.5);
  const bias = randomNumbers(units, 9).map((value) => value - 0.5);
  const layers = [
    { class_name: 'Flatten', config: { name: 'flat', batch_input_shape: [null, HEIGHT, WIDTH, 1] } },
    { class_name: 'Dense', config: { name: 'score', units, activation, use_bias: true, trainable: true } },
  ];
  const model = {
    topology: { class_name: 'Sequential', config: { name: 'net', layers } },
    weights: [
      { name: 'score/kernel', shape: [PIXELS, units], data: kernel },
      { name: 'score/bias', shape: [units], data: bias },
    ],
  };
  const classes = ['cat', 'dog', 'owl'].slice(0, Math.max(2, units));
  const folder = await saveLayersModel(model, { height: HEIGHT, width: WIDTH }, classes);
  const rows = Array.from({ length: units }, (_, k) =>
    Array.from({ length: PIXELS }, (_, i) => kernel[i * units + k]!),
  );
  const logits = (a: ArrayLike<number>) => rows.map((row, k) => row.reduce((sum, w, i) => sum + w * a[i]!, bias[k]!));
  return { classifier: await load(folder, engine), rows, logits };
}

describe.each(['onnx', 'wasm'] as const)('DeepFool on %s', (engine) => {
  const image: PixelImage = {
    data: randomNumbers(PIXELS, 4).map((value) => 0.4 + 0.2 * value),
    height: HEIGHT,
    width: WIDTH,
    channels: 1,
  };

  it('of one sigmoid for two classes goes |z| / ‖w‖', async () => {
    const { classifier, rows, logits } = await linearClassifier(1, 'sigmoid', engine);
    const z = logits(image.data)[0]!;
    await expectLeast(classifier, image, z > 0 ? 1 : 0, Math.abs(z) / Math.hypot(...rows[0]!));
    await classifier.dispose();
  });

  it.each(['sigmoid', 'softmax'])('of three classes with a %s goes to the nearest boundary', async (activation) => {
    const { classifier, rows, logits } = await linearClassifier(3, activation, engine);
    const z = logits(image.data);
    const label = z.indexOf(Math.max(...z));
    const distances = [0, 1, 2]
      .filter((k) => k !== label)
      .map((k) => (z[label]! - z[k]!) / Math.hypot(...rows[label]!.map((w, i) => w - rows[k]![i]!)));
    await expectLeast(classifier, image, label, Math.min(...distances));
    await classifier.dispose();
  });
});

async function expectLeast(classifier: Classifier, image: PixelImage, label: number, least: number) {
  const outcome = await runOne('deepfool', classifier, { image, goal: away(label) }, { clamp: false });
  expect(outcome).toMatchObject({ success: true, steps: 1, warnings: [] });
  const ratio = normsOf(image.data, outcome.adversarial.data).l2 / least;
  expect(ratio).toBeGreaterThan(1);
  expect(ratio).toBeLessThanOrEqual(1.021);
  expect(topClass(await classifier.predict(batchOf(outcome.adversarial)), 0)).not.toBe(label);
}

describe('sets on a convolutional network', () => {
  const root = path.resolve(import.meta.dirname, '../..');
  const samples = ['sandal', 'coat', 'bag', 'shirt', 'sneaker', 'trouser', 'dress'];
  /** ε that changes some of the samples and not others. */
  const given: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    pgd: { epsilon: 0.006 },
    'pgd-euclidean': { epsilon: 0.12, restarts: 2 },
  };

  it('change each picture as alone, to rounding, and the same way every time', async () => {
    const classifier = await load(path.join(root, 'media/models/fashion-mnist'), 'onnx');
    const images = createImageCache();
    const subjects = await Promise.all(
      samples.map(async (name, seed) => {
        const picture = { path: path.join(root, 'samples', `${name}.png`) };
        const { input: image } = await images.prepare(picture, classifier.info.input);
        return { image, goal: away(topClass(await classifier.predict(batchOf(image)), 0)), seed };
      }),
    );
    for (const { id } of attackMethods) {
      const together = await runSet(id, classifier, subjects, given[id]);
      expect(await runSet(id, classifier, subjects, given[id]), id).toEqual(together);
      const halves = [
        ...(await runSet(id, classifier, subjects.slice(0, 3), given[id])),
        ...(await runSet(id, classifier, subjects.slice(3), given[id])),
      ];
      expectAlike(halves, together);
      for (const [index, subject] of subjects.entries())
        expectAlike([await runOne(id, classifier, subject, given[id])], [together[index]!]);
      if (id in given) expect(new Set(together.map(({ success }) => success)), id).toEqual(new Set([true, false]));
      for (const [index, { success, adversarial }] of together.entries()) {
        if (success === undefined) continue;
        const answer = topClass(await classifier.predict(batchOf(adversarial)), 0);
        expect(success, id).toBe(answer !== subjects[index]!.goal.label);
      }
    }
    await classifier.dispose();
  });
});

function expectAlike(actual: readonly AttackOutcome[], expected: readonly AttackOutcome[]) {
  expect(actual.map(({ success, steps, warnings }) => ({ success, steps, warnings }))).toEqual(
    expected.map(({ success, steps, warnings }) => ({ success, steps, warnings })),
  );
  actual.forEach(({ adversarial }, index) =>
    expect(normsOf(adversarial.data, expected[index]!.adversarial.data).linf).toBeLessThan(1e-6),
  );
}
