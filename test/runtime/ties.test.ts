import { readFileSync } from 'node:fs';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engineCandidates } from '../../src/runtime/tensorflow/engines';
import {
  hasEngine,
  largest,
  largestDifference,
  load,
  randomNumbers,
  removeFolders,
  saveModel,
  useCpu,
} from './support';

interface Written {
  readonly shape: number[];
  readonly data: number[];
}

interface Golden {
  readonly name: string;
  readonly op: string;
  readonly attributes: {
    readonly keepdims?: number;
    readonly pads?: readonly number[];
    readonly strides?: readonly number[];
  };
  readonly x: Written;
  readonly inputs: readonly Written[];
  readonly y: Written;
  readonly dy: number[];
  readonly dx: number[];
}

const file = new URL('../golden/ties.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: readonly Golden[] };

/** The operation of a case on TensorFlow.js; pictures come as [N, C, H, W]. */
function operation({ op, attributes, inputs }: Golden): ((x: Tensor) => Tensor) | undefined {
  const other = inputs[0];
  switch (op) {
    case 'ReduceMax':
      return (x) => tf.max(x, other!.data, attributes.keepdims === 1);
    case 'ReduceMin':
      return (x) => tf.min(x, other!.data, attributes.keepdims === 1);
    case 'Max':
      return (x) => tf.maximum(x, tf.tensor(other!.data, other!.shape));
    case 'Min':
      return (x) => tf.minimum(x, tf.tensor(other!.data, other!.shape));
    case 'MaxPool': {
      const isOverlapping = attributes.pads !== undefined;
      return (x) =>
        tf.transpose(
          tf.maxPool(
            tf.transpose(x as Tensor4D, [0, 2, 3, 1]),
            isOverlapping ? 3 : 2,
            isOverlapping ? 1 : 2,
            isOverlapping ? 'same' : 'valid',
          ),
          [0, 3, 1, 2],
        );
    }
    default:
      return undefined;
  }
}

const engines = (await hasEngine('tensorflow')) ? (['wasm', 'tensorflow'] as const) : (['wasm'] as const);

describe.each(engines)('equals on the engine %s', (engine) => {
  beforeAll(async () => {
    await engineCandidates(engine, {}).next();
  });

  it.each(cases.filter((each) => operation(each) !== undefined))('$name', async (golden) => {
    const { x, y, dy, dx } = golden;
    await tf.setBackend(engine);
    const run = operation(golden)!;
    const value = tf.tidy(() => run(tf.tensor(x.data, x.shape)).dataSync().slice());
    const gradient = tf.tidy(() => tf.grad(run)(tf.tensor(x.data, x.shape), tf.tensor(dy, y.shape)).dataSync().slice());
    expect(largestDifference(value as Float32Array, Float32Array.from(y.data))).toBeLessThan(1e-6);
    expect(largestDifference(gradient as Float32Array, Float32Array.from(dx))).toBeLessThan(1e-5);
  });
});

describe('a flat picture behind a global maximum', () => {
  afterAll(removeFolders);

  it('has the same map on every engine, as symmetric as the picture', async () => {
    await useCpu();
    const model = tfl.sequential({
      layers: [
        tfl.layers.conv2d({ inputShape: [6, 6, 1], filters: 3, kernelSize: 1, activation: 'tanh' }),
        tfl.layers.globalMaxPooling2d({}),
        tfl.layers.dense({ units: 2, activation: 'softmax' }),
      ],
    });
    model.setWeights(model.getWeights().map((weight, i) => tf.tensor(randomNumbers(weight.size, i + 2), weight.shape)));
    const folder = await saveModel(model);
    const image = { data: new Float32Array(36).fill(0.5), count: 1, height: 6, width: 6, channels: 1 } as const;
    const maps = [];
    for (const engine of ['onnx', 'wasm', 'cpu'] as const) {
      const classifier = await load(folder, engine, { spec: { input: { preset: 'unit' } } });
      const { gradient } = await classifier.gradient(image, [{ kind: 'log-probability', classIndex: 0 }]);
      maps.push(gradient);
      await classifier.dispose();
    }
    for (const map of maps) {
      expect(largest(map)).toBeGreaterThan(1e-5);
      expect(largestDifference(map, new Float32Array(36).fill(map[0]!))).toBeLessThan(1e-6 * largest(map));
      expect(largestDifference(map, maps[0]!)).toBeLessThan(1e-4 * largest(map));
    }
  });
});
