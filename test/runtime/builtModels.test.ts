import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { batchOf } from '../../src/core/image/pixels';
import type { Classifier, Objective } from '../../src/core/model/classifier';
import {
  directionalDifference,
  hasEngine,
  largest,
  largestDifference,
  load,
  randomImages,
  randomNumbers,
  removeFolders,
  saveModel,
  useCpu,
} from './support';

const native = await hasEngine('tensorflow');
const engines = native ? (['cpu', 'wasm', 'tensorflow'] as const) : (['cpu', 'wasm'] as const);

beforeAll(useCpu);
afterAll(removeFolders);

const conv = (filters: number, more: object = {}): tfl.layers.Layer =>
  tfl.layers.conv2d({ filters, kernelSize: 3, padding: 'same', biasInitializer: 'randomNormal', ...more } as never);

/** The same weights in every run, of about the size that initialisers draw. */
function settled(model: tfl.LayersModel): tfl.LayersModel {
  model.setWeights(
    model.getWeights().map((weight, i) => {
      const fanIn = weight.shape.slice(0, -1).reduce((a, b) => a * b, 1);
      const positive = model.weights[i]!.name.includes('variance');
      const data = randomNumbers(weight.size, i + 1).map((value) =>
        positive ? 0.5 + value : (value - 0.5) * (3 / Math.sqrt(fanIn)),
      );
      return tf.tensor(data, weight.shape);
    }),
  );
  return model;
}

/** Smooth and rectified layers of every kind that classifiers are made of. */
function smallNetwork(last: 'softmax' | 'linear' | 'sigmoid', units = 4): tfl.LayersModel {
  const input = tfl.input({ shape: [12, 10, 3] });
  const apply = (layer: tfl.layers.Layer, x: tfl.SymbolicTensor): tfl.SymbolicTensor =>
    layer.apply(x) as tfl.SymbolicTensor;
  let x = apply(conv(6, { activation: 'elu', strides: 2 }), input);
  x = apply(tfl.layers.batchNormalization({ scale: false, movingVarianceInitializer: 'ones' }), x);
  const skip = x;
  x = apply(tfl.layers.depthwiseConv2d({ kernelSize: 3, padding: 'same', activation: 'tanh' }), x);
  x = apply(tfl.layers.batchNormalization({ center: false }), x);
  x = tfl.layers.add().apply([x, skip]) as tfl.SymbolicTensor;
  x = apply(conv(5, { activation: 'relu' }), x);
  x = apply(tfl.layers.averagePooling2d({ poolSize: 2 }), x);
  x = apply(tfl.layers.flatten(), x);
  x = apply(tfl.layers.dense({ units: 8, activation: 'tanh' }), x);
  x = apply(tfl.layers.dropout({ rate: 0.5 }), x);
  x = apply(tfl.layers.dense({ units, activation: last }), x);
  return settled(tfl.model({ inputs: input, outputs: x }));
}

const kinds: readonly Objective[] = [
  { kind: 'logit', classIndex: 1 },
  { kind: 'probability', classIndex: 1 },
  { kind: 'log-probability', classIndex: 2 },
  { kind: 'cross-entropy', label: 3 },
];

