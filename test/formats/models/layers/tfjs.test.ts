import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../../src/formats/json/json';
import { readLayers } from '../../../../src/formats/models/layers/layers';
import { weightsByName } from '../../../../src/formats/models/layers/weightSource';
import { floats, sizeOf } from '../../../../src/core/graph/tensor';
import { evaluate, relativeError } from './support';
import { randomNumbers } from '../../../core/graph/support';

beforeAll(() => tf.setBackend('cpu'));

type Layer = tfl.layers.Layer;
const { layers } = tfl;
const same = 'same' as const;
const activations = [
  'relu',
  'relu6',
  'elu',
  'selu',
  'sigmoid',
  'hardSigmoid',
  'softmax',
  'softplus',
  'softsign',
  'tanh',
  'swish',
  'mish',
  'linear',
] as const;

const CASES: readonly (readonly [string, readonly number[], () => Layer[]])[] = [
  ...activations.map(
    (activation) =>
      [
        `activation ${activation}`,
        [4, 5, 3],
        () => [layers.conv2d({ filters: 4, kernelSize: 2, activation })],
      ] as const,
  ),
  ...[1, 2, 3].flatMap((strides) =>
    ([same, 'valid'] as const).flatMap((padding) =>
      [2, 3, 5].map((size) => {
        const options = { strides, padding };
        return [
          `windows of ${size}, strides of ${strides}, ${padding}`,
          [11, 12, 3],
          () => [
            layers.conv2d({ filters: 4, kernelSize: size, ...options }),
            layers.averagePooling2d({ poolSize: 2, strides: 1 }),
            layers.depthwiseConv2d({ kernelSize: 2, depthMultiplier: 2, padding: same }),
            layers.maxPooling2d({ poolSize: 2, strides: 2, padding: same }),
          ],
        ] as const;
      }),
    ),
  ),
  [
    'depthwise',
    [9, 8, 3],
    () => [layers.depthwiseConv2d({ kernelSize: [3, 2], strides: 2, padding: same, activation: 'relu6' })],
  ],
  [
    'separable',
    [9, 8, 3],
    () => [layers.separableConv2d({ filters: 4, kernelSize: 3, depthMultiplier: 2, strides: 2, padding: same })],
  ],
  ...([same, 'valid'] as const).flatMap((padding) =>
    [1, 2, 3].map(
      (strides) =>
        [
          `transposed, ${strides}, ${padding}`,
          [4, 5, 3],
          () => [layers.conv2dTranspose({ filters: 4, kernelSize: 3, strides, padding })],
        ] as const,
    ),
  ),
  [
    'normalisations',
    [5, 4, 3],
    () => [layers.batchNormalization(), layers.layerNormalization(), layers.dense({ units: 4 })],
  ],
  [
    'order of elements',
    [4, 5, 3],
    () => [
      layers.conv2d({ filters: 4, kernelSize: 2 }),
      layers.permute({ dims: [3, 1, 2] }),
      layers.flatten(),
      layers.dense({ units: 6 }),
      layers.repeatVector({ n: 2 }),
      layers.reshape({ targetShape: [4, 3] }),
      layers.softmax({ axis: -1 }),
    ],
  ],
  [
    'padding and cropping',
    [6, 7, 3],
    () => [
      layers.zeroPadding2d({
        padding: [
          [0, 1],
          [2, 1],
        ],
      }),
      layers.conv2d({ filters: 2, kernelSize: 2 }),
      layers.cropping2D({
        cropping: [
          [1, 0],
          [0, 2],
        ],
      }),
    ],
  ],
  [
    'nearest',
    [3, 4, 2],
    () => [
      layers.upSampling2d({ size: [2, 3] }),
      layers.conv2d({ filters: 2, kernelSize: 2 }),
      layers.globalAveragePooling2d({}),
    ],
  ],
  [
    'slopes',
    [5, 4, 3],
    () => [
      layers.leakyReLU({}),
      layers.conv2d({ filters: 3, kernelSize: 2 }),
      layers.prelu({ sharedAxes: [1, 2] }),
      layers.elu({}),
      layers.reLU({ maxValue: 0.8 }),
    ],
  ],
];

describe('layers of TensorFlow.js', () => {
  it.each(CASES)('%s', async (_name, shape, make) => {
    const input = tfl.input({ shape: [...shape] });
    const output = make().reduce<tfl.SymbolicTensor>((value, layer) => layer.apply(value) as tfl.SymbolicTensor, input);
    const model = tfl.model({ inputs: input, outputs: output });
    const weights = new Map(
      model.weights.map((variable, index) => {
        const size = sizeOf(variable.shape as number[]);
        const data = randomNumbers(size, 40 + index).map((each) =>
          variable.name.includes('variance') ? 0.4 + Math.abs(each) : each * 0.6,
        );
        variable.write(tf.tensor(data, variable.shape as number[]));
        return [variable.originalName, floats(variable.shape as number[], data)] as const;
      }),
    );
    const x = randomNumbers(2 * sizeOf(shape), 3);
    const graph = readLayers(model.toJSON(null, false) as unknown as JsonObject, weightsByName(weights));
    const result = await evaluate(graph, 2, x, (size) => randomNumbers(size, 8));
    const point = tf.tensor(x, [2, ...shape]);
    const y = model.predict(point) as tf.Tensor;
    expect(result.shape).toEqual(y.shape);
    const seed = tf.tensor(randomNumbers(y.size, 8), y.shape);
    // Picture by picture: on the CPU TensorFlow.js derives nearest resizing wrongly for all but the first of a batch.
    const gradient = [0, 1].flatMap((picture) => {
      const own = tf.slice(seed, picture, 1);
      const weighted = (each: tf.Tensor): tf.Tensor =>
        tf.sum(tf.mul(model.apply(each, { training: false }) as tf.Tensor, own));
      return Array.from(
        tf
          .grad(weighted)(tf.slice(point, picture, 1))
          .dataSync(),
      );
    });
    expect(relativeError(result.values, y.dataSync())).toBeLessThan(1e-4);
    expect(relativeError(result.gradient, gradient)).toBeLessThan(1e-4);
  });
});

describe('averages over padding', () => {
  // TensorFlow.js's own derivative differs from differences of its forward pass there (it divides by the window's size, not by
  // the number of elements averaged). Averages are linear, so the forward pass on unit vectors is the derivative.
  it.each([2, 3])('leave the padding out, values and derivative, windows of %i', async (poolSize) => {
    const shape = [7, 6, 2];
    const pooling = layers.averagePooling2d({ poolSize, strides: 2, padding: same, inputShape: shape });
    const model = tfl.sequential({ layers: [pooling] });
    const graph = readLayers(model.toJSON(null, false) as unknown as JsonObject, weightsByName(new Map()));
    const x = randomNumbers(sizeOf(shape), 3);
    const result = await evaluate(graph, 1, x, (size) => randomNumbers(size, 8));
    const forward = (point: Float32Array): Float32Array =>
      (model.predict(tf.tensor(point, [1, ...shape])) as tf.Tensor).dataSync<'float32'>();
    const weights = randomNumbers(result.values.length, 8);
    const derivative = Array.from(x, (_, at) => {
      const unit = new Float32Array(x.length);
      unit[at] = 1;
      return forward(unit).reduce((sum, value, index) => sum + value * weights[index]!, 0);
    });
    expect(relativeError(result.values, forward(x))).toBeLessThan(1e-5);
    expect(relativeError(result.gradient, derivative)).toBeLessThan(1e-5);
  });
});
