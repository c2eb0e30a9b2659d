import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Classifier } from '../../src/core/model/classifier';
import {
  directionalDifference,
  hasEngine,
  largest,
  largestDifference,
  load,
  makeFolder,
  randomImages,
  randomNumbers,
  removeFolders,
  saveModel,
  useCpu,
} from './support';

const engines = (await hasEngine('tensorflow')) ? (['cpu', 'wasm', 'tensorflow'] as const) : (['cpu', 'wasm'] as const);

beforeAll(useCpu);
afterAll(removeFolders);

interface Stored {
  readonly name: string;
  readonly shape: number[];
  readonly values: Float32Array;
}

const stored = (name: string, shape: number[], seed: number): Stored => ({
  name,
  shape,
  values: randomNumbers(
    shape.reduce((a, b) => a * b, 1),
    seed,
  ).map((value) => value - 0.4),
});

async function writeModel(modelTopology: object, weights: readonly Stored[]): Promise<string> {
  const folder = await makeFolder();
  const manifest = [
    { paths: ['w.bin'], weights: weights.map(({ name, shape }) => ({ name, shape, dtype: 'float32' })) },
  ];
  await writeFile(path.join(folder, 'model.json'), JSON.stringify({ modelTopology, weightsManifest: manifest }));
  await writeFile(path.join(folder, 'w.bin'), Buffer.concat(weights.map(({ values }) => Buffer.from(values.buffer))));
  return folder;
}

async function agreesWithDifferences(classifier: Classifier): Promise<void> {
  const image = randomImages(classifier, 1);
  const { gradient } = await classifier.gradient(image, [{ kind: 'logit', classIndex: 1 }]);
  const length = Math.hypot(...gradient);
  expect(length).toBeGreaterThan(0);
  const direction = gradient.map((value) => value / length);
  const expected = await directionalDifference(classifier, image, { kind: 'logit', classIndex: 1 }, direction, 1e-2);
  expect(Math.abs(length - expected)).toBeLessThan(1e-2 * length);
}

const policy = { module: 'keras', class_name: 'DTypePolicy', config: { name: 'mixed_float16' }, registered_name: null };
const tensor = (name: string, shape: (number | null)[]): object => ({
  class_name: '__keras_tensor__',
  config: { shape, dtype: 'float32', keras_history: [name, 0, 0] },
});
const layer = (class_name: string, name: string, config: object, from?: readonly object[]): object => ({
  module: 'keras.layers',
  class_name,
  config: { name, trainable: true, dtype: policy, ...config },
  registered_name: null,
  build_config: { input_shape: [null] },
  name,
  inbound_nodes: from ? [{ args: from.length > 1 ? [from] : from, kwargs: {} }] : [],
});
const glorot = {
  module: 'keras.initializers',
  class_name: 'GlorotUniform',
  config: { seed: null },
  registered_name: null,
};