describe('gradients', () => {
  it.each(engines)('agree with central differences for every objective (%s)', async (engine) => {
    await useCpu();
    const classifier = await load(await saveModel(smallNetwork('softmax')), engine);
    const images = randomImages(classifier, kinds.length);
    const { gradient, values } = await classifier.gradient(images, kinds);
    const size = images.data.length / kinds.length;
    for (const [i, objective] of kinds.entries()) {
      const image = { ...images, count: 1, data: images.data.slice(i * size, (i + 1) * size) };
      const own = gradient.slice(i * size, (i + 1) * size);
      const length = Math.hypot(...own);
      expect(length).toBeGreaterThan(0);
      // Along the gradient itself nothing cancels; half a row of the image alone shows that places are right too.
      const along = own.map((value) => value / length);
      const part = own.map((value, k) => (k % 60 < 30 ? value / length : 0));
      for (const direction of [along, part]) {
        const expected = await directionalDifference(classifier, image, objective, direction, 1e-2);
        const actual = own.reduce((sum, value, k) => sum + value * direction[k]!, 0);
        expect(Math.abs(actual - expected)).toBeLessThan(1e-2 * Math.abs(expected));
      }
      expect(Number.isFinite(values[i])).toBe(true);
    }
    await classifier.dispose();
  });

  it('are the same on every engine, to 1e-4', async () => {
    await useCpu();
    const folder = await saveModel(smallNetwork('softmax'));
    const results = [];
    for (const engine of engines) {
      const classifier = await load(folder, engine);
      const { gradient, scores } = await classifier.gradient(randomImages(classifier, 3), [
        { kind: 'logit', classIndex: 0 },
      ]);
      results.push({ gradient, logits: scores.logits });
      await classifier.dispose();
    }
    for (const { gradient, logits } of results.slice(1)) {
      expect(largestDifference(gradient, results[0]!.gradient)).toBeLessThan(1e-4 * largest(results[0]!.gradient));
      expect(largestDifference(logits, results[0]!.logits)).toBeLessThan(1e-4 * largest(results[0]!.logits));
    }
  });

  it('do not depend on how a batch is cut into chunks', async () => {
    await useCpu();
    const classifier = await load(await saveModel(smallNetwork('softmax')), 'wasm');
    const images = randomImages(classifier, 70);
    const objectives = Array.from({ length: 70 }, (_, i): Objective => ({ kind: 'logit', classIndex: i % 4 }));
    const all = await classifier.gradient(images, objectives);
    const size = images.data.length / 70;
    for (const i of [0, 63, 64, 69]) {
      const data = images.data.slice(i * size, (i + 1) * size);
      const one = await classifier.gradient({ ...images, count: 1, data }, [objectives[i]!]);
      expect(largestDifference(one.gradient, all.gradient.slice(i * size, (i + 1) * size))).toBeLessThan(1e-5);
      expect(one.values[0]).toBeCloseTo(all.values[i]!, 5);
    }
    await classifier.dispose();
  });
});

describe('known answers', () => {
  const build = async (model: tfl.LayersModel, weights: [number[], number[]][]): Promise<Classifier> => {
    model.setWeights(weights.map(([values, shape]) => tf.tensor(values, shape)));
    return load(await saveModel(model), 'cpu', { spec: { input: { preset: 'unit' } } });
  };

  it('1 − relu(1 − x), six numbers: gradient 1 where x < 1', async () => {
    await useCpu();
    const identity = (sign: number): number[] => Array.from({ length: 36 }, (_, i) => (i % 7 === 0 ? sign : 0));
    const model = tfl.sequential({
      layers: [
        tfl.layers.flatten({ inputShape: [1, 6, 1] }),
        tfl.layers.dense({ units: 6, activation: 'relu' }),
        tfl.layers.dense({ units: 6 }),
      ],
    });
    const ones = Array.from({ length: 6 }, () => 1);
    const classifier = await build(model, [
      [identity(-1), [6, 6]],
      [ones, [6]],
      [identity(-1), [6, 6]],
      [ones, [6]],
    ]);
    const data = Float32Array.of(1, 2, 3, 0, -1, 7);
    const images = batchOf({ data, height: 1, width: 6, channels: 1 });
    const diagonal = [];
    for (let classIndex = 0; classIndex < 6; classIndex++) {
      diagonal.push((await classifier.gradient(images, [{ kind: 'logit', classIndex }])).gradient[classIndex]! + 0);
    }
    expect(diagonal).toEqual([0, 0, 0, 1, 1, 0]);
    await classifier.dispose();
  });

  it('one convolution, two filters, relu, one weighted sum: 54', async () => {
    await useCpu();
    const model = tfl.sequential({
      layers: [
        tfl.layers.conv2d({ filters: 2, kernelSize: 3, activation: 'relu', inputShape: [4, 4, 1] }),
        tfl.layers.permute({ dims: [3, 1, 2] }),
        tfl.layers.flatten(),
        tfl.layers.dense({ units: 1, activation: 'relu' }),
      ],
    });
    const classifier = await build(model, [
      [Array.from({ length: 18 }, () => 1), [3, 3, 1, 2]],
      [[-50, -75], [2]],
      [
        [1, 1, 1, 1, 1, -1, -1, -1],
        [8, 1],
      ],
      [[0], [1]],
    ]);
    const images = batchOf({ data: Float32Array.from({ length: 16 }, (_, i) => i), height: 4, width: 4, channels: 1 });
    const { gradient, values } = await classifier.gradient(images, [{ kind: 'logit', classIndex: 1 }]);
    expect(values[0]).toBe(54);
    expect([...gradient]).toEqual([0, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 0]);
    await classifier.dispose();
  });
});

