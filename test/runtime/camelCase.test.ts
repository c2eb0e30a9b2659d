import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asInKeras } from '../../src/formats/models/layers/spelling';
import type { Classifier } from '../../src/core/model/classifier';
import { loadClassifier } from '../../src/runtime/loadClassifier';
import { fallbackCases, inLastOrder, writeFallbackCase, writeTopology } from './fallbackSupport';
import {
  largest,
  largestDifference,
  load,
  makeFolder,
  randomImages,
  randomNumbers,
  removeFolders,
  useCpu,
} from './support';

beforeAll(useCpu);
afterAll(removeFolders);

const camel = (text: string): string => text.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** A Keras configuration as TensorFlow.js spells it: keys, and the names of functions and orders. */
function spelledByTensorFlow(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((each) => spelledByTensorFlow(each, key));
  if (typeof value === 'string') return /activation|data_format/.test(key) ? camel(value) : value;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([own, inner]) => [
    camel(own === 'batch_shape' ? 'batch_input_shape' : own),
    spelledByTensorFlow(inner, own),
  ]);
  return Object.fromEntries(entries) as unknown;
}

const CHOSEN = [
  'Conv2D same, strides 2',
  'convolution and log_softmax',
  'SeparableConv2D valid, dilated',
  'Conv2DTranspose same, output padding',
  'BatchNormalization along 1',
  'PReLU shared along [1, 2]',
  'AveragePooling2D same, (3, 2), strides 3',
  'UpSampling2D bilinear, (4, 3)',
  'channels first, Conv2D same',
  'Concatenate',
  'Maximum, broadcast',
];

describe('a layers model in the spelling of TensorFlow.js', () => {
  it.each(fallbackCases().filter(({ name }) => CHOSEN.includes(name)))(
    '$name: on ONNX Runtime as in Keras',
    async (each) => {
      const config = spelledByTensorFlow(each.config) as object;
      expect(JSON.stringify(config)).toMatch(/"batchInputShape"/);
      const folder = await writeFallbackCase({ ...each, config }, path.join(await makeFolder(), 'model'));
      for (const engine of ['auto', 'wasm'] as const) {
        const classifier = await loadClassifier({ path: folder }, { engine });
        const { engine: taken, input } = classifier.info;
        expect(taken).toBe(engine === 'auto' ? 'onnx' : 'wasm');
        const data = inLastOrder(each, randomNumbers(each.gradient.length, 7), input);
        const images = { data, count: 2, height: input.height, width: input.width, channels: input.channels };
        const { scores, gradient } = await classifier.gradient(images, [{ kind: 'logit', classIndex: 1 }]);
        expect(largestDifference(scores.logits, each.scores)).toBeLessThan(1e-4 * largest(each.scores));
        const expected = inLastOrder(each, each.gradient, input);
        expect(largestDifference(gradient, expected)).toBeLessThan(1e-4 * largest(expected));
        await classifier.dispose();
      }
    },
  );

  it('every chosen case is there', () => {
    const names = fallbackCases().map(({ name }) => name);
    expect(CHOSEN.filter((name) => !names.includes(name))).toEqual([]);
  });

  it.each(['nearest', 'bilinear'] as const)(
    'means what TensorFlow.js means where that wrote it: %s',
    async (interpolation) => {
      await tf.setBackend('cpu');
      const inputShape = [5, 4, 3];
      const model = tfl.sequential({
        layers: [
          tfl.layers.upSampling2d({ size: [2, 3], interpolation, inputShape }),
          tfl.layers.conv2d({ filters: 2, kernelSize: [3, 2], activation: 'hardSigmoid', padding: 'same' }),
          tfl.layers.flatten(),
          tfl.layers.dense({ units: 3 }),
        ],
      });
      const weights = model.weights.map((weight, index) => {
        const shape = weight.shape as number[];
        const values = randomNumbers(
          shape.reduce((product, side) => product * side, 1),
          30 + index,
        ).map((value) => value - 0.5);
        weight.write(tf.tensor(values, shape));
        return { name: weight.originalName, shape, values };
      });
      const topology = {
        className: model.getClassName(),
        config: model.getConfig() as unknown,
        kerasVersion: 'tfjs-layers 4.22.0',
        backend: 'TensorFlow.js',
      };
      const folder = await writeTopology(topology, weights, await makeFolder());
      const run = async (classifier: Classifier) =>
        classifier.gradient(randomImages(classifier, 2), [{ kind: 'logit', classIndex: 1 }]);
      const onnx = await loadClassifier({ path: folder }, { engine: 'auto' });
      expect(onnx.info.engine).toBe('onnx');
      const [ours, theirs] = [await run(onnx), await run(await load(folder, 'wasm'))];
      await tf.setBackend('cpu');
      const { data } = randomImages(onnx, 2);
      const expected = (model.predict(tf.tensor4d(data, [2, 5, 4, 3])) as tf.Tensor).dataSync<'float32'>();
      for (const each of [ours, theirs]) {
        expect(largestDifference(each.scores.logits, expected)).toBeLessThan(1e-5 * largest(expected));
        expect(largestDifference(each.gradient, ours.gradient)).toBeLessThan(1e-5 * largest(ours.gradient));
      }
    },
  );
});

describe('the spelling of keys', () => {
  it('keeps names, and Keras’s key where both are there', () => {
    const topology = {
      className: 'Model',
      config: {
        name: 'myModel',
        batchInputShape: [null, 2],
        batch_input_shape: [null, 3],
        outputLayers: { myOutput: ['lastLayer', 0, 0] },
        layers: [{ name: 'aLayer', className: 'ReLU', inboundNodes: [[['camelCase', 0, 0, {}]]], X: 1 }],
      },
    };
    expect(asInKeras(topology)).toEqual({
      class_name: 'Model',
      config: {
        name: 'myModel',
        batch_input_shape: [null, 3],
        output_layers: { myOutput: ['lastLayer', 0, 0] },
        layers: [{ name: 'aLayer', class_name: 'ReLU', inbound_nodes: [[['camelCase', 0, 0, {}]]], X: 1 }],
      },
    });
  });

  it('takes no inherited property for a key and no depth without end', () => {
    const hostile = JSON.parse('{"__proto__": {"className": "Evil"}, "config": {}}') as never;
    const read = asInKeras(hostile);
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
    expect(Object.keys(read)).toEqual(['__proto__', 'config']);
    let deep: object = {};
    for (let depth = 0; depth < 1000; depth++) deep = { layers: [deep] };
    expect(() => asInKeras(deep as never)).toThrow(/too deep/);
  });
});