describe('a Keras 3 configuration', () => {
  const head = {
    module: 'keras',
    class_name: 'Sequential',
    config: {
      name: 'head',
      trainable: true,
      dtype: policy,
      layers: [
        {
          class_name: 'InputLayer',
          config: { batch_shape: [null, 4], dtype: 'float32', name: 'in' },
          registered_name: null,
        },
        layer('Dense', 'scores', { units: 3, activation: 'softmax', use_bias: true, kernel_initializer: glorot }),
      ],
    },
    name: 'head',
    inbound_nodes: [{ args: [tensor('pool', [null, 4])], kwargs: {} }],
  };
  const topology = {
    keras_version: '3.5.0',
    backend: 'tensorflow',
    model_config: {
      module: 'keras.src.models.functional',
      class_name: 'Functional',
      config: {
        name: 'net',
        trainable: true,
        layers: [
          layer('InputLayer', 'image', { batch_shape: [null, 7, 6, 3], sparse: false, ragged: false }),
          layer(
            'Conv2D',
            'first',
            {
              filters: 4,
              kernel_size: [3, 3],
              strides: [1, 1],
              padding: 'same',
              data_format: 'channels_last',
              dilation_rate: [2, 2],
              groups: 1,
              activation: 'silu',
              use_bias: true,
              kernel_initializer: glorot,
            },
            [tensor('image', [null, 7, 6, 3])],
          ),
          layer(
            'DepthwiseConv2D',
            'depth',
            {
              kernel_size: [3, 3],
              strides: [1, 1],
              padding: 'same',
              dilation_rate: [2, 2],
              depth_multiplier: 1,
              activation: 'linear',
              use_bias: false,
            },
            [tensor('first', [null, 7, 6, 4])],
          ),
          layer('LeakyReLU', 'leaky', { negative_slope: 0.1 }, [tensor('depth', [null, 7, 6, 4])]),
          layer('Add', 'sum', {}, [tensor('leaky', [null, 7, 6, 4]), tensor('first', [null, 7, 6, 4])]),
          layer('GlobalAveragePooling2D', 'pool', { data_format: 'channels_last', keepdims: false }, [
            tensor('sum', [null, 7, 6, 4]),
          ]),
          head,
        ],
        input_layers: ['image', 0, 0],
        output_layers: [['head', 0, 0]],
      },
    },
  };
  const weights = [
    stored('net/first/kernel', [3, 3, 3, 4], 1),
    stored('net/first/bias', [4], 2),
    stored('net/depth/kernel', [3, 3, 4, 1], 3),
    stored('net/head/scores/kernel', [4, 3], 4),
    stored('net/head/scores/bias', [3], 5),
  ];

  it.each(engines)('loads, and computes what the same operations by hand do (%s)', async (engine) => {
    const classifier = await load(await writeModel(topology, weights), engine);
    expect(classifier.info.output).toEqual({ activation: 'softmax', classes: 3 });
    const images = randomImages(classifier, 2);
    const { logits } = await classifier.predict(images);
    await useCpu();
    const expected = tf.tidy(() => {
      const [kernel, bias, depth, scores, offset] = weights.map(({ values, shape }) => tf.tensor(values, shape));
      let x = tf.tensor4d(images.data, [2, 7, 6, 3]) as tf.Tensor;
      x = tf.add(tf.conv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, 1, 'same', 'NHWC', 2), bias!);
      const first = tf.mul(x, tf.sigmoid(x));
      const leaky = tf.leakyRelu(
        tf.depthwiseConv2d(first as tf.Tensor4D, depth as tf.Tensor4D, 1, 'same', 'NHWC', 2),
        0.1,
      );
      const pooled = tf.mean(tf.add(leaky, first), [1, 2]);
      return tf.add(tf.matMul(pooled as tf.Tensor2D, scores as tf.Tensor2D), offset!).dataSync() as Float32Array;
    });
    expect(largestDifference(logits, expected)).toBeLessThan(1e-5 * Math.max(1, largest(expected)));
    await agreesWithDifferences(classifier);
    await classifier.dispose();
  });
});