describe('the final activation', () => {
  const input = [5, 4, 3];
  const hidden = (): tfl.layers.Layer[] => [
    tfl.layers.conv2d({ filters: 4, kernelSize: 3, activation: 'relu', inputShape: input }),
    tfl.layers.flatten(),
  ];
  const dense = (activation: string): tfl.layers.Layer =>
    tfl.layers.dense({ units: 3, activation: activation as never, biasInitializer: 'randomNormal' });
  const variants: Record<string, () => tfl.LayersModel> = {
    'of a dense layer': () => tfl.sequential({ layers: [...hidden(), dense('softmax')] }),
    'as an Activation layer': () =>
      tfl.sequential({ layers: [...hidden(), dense('linear'), tfl.layers.activation({ activation: 'softmax' })] }),
    'as a Softmax layer': () => tfl.sequential({ layers: [...hidden(), dense('linear'), tfl.layers.softmax()] }),
    'before dropout and reshaping': () =>
      tfl.sequential({
        layers: [
          ...hidden(),
          dense('softmax'),
          tfl.layers.dropout({ rate: 0.3 }),
          tfl.layers.reshape({ targetShape: [1, 1, 3] }),
        ],
      }),
    'in a model nested twice': () => {
      const inner = tfl.sequential({
        layers: [tfl.layers.dense({ units: 5, activation: 'relu', inputShape: [24] }), dense('softmax')],
      });
      return tfl.sequential({ layers: [tfl.sequential({ layers: hidden() }), inner] });
    },
    'of a convolution': () =>
      tfl.sequential({
        layers: [
          tfl.layers.conv2d({ filters: 3, kernelSize: [5, 4], activation: 'softmax', inputShape: input }),
          tfl.layers.flatten(),
        ],
      }),
  };

  it.each(Object.keys(variants))('softmax %s is taken off and the logits are exact', async (name) => {
    await useCpu();
    const model = variants[name]!();
    const data = randomNumbers(60, 4);
    const expected = tf.tidy(() => (model.predict(tf.tensor4d(data, [1, 5, 4, 3])) as tf.Tensor).dataSync().slice());
    const classifier = await load(await saveModel(model));
    expect(classifier.info.output).toEqual({ activation: 'softmax', classes: 3 });
    const { logits, probabilities } = await classifier.predict({ data, count: 1, height: 5, width: 4, channels: 3 });
    for (let i = 0; i < 3; i++) expect(probabilities[i]).toBeCloseTo(expected[i]!, 5);
    expect(logits.reduce((sum, z) => sum + Math.exp(z), 0)).not.toBeCloseTo(1, 3);
    for (const [a, b] of [
      [0, 1],
      [1, 2],
    ] as const) {
      expect(logits[a]! - logits[b]!).toBeCloseTo(Math.log(expected[a]! / expected[b]!), 4);
    }
    await classifier.dispose();
  });

  it('one sigmoid becomes two classes', async () => {
    await useCpu();
    const model = smallNetwork('sigmoid', 1);
    const data = randomNumbers(360, 4);
    const [p] = tf.tidy(() => (model.predict(tf.tensor4d(data, [1, 12, 10, 3])) as tf.Tensor).dataSync().slice());
    const classifier = await load(await saveModel(model));
    expect(classifier.info.output).toEqual({ activation: 'sigmoid', classes: 2 });
    expect(classifier.info.classes).toEqual(['negative', 'positive']);
    const images = { data, count: 1, height: 12, width: 10, channels: 3 } as const;
    const { logits, probabilities } = await classifier.predict(images);
    expect(probabilities[1]).toBeCloseTo(p!, 5);
    expect(probabilities[0]).toBeCloseTo(1 - p!, 5);
    expect(logits[1]).toBeCloseTo(Math.log(p! / (1 - p!)), 4);
    expect(logits[0]).toBe(-logits[1]!);
    const up = await classifier.gradient(images, [{ kind: 'probability', classIndex: 1 }]);
    const down = await classifier.gradient(images, [{ kind: 'probability', classIndex: 0 }]);
    expect(largest(up.gradient)).toBeGreaterThan(0);
    expect(
      largestDifference(
        up.gradient,
        down.gradient.map((value) => -value),
      ),
    ).toBeLessThan(1e-6 * largest(up.gradient) + 1e-12);
    await classifier.dispose();
  });

  it('several sigmoids are labels of their own', async () => {
    await useCpu();
    const model = smallNetwork('sigmoid', 3);
    const data = randomNumbers(360, 4);
    const expected = tf.tidy(() => (model.predict(tf.tensor4d(data, [1, 12, 10, 3])) as tf.Tensor).dataSync().slice());
    const classifier = await load(await saveModel(model));
    const { probabilities } = await classifier.predict({ data, count: 1, height: 12, width: 10, channels: 3 });
    for (let i = 0; i < 3; i++) expect(probabilities[i]).toBeCloseTo(expected[i]!, 5);
    await classifier.dispose();
  });

  it('is left on, and said, where a shared layer makes it', async () => {
    await useCpu();
    const image = tfl.input({ shape: [2, 2, 3] });
    const flat = tfl.layers.flatten().apply(image) as tfl.SymbolicTensor;
    const shared = tfl.layers.dense({ units: 12, activation: 'softmax' });
    const twice = shared.apply(shared.apply(flat)) as tfl.SymbolicTensor;
    const classifier = await load(await saveModel(tfl.model({ inputs: image, outputs: twice })));
    expect(classifier.info.output.activation).toBe('probabilities');
    expect(classifier.info.warnings.join()).toMatch(/logarithms of probabilities/);
    const images = randomImages(classifier, 1);
    const { gradient, values } = await classifier.gradient(images, [{ kind: 'log-probability', classIndex: 2 }]);
    const direction = randomNumbers(12, 3).map((value) => value - 0.5);
    const expected = await directionalDifference(
      classifier,
      images,
      { kind: 'log-probability', classIndex: 2 },
      direction,
      1e-2,
    );
    expect(gradient.reduce((sum, value, i) => sum + value * direction[i]!, 0)).toBeCloseTo(expected, 3);
    expect(values[0]).toBeLessThan(0);
    await classifier.dispose();
  });
});

