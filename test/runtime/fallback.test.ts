import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import type { GradConfig, Tensor } from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Classifier } from '../../src/core/model/classifier';
import { loadClassifier } from '../../src/runtime/loadClassifier';
import { fallbackCases, writeFallbackCase } from './fallbackSupport';
import type * as Register from '../../src/runtime/tensorflow/gradients/register';
import type * as ClassifierModule from '../../src/runtime/tensorflow/tensorflowClassifier';
import { handMadeGraph } from './graphSupport';
import { hasEngine, load, makeFolder, randomImages, randomNumbers, removeFolders, saveModel, useCpu } from './support';

/** Gradients that are put in place of ours on some engines. */
const broken: { engines: readonly string[]; gradients: readonly GradConfig[] } = { engines: [], gradients: [] };
/** Added to every score that TensorFlow.js computes. */
const wrong = { scores: 0 };

vi.mock('../../src/runtime/tensorflow/gradients/register', async (original) => {
  const { registerGradients } = await original<typeof Register>();
  return {
    registerGradients: () => {
      registerGradients();
      for (const gradient of broken.gradients) {
        const right = tf.getGradient(gradient.kernelName);
        tf.registerGradient({
          ...gradient,
          gradFunc: (...call) => (broken.engines.includes(tf.getBackend()) ? gradient : right).gradFunc(...call),
        });
      }
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

const engines = (await hasEngine('tensorflow')) ? ['tensorflow', 'wasm', 'cpu'] : ['wasm', 'cpu'];

beforeAll(useCpu);
afterEach(() => {
  broken.engines = broken.gradients = [];
  wrong.scores = 0;
});
afterAll(removeFolders);

/** With a layer that only TensorFlow.js knows. */
async function recurrent(...first: readonly tfl.layers.Layer[]): Promise<string> {
  await tf.setBackend('cpu');
  const model = tfl.sequential();
  for (const layer of first) model.add(layer);
  const [, rows = 1, columns = 1, channels = 1] = model.outputs[0]!.shape;
  model.add(tfl.layers.reshape({ targetShape: [rows!, columns! * channels!] }));
  model.add(tfl.layers.simpleRNN({ units: 5, recurrentInitializer: 'glorotNormal' }));
  model.add(tfl.layers.dense({ units: 3, activation: 'softmax' }));
  for (const [index, weight] of model.weights.entries()) {
    const size = weight.shape.reduce<number>((product, side) => product * side!, 1);
    weight.write(
      tf.tensor(
        randomNumbers(size, 20 + index).map((value) => value - 0.5),
        weight.shape as number[],
      ),
    );
  }
  return saveModel(model);
}

const pooling = () => tfl.layers.averagePooling2d({ poolSize: 3, strides: 1, padding: 'same', inputShape: [8, 9, 3] });

/** TensorFlow.js's own: divides by the whole window. */
const wholeWindow: GradConfig = {
  kernelName: 'AvgPool',
  inputsToSave: ['x'],
  gradFunc: (dy, saved, attrs) => ({
    x: () => {
      const scaled = tf.mul(dy as Tensor, interiorShare(dy as Tensor));
      return tf.engine().runKernel('AvgPoolGrad', { dy: scaled, input: saved[0]! }, attrs);
    },
  }),
};

/** tfjs-node's kernel counts rightly, so what its neighbours do wrong is put in: ⅔ of the gradient along the border. */
function interiorShare(dy: Tensor): Tensor {
  const [, rows = 1, columns = 1] = dy.shape;
  const isInside = (place: number, side: number): boolean => place > 0 && place < side - 1;
  const shares = Array.from({ length: rows * columns }, (_, at) =>
    isInside(Math.floor(at / columns), rows) && isInside(at % columns, columns) ? 1 : 2 / 3,
  );
  return tf.tensor(shares, [1, rows, columns, 1]);
}

const tanhOfTooMuch: GradConfig = {
  kernelName: 'Tanh',
  outputsToSave: [true],
  gradFunc: (dy, [y]) => ({ x: () => tf.mul(dy as Tensor, tf.sub(1.2, tf.square(y!))) }),
};

const convolutionBackwards: GradConfig = {
  kernelName: 'Conv2D',
  inputsToSave: ['x', 'filter'],
  gradFunc: (dy, [x, filter], attrs) => {
    const plain = { ...attrs, inputShape: x!.shape };
    const turned = tf.reverse(filter!, 0);
    return {
      x: () => tf.engine().runKernel('Conv2DBackpropInput', { dy: dy as Tensor, filter: turned }, plain),
      filter: () => tf.zerosLike(filter!),
    };
  },
};

async function refusesGradient(classifier: Classifier): Promise<void> {
  const images = randomImages(classifier, 1);
  await expect(classifier.gradient(images, [{ kind: 'logit', classIndex: 0 }])).rejects.toMatchObject({
    code: 'gradient-unavailable',
    message: expect.stringMatching(
      /^The gradient of the fall-back engine \w+ is wrong for this model: it differs .* %\.$/,
    ) as unknown,
    hint: expect.stringContaining('needs no gradient') as unknown,
  });
  const { probabilities } = await classifier.predict(images);
  expect(probabilities.reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 5);
  expect(classifier.info.warnings.join('\n')).toMatch(/The gradient of the fall-back engine \w+ is wrong/);
}

describe('the fall-back engine', () => {
  const convolution = () => tfl.layers.conv2d({ filters: 4, kernelSize: 3, inputShape: [8, 9, 3] });
  const models = [
    ['a convolution', () => [convolution()]],
    ['average pooling with padding', () => [pooling()]],
    [
      'bilinear enlargement',
      () => [tfl.layers.upSampling2d({ size: [2, 2], interpolation: 'bilinear', inputShape: [5, 4, 3] })],
    ],
    [
      'rectifiers',
      () => [convolution(), tfl.layers.reLU(), tfl.layers.maxPooling2d({ poolSize: 2, strides: 1, padding: 'same' })],
    ],
  ] as const;

  it.each(models)('is taken where its gradient agrees with differences, and is said: %s', async (_, layers) => {
    const classifier = await loadClassifier({ path: await recurrent(...layers()) }, { engine: 'auto' });
    expect(classifier.info.engine).toBe(engines[0]);
    const said = classifier.info.warnings.filter((each) => each.includes('fall-back'));
    expect(said).toEqual([expect.stringMatching(/^The model runs on \w+, the fall-back engine: .*SimpleRNN.*\.$/)]);
    const { gradient } = await classifier.gradient(randomImages(classifier, 1), [{ kind: 'logit', classIndex: 0 }]);
    expect(gradient.some((value) => value !== 0)).toBe(true);
    await classifier.dispose();
  });

  it.each([
    ['at the border', pooling, wholeWindow],
    ['of an activation', pooling, tanhOfTooMuch],
    ['of a convolution', convolution, convolutionBackwards],
  ])('predicts only where the derivative %s is wrong on every engine', async (_, layer, gradient) => {
    broken.engines = engines;
    broken.gradients = [gradient];
    const classifier = await loadClassifier({ path: await recurrent(layer()) }, { engine: 'auto' });
    await refusesGradient(classifier);
    await classifier.dispose();
  });

  it('is another one where the first differentiates wrongly', async () => {
    broken.engines = engines.slice(0, -1);
    broken.gradients = [wholeWindow];
    const classifier = await loadClassifier({ path: await recurrent(pooling()) }, { engine: 'auto' });
    expect(classifier.info.engine).toBe('cpu');
    expect(classifier.info.engineReason).toMatch(/because the gradient of wasm is wrong for this model/);
    await expect(
      classifier.gradient(randomImages(classifier, 1), [{ kind: 'logit', classIndex: 0 }]),
    ).resolves.toBeDefined();
    await classifier.dispose();
  });

  it('predicts, and says so, where an operation has no derivative', async () => {
    const masked = fallbackCases().find(({ name }) => name === 'Masking of rows')!;
    const folder = await writeFallbackCase(masked, await makeFolder());
    const classifier = await loadClassifier({ path: folder }, { engine: 'auto' });
    expect(classifier.info.warnings.join('\n')).toMatch(
      /The model predicts but cannot be differentiated: .* Any cannot/,
    );
    await expect(
      classifier.gradient(randomImages(classifier, 1), [{ kind: 'logit', classIndex: 0 }]),
    ).rejects.toMatchObject({ code: 'gradient-unavailable' });
    await classifier.dispose();
  });

  it('is not taken where it computes other scores than the graph does', async () => {
    const { json, bytes } = handMadeGraph(
      [2, 2, 1],
      {
        shape: { shape: [2], values: [-1, 4], integer: true },
        weights: { shape: [4, 3], values: Array.from({ length: 12 }, (_, i) => ((i * 7) % 12) / 2) },
      },
      [
        { name: 'flat', op: 'Reshape', input: ['image', 'shape'] },
        { name: 'product', op: 'MatMul', input: ['flat', 'weights'] },
        { name: 'out', op: 'Floor', input: ['product'] },
      ],
    );
    const folder = await makeFolder();
    await writeFile(path.join(folder, 'model.json'), JSON.stringify(json));
    await writeFile(path.join(folder, 'weights.bin'), bytes);
    wrong.scores = 0.5;
    const classifier = await loadClassifier({ path: folder }, { engine: 'auto' });
    expect(classifier.info.engine).toBe('onnx');
    expect(classifier.info.warnings.join('\n')).toMatch(/fall-back engine \w+ computes other scores than the model/);
    await classifier.dispose();
    wrong.scores = 0;
    const right = await loadClassifier({ path: folder }, { engine: 'auto' });
    expect(right.info.engine).toBe(engines[0]);
    expect(right.info.warnings.join('\n')).toMatch(/could not be checked/);
    await right.dispose();
  });

  it('costs nothing where ONNX Runtime is taken', async () => {
    await tf.setBackend('cpu');
    const model = tfl.sequential({
      layers: [pooling(), tfl.layers.flatten(), tfl.layers.dense({ units: 3, activation: 'softmax' })],
    });
    broken.engines = engines;
    broken.gradients = [wholeWindow];
    const classifier = await loadClassifier({ path: await saveModel(model) }, { engine: 'auto' });
    expect(classifier.info.engine).toBe('onnx');
    expect(classifier.info.warnings.join('\n')).not.toContain('fall-back');
    await classifier.dispose();
  });

  it('refuses graphs whose channels come first, by the name of the operation', async () => {
    const first = { data_format: { s: Buffer.from('NCHW').toString('base64') } };
    const { json, bytes } = handMadeGraph(
      [3, 4, 4],
      {
        shape: { shape: [2], values: [-1, 12], integer: true },
        weights: { shape: [12, 3], values: Array.from({ length: 36 }, (_, i) => ((i * 5) % 36) / 36) },
      },
      [
        {
          name: 'pool',
          op: 'MaxPool',
          input: ['image'],
          attr: {
            ...first,
            ksize: { list: { i: ['1', '1', '2', '2'] } },
            strides: { list: { i: ['1', '1', '2', '2'] } },
            padding: { s: Buffer.from('VALID').toString('base64') },
          },
        },
        { name: 'flat', op: 'Reshape', input: ['pool', 'shape'] },
        { name: 'out', op: 'MatMul', input: ['flat', 'weights'] },
      ],
    );
    const folder = await makeFolder();
    await writeFile(path.join(folder, 'model.json'), JSON.stringify(json));
    await writeFile(path.join(folder, 'weights.bin'), bytes);
    await expect(load(folder, 'wasm')).rejects.toMatchObject({
      code: 'model-unsupported',
      message: 'The operation “pool” (MaxPool) takes channels first, which TensorFlow.js does not.',
    });
    const classifier = await loadClassifier({ path: folder }, { engine: 'auto' });
    expect(classifier.info.engine).toBe('onnx');
    await classifier.dispose();
  });
});