describe('other layouts and layers', () => {
  it('channels first: pixels are given and gradients returned height × width × channels', async () => {
    await useCpu();
    const build = (dataFormat: 'channelsFirst' | 'channelsLast'): tfl.LayersModel => {
      const inputShape: [number, number, number] = dataFormat === 'channelsFirst' ? [3, 6, 5] : [6, 5, 3];
      return tfl.sequential({
        layers: [
          tfl.layers.conv2d({ filters: 3, kernelSize: 3, inputShape, dataFormat, activation: 'tanh' }),
          tfl.layers.globalAveragePooling2d({ dataFormat }),
          tfl.layers.dense({ units: 2, activation: 'softmax' }),
        ],
      });
    };
    const last = build('channelsLast');
    const first = build('channelsFirst');
    first.setWeights(last.getWeights());
    const results = [];
    for (const model of [first, last]) {
      const classifier = await load(await saveModel(model));
      expect(classifier.info.input).toMatchObject({ height: 6, width: 5, channels: 3 });
      results.push(await classifier.gradient(randomImages(classifier, 2), [{ kind: 'logit', classIndex: 1 }]));
      await classifier.dispose();
    }
    expect(largestDifference(results[0]!.gradient, results[1]!.gradient)).toBeLessThan(1e-6);
    expect(largestDifference(results[0]!.scores.logits, results[1]!.scores.logits)).toBeLessThan(1e-6);
  });

  it('Rescaling first: bytes are assumed, and said', async () => {
    await useCpu();
    const topology = {
      class_name: 'Sequential',
      config: {
        name: 's',
        layers: [
          { class_name: 'RandomFlip', config: { name: 'flip', batch_input_shape: [null, 2, 2, 3] } },
          { class_name: 'Rescaling', config: { name: 'scale', scale: 1 / 255, offset: 0 } },
          { class_name: 'Flatten', config: { name: 'flat' } },
          { class_name: 'Dense', config: { name: 'd', units: 2, use_bias: false } },
        ],
      },
    };
    const kernel = stored('d/kernel', [12, 2], 1);
    const classifier = await load(await writeModel(topology, [kernel]));
    expect(classifier.info.input.range).toEqual([0, 255]);
    expect(classifier.info.input.source).toBe("the model's own first operations (Mul: 0…255 becomes 0…1)");
    const images = randomImages(classifier, 1);
    const { logits } = await classifier.predict(images);
    const expected = images.data.reduce((sum, value, i) => sum + value * kernel.values[i * 2]!, 0);
    expect(logits[0]).toBeCloseTo(expected, 5);
    const { gradient } = await classifier.gradient(images, [{ kind: 'logit', classIndex: 0 }]);
    for (let i = 0; i < 12; i++) expect(gradient[i]).toBeCloseTo(kernel.values[i * 2]!, 5);
    await classifier.dispose();
  });

  it('Normalization with its own statistics, pooling that keeps its dimensions', async () => {
    await useCpu();
    const topology = {
      class_name: 'Sequential',
      config: {
        name: 's',
        layers: [
          { class_name: 'Normalization', config: { name: 'n', axis: [-1], batch_input_shape: [null, 2, 2, 3] } },
          { class_name: 'GlobalAveragePooling2D', config: { name: 'g', keepdims: true } },
          { class_name: 'Conv2D', config: { name: 'c', filters: 2, kernel_size: [1, 1], use_bias: false } },
          { class_name: 'Flatten', config: { name: 'flat' } },
        ],
      },
    };
    const mean = { name: 'n/mean', shape: [3], values: Float32Array.of(0.5, 0.4, 0.3) };
    const variance = { name: 'n/variance', shape: [3], values: Float32Array.of(4, 9, 16) };
    const kernel = { name: 'c/kernel', shape: [1, 1, 3, 2], values: Float32Array.of(1, 0, 1, 0, 1, 5) };
    const classifier = await load(
      await writeModel(topology, [mean, variance, kernel, { name: 'n/count', shape: [], values: Float32Array.of(7) }]),
    );
    const data = Float32Array.from({ length: 12 }, (_, i) => (i % 3) / 2);
    const { logits } = await classifier.predict({ data, count: 1, height: 2, width: 2, channels: 3 });
    expect(logits[0]).toBeCloseTo((0 - 0.5) / 2 + (0.5 - 0.4) / 3 + (1 - 0.3) / 4, 5);
    expect(logits[1]).toBeCloseTo((5 * (1 - 0.3)) / 4, 5);
    await classifier.dispose();
  });

  it('a model of any size takes it from the specification, and says so if there is none', async () => {
    await useCpu();
    const build = (): tfl.LayersModel =>
      tfl.sequential({
        layers: [
          tfl.layers.conv2d({ filters: 3, kernelSize: 3, inputShape: [null, null, 3] as never }),
          tfl.layers.globalAveragePooling2d({ dataFormat: 'channelsLast' }),
          tfl.layers.dense({ units: 2 }),
        ],
      });
    const folder = await saveModel(build());
    await expect(load(folder)).rejects.toMatchObject({
      code: 'model-spec',
      message: expect.stringContaining('any height') as unknown,
    });
    const classifier = await load(folder, 'cpu', { spec: { input: { height: 9, width: 7 } } });
    expect(classifier.info.input).toMatchObject({ height: 9, width: 7 });
    await agreesWithDifferences(classifier);
    await classifier.dispose();
    await expect(
      load(await saveModel(build()), 'cpu', { spec: { input: { height: 2, width: 2 } } }),
    ).rejects.toMatchObject({ name: 'UserError' });
  });

  it('preprocessing is inside: gradients are with respect to pixels', async () => {
    await useCpu();
    const model = tfl.sequential({
      layers: [tfl.layers.flatten({ inputShape: [1, 1, 3] }), tfl.layers.dense({ units: 2, useBias: false })],
    });
    model.setWeights([tf.tensor2d([1, 0, 2, 0, 4, 1], [3, 2])]);
    const folder = await saveModel(model);
    const image = { data: Float32Array.of(0.2, 0.4, 0.6), count: 1, height: 1, width: 1, channels: 3 } as const;
    const run = async (preset: 'signed' | 'caffe' | 'torchvision'): Promise<[number, number[]]> => {
      const classifier = await load(folder, 'cpu', { spec: { input: { preset } } });
      const { values, gradient } = await classifier.gradient(image, [{ kind: 'logit', classIndex: 0 }]);
      await classifier.dispose();
      return [values[0]!, [...gradient]];
    };
    const close = (values: number[]): unknown[] => values.map((value) => expect.closeTo(value, 3) as unknown);
    expect(await run('signed')).toEqual([expect.closeTo(-0.6 - 0.4 + 0.8, 5), close([2, 4, 8])]);
    const caffe = 0.6 * 255 - 103.939 + 2 * (0.4 * 255 - 116.779) + 4 * (0.2 * 255 - 123.68);
    expect(await run('caffe')).toEqual([expect.closeTo(caffe, 3), close([4 * 255, 2 * 255, 255])]);
    const torchvision = (0.2 - 0.485) / 0.229 + (2 * (0.4 - 0.456)) / 0.224 + (4 * (0.6 - 0.406)) / 0.225;
    expect(await run('torchvision')).toEqual([
      expect.closeTo(torchvision, 4),
      close([1 / 0.229, 2 / 0.224, 4 / 0.225]),
    ]);
  });

  it.each([
    ['uint8', 255, Uint8Array, 0.02],
    ['uint16', 65535, Uint16Array, 1e-4],
  ] as const)('weights quantised to %s', async (dtype, steps, Codes, tolerance) => {
    await useCpu();
    const model = tfl.sequential({
      layers: [tfl.layers.flatten({ inputShape: [4, 4, 3] }), tfl.layers.dense({ units: 3, useBias: false })],
    });
    const folder = await saveModel(model);
    const exact = await load(folder);
    const images = randomImages(exact, 1);
    const { logits } = await exact.predict(images);
    await exact.dispose();
    const file = path.join(folder, 'model.json');
    const json = JSON.parse(await readFile(file, 'utf8')) as {
      weightsManifest: { weights: { quantization?: object }[] }[];
    };
    const bytes = await readFile(path.join(folder, 'weights.bin'));
    const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
    const [min, max] = [Math.min(...values), Math.max(...values)];
    const scale = (max - min) / steps;
    json.weightsManifest[0]!.weights[0]!.quantization = { dtype, min, scale };
    await writeFile(
      path.join(folder, 'weights.bin'),
      Buffer.from(new Codes(values.map((value) => Math.round((value - min) / scale))).buffer),
    );
    await writeFile(file, JSON.stringify(json));
    const quantised = await load(folder);
    expect(largestDifference((await quantised.predict(images)).logits, logits)).toBeLessThan(tolerance);
    await quantised.dispose();
  });
});