describe('memory and misuse', () => {
  it.each(engines)('every tensor is freed (%s)', async (engine) => {
    await useCpu();
    const folder = await saveModel(smallNetwork('softmax'));
    const before = tf.memory().numTensors;
    const classifier = await load(folder, engine);
    const images = randomImages(classifier, 2);
    await classifier.gradient(images, [{ kind: 'logit', classIndex: 0 }]);
    const warm = tf.memory().numTensors;
    await classifier.predict(images);
    await classifier.gradient(images, [{ kind: 'logit', classIndex: 0 }]);
    await expect(classifier.gradient(images, [{ kind: 'logit', classIndex: 9 }])).rejects.toMatchObject({
      code: 'unknown-class',
    });
    expect(tf.memory().numTensors).toBe(warm);
    await classifier.dispose();
    expect(tf.memory().numTensors).toBe(before);
    await expect(classifier.predict(images)).rejects.toThrow(/disposed/);
  });

  it('wrong shapes and numbers are refused', async () => {
    await useCpu();
    const classifier = await load(await saveModel(smallNetwork('softmax')));
    const images = randomImages(classifier, 1);
    await expect(classifier.predict({ ...images, width: 11 })).rejects.toMatchObject({ code: 'image-shape' });
    await expect(classifier.predict({ ...images, count: 2 })).rejects.toMatchObject({ code: 'image-shape' });
    const data = images.data.slice();
    data[7] = NaN;
    await expect(classifier.predict({ ...images, data })).rejects.toMatchObject({ code: 'image-range' });
    await classifier.dispose();
  });

  it('calls of classifiers on different engines do not disturb each other', async () => {
    await useCpu();
    const folder = await saveModel(smallNetwork('softmax'));
    const all = await Promise.all(engines.map((engine) => load(folder, engine)));
    const images = randomImages(all[0]!, 1);
    const results = await Promise.all([...all, ...all].map((classifier) => classifier.predict(images)));
    for (const { logits } of results) expect(largestDifference(logits, results[0]!.logits)).toBeLessThan(1e-4);
    await Promise.all(all.map((classifier) => classifier.dispose()));
  });
});
