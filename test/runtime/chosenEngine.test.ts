import * as tf from '@tensorflow/tfjs-core';
import type { GradConfig, Tensor } from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Classifier } from '../../src/core/model/classifier';
import type { EngineId } from '../../src/core/model/modelInfo';
import { loadClassifier } from '../../src/runtime/loadClassifier';
import type * as Register from '../../src/runtime/tensorflow/gradients/register';
import type * as ClassifierModule from '../../src/runtime/tensorflow/tensorflowClassifier';
import { hasEngine, randomImages, randomNumbers, removeFolders, saveModel, useCpu } from './support';

/** What the gradient of Tanh is multiplied by; 1: as it is. */
const wrong = { slope: 1, scores: 0 };

vi.mock('../../src/runtime/tensorflow/gradients/register', async (original) => {
  const { registerGradients } = await original<typeof Register>();
  const gradFunc: GradConfig['gradFunc'] = (dy, [y]) => ({
    x: () => tf.mul(wrong.slope, tf.mul(dy as Tensor, tf.sub(1, tf.square(y!)))),
  });
  return {
    registerGradients: () => {
      registerGradients();
      tf.registerGradient({ kernelName: 'Tanh', outputsToSave: [true], gradFunc });
    },
  };
});

vi.mock('../../src/runtime/tensorflow/tensorflowClassifier', async (original) => {
  const real = await original<typeof ClassifierModule>();
  return {
    createTensorFlowClassifier: (model: Parameters<typeof real.createTensorFlowClassifier>[0]) => {
      const forward = (batch: tf.Tensor4D): Tensor => {
        const scores = model.network.forward(batch);
        return wrong.scores === 0 ? scores : tf.add(scores, tf.tensor1d([wrong.scores, 0, 0]));
      };
      return real.createTensorFlowClassifier({ ...model, network: { ...model.network, forward } });
    },
  };
});

const ENGINES: readonly EngineId[] = (await hasEngine('tensorflow')) ? ['tensorflow', 'wasm', 'cpu'] : ['wasm', 'cpu'];

beforeAll(useCpu);
afterEach(() => Object.assign(wrong, { slope: 1, scores: 0 }));
afterAll(removeFolders);

/** A tanh between two weighted sums; its derivative is the part that can be made wrong. */
async function saved(end: 'dense' | 'recurrent'): Promise<string> {
  await tf.setBackend('cpu');
  const input = tfl.input({ shape: [6, 7, 3] });
  const bent = tfl.layers.conv2d({ filters: 4, kernelSize: 3, activation: 'tanh' }).apply(input);
  const rows = tfl.layers.reshape({ targetShape: [4, 20] }).apply(bent);
  const kept =
    end === 'dense'
      ? tfl.layers.flatten().apply(rows)
      : // Our own graph does not know it.
        tfl.layers.simpleRNN({ units: 5, activation: 'linear', recurrentInitializer: 'glorotNormal' }).apply(rows);
  const output = tfl.layers.dense({ units: 3, activation: 'softmax' }).apply(kept) as tfl.SymbolicTensor;
  const model = tfl.model({ inputs: input, outputs: output });
  for (const [index, weight] of model.weights.entries()) {
    const shape = weight.shape as number[];
    const size = shape.reduce((product, side) => product * side, 1);
    weight.write(tf.tensor(Array.from(randomNumbers(size, 40 + index), (value) => value - 0.5), shape)); // prettier-ignore
  }
  return saveModel(model);
}

const gradientOf = (classifier: Classifier) =>
  classifier.gradient(randomImages(classifier, 1), [{ kind: 'logit', classIndex: 1 }]);

describe.each(ENGINES)('the engine %s, chosen by name', (engine) => {
  it.each(['dense', 'recurrent'] as const)('is taken without a word where its gradient is right: %s', async (end) => {
    const classifier = await loadClassifier({ path: await saved(end) }, { engine });
    expect(classifier.info.engine).toBe(engine);
    expect(classifier.info.warnings.filter((each) => /engine|gradient/i.test(each))).toEqual([]);
    expect((await gradientOf(classifier)).gradient.some((value) => value !== 0)).toBe(true);
    await classifier.dispose();
  });

  it.each(['dense', 'recurrent'] as const)('predicts only where its gradient is far off: %s', async (end) => {
    const folder = await saved(end);
    const right = await loadClassifier({ path: folder }, { engine });
    const images = randomImages(right, 1);
    const expected = (await right.predict(images)).probabilities;
    await right.dispose();
    wrong.slope = 1.3;
    const classifier = await loadClassifier({ path: folder }, { engine });
    const message = expect.stringMatching(
      new RegExp(
        `^The gradient of the engine ${engine} is wrong for this model: it differs from differences of its scores by (2[0-9]|3[01]) %\\.$`,
      ),
    ) as unknown;
    await expect(gradientOf(classifier)).rejects.toMatchObject({
      code: 'gradient-unavailable',
      message,
      hint: 'Choose the engine auto, or a method that needs no gradient.',
    });
    expect(classifier.info.warnings).toContainEqual(message);
    expect((await classifier.predict(images)).probabilities).toEqual(expected);
    await classifier.dispose();
  });

  it('is taken with a warning where its gradient is a little off', async () => {
    wrong.slope = 1.05;
    const classifier = await loadClassifier({ path: await saved('dense') }, { engine });
    expect(classifier.info.warnings).toContainEqual(
      expect.stringMatching(
        new RegExp(`^Gradients of the engine ${engine} differ from differences of its scores by [45]\\.\\d %:`),
      ),
    );
    await expect(gradientOf(classifier)).resolves.toBeDefined();
    await classifier.dispose();
  });

  it('predicts only where its gradient is not finite', async () => {
    wrong.slope = Infinity;
    const classifier = await loadClassifier({ path: await saved('dense') }, { engine });
    await expect(gradientOf(classifier)).rejects.toMatchObject({
      code: 'gradient-unavailable',
      message: `The gradient of the engine ${engine} is wrong for this model: it is not finite.`,
    });
    await classifier.dispose();
  });

  it('is said to compute other scores where it does', async () => {
    wrong.scores = 0.5;
    const classifier = await loadClassifier({ path: await saved('dense') }, { engine });
    const told = new RegExp(
      `^The engine ${engine} computes other scores than the model's graph does \\(by up to .* %\\)`,
    );
    expect(classifier.info.warnings).toContainEqual(expect.stringMatching(told));
    await classifier.dispose();
  });

  it('is left to a caller who compares it', async () => {
    Object.assign(wrong, { slope: 1.3, scores: 0.5 });
    const classifier = await loadClassifier({ path: await saved('dense') }, { engine, unjudged: true });
    expect(classifier.info.warnings.filter((each) => each.includes('engine'))).toEqual([]);
    await expect(gradientOf(classifier)).resolves.toBeDefined();
    await classifier.dispose();
  });
});