describe('a description', () => {
  const plain = async (): Promise<string> => {
    await useCpu();
    return saveModel(
      tfl.sequential({
        layers: [tfl.layers.flatten({ inputShape: [2, 2, 3] }), tfl.layers.dense({ units: 3, activation: 'softmax' })],
      }),
    );
  };
  const infoWith = async (files: Record<string, string>, more: object = {}): Promise<Classifier['info']> => {
    const folder = await plain();
    for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text);
    const classifier = await load(folder, 'cpu', more);
    await classifier.dispose();
    return classifier.info;
  };

  it('that is missing is made up, with a warning', async () => {
    const info = await infoWith({});
    expect(info.classes).toEqual(['class 0', 'class 1', 'class 2']);
    expect(info).toMatchObject({
      classSource: 'numbered',
      input: { range: [0, 1], source: 'assumed', resize: 'stretch' },
    });
    expect(info.warnings).toHaveLength(1);
  });

  it('in lens.json beats metadata.json and labels.txt', async () => {
    const info = await infoWith({
      'lens.json': JSON.stringify({
        name: 'Pets',
        classes: ['cat', 'dog', 'owl'],
        input: { preset: 'signed', resize: 'pad' },
      }),
      'metadata.json': JSON.stringify({ labels: ['x', 'y', 'z'] }),
      'labels.txt': 'a\nb\nc\n',
    });
    expect(info).toMatchObject({
      name: 'Pets',
      classes: ['cat', 'dog', 'owl'],
      classSource: 'lens.json',
      warnings: [],
    });
    expect(info.input).toMatchObject({ range: [-1, 1], resize: 'pad', source: 'preset signed (lens.json)' });
  });

  it('in the reference beats all files', async () => {
    const info = await infoWith(
      { 'lens.json': '{"classes":["a","b","c"]}' },
      { spec: { classes: ['p', 'q', 'r'] }, name: 'Mine' },
    );
    expect(info).toMatchObject({ name: 'Mine', classes: ['p', 'q', 'r'], classSource: 'settings' });
  });

  it('in labels.txt with too few or too many names is refused, but for a background before them', async () => {
    const two = infoWith({ 'labels.txt': '0 cat\n1 dog\n' });
    await expect(two).rejects.toMatchObject({
      code: 'model-spec',
      message: expect.stringMatching(/2 classes.* has 3/) as unknown,
    });
    await expect(infoWith({ 'labels.txt': 'a\nb\nc\nd' })).rejects.toMatchObject({ code: 'model-spec' });
    const shifted = await infoWith({ 'labels.txt': 'background\na\nb\nc' });
    expect(shifted.classes).toEqual(['a', 'b', 'c']);
    expect(shifted.warnings.join()).toMatch(/4 classes and the model has 3: the first name, “background”, is left out/);
  });

  it.each([
    ['lists the wrong number of classes', '{"classes":["a"]}'],
    ['is no JSON', '{"classes":['],
    ['is a list', '[]'],
    ['misspells a preset', '{"input":{"preset":"imagenet"}}'],
    ['gives a mean of two channels', '{"input":{"mean":[1,2]}}'],
    ['divides by zero', '{"input":{"std":[0]}}'],
    ['has an empty range', '{"input":{"range":[1,1]}}'],
    ['contradicts the model’s size', '{"input":{"height":5}}'],
    ['contradicts the model’s channels', '{"input":{"color":"grayscale"}}'],
    ['points out of the folder', '{"labels":"../../../etc/hostname"}'],
    ['names labels that are not there', '{"labels":"none.txt"}'],
  ])('that %s is refused', async (_, text) => {
    await expect(infoWith({ 'lens.json': text })).rejects.toMatchObject({ name: 'UserError' });
  });

  it('with an unknown key is read, with a warning', async () => {
    const info = await infoWith({ 'lens.json': '{"clases":["a"],"input":{"preset":"unit"},"$schema":"x"}' });
    expect(info.warnings.join()).toMatch(/clases/);
    expect(info.warnings).toHaveLength(1);
  });
});
