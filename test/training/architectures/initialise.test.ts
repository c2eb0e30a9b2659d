import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/core/errors';
import { createRandom } from '../../../src/core/random';
import { replaceHead } from '../../../src/training/architectures/head';
import { initialise } from '../../../src/training/architectures/initialise';
import { drawWeight } from '../../../src/training/architectures/initialisers';
import { trainableIn } from '../../../src/core/model/layersModel/trainable';

const shape = [3, 3, 40, 60];
const draw = (initializer: unknown, of: readonly number[] = shape): Float32Array =>
  drawWeight(initializer, of, createRandom(3));
const mean = (data: Float32Array): number => data.reduce((sum, value) => sum + value, 0) / data.length;
const variance = (data: Float32Array): number => {
  const middle = mean(data);
  return mean(data.map((value) => (value - middle) ** 2));
};

describe('initialisers', () => {
  const fanIn = 9 * 40;
  const fanOut = 9 * 60;
  it.each([
    ['glorot_uniform', 2 / (fanIn + fanOut)],
    ['GlorotNormal', 2 / (fanIn + fanOut)],
    ['he_normal', 2 / fanIn],
    ['HeUniform', 2 / fanIn],
    ['leCunNormal', 1 / fanIn],
    ['random_normal', 0.05 ** 2],
    ['RandomUniform', 0.1 ** 2 / 12],
    [{ class_name: 'RandomNormal', config: { mean: 0, stddev: 0.5 } }, 0.25],
    [{ class_name: 'VarianceScaling', config: { scale: 3, mode: 'fan_out', distribution: 'uniform' } }, 3 / fanOut],
    [{ class_name: 'VarianceScaling', config: { scale: 3, mode: 'fanIn', distribution: 'normal' } }, 3 / fanIn],
    [{ module: 'keras.initializers', class_name: 'Orthogonal', config: { gain: 2 } }, 4 / fanIn],
  ])('%j has its variance', (initializer, expected) => {
    const data = draw(initializer);
    expect(variance(data) / expected).toBeCloseTo(1, 1);
    expect(Math.abs(mean(data))).toBeLessThan(0.05 * Math.sqrt(expected));
  });

  it('cut normals off at two deviations of what is drawn', () => {
    const data = draw('he_normal');
    const limit = (2 / 0.87962566) * Math.sqrt(2 / fanIn);
    expect(Math.max(...data.map(Math.abs))).toBeLessThanOrEqual(limit * 1.000001);
    expect(Math.max(...data.map(Math.abs))).toBeGreaterThan(limit * 0.98);
  });

  it('make orthonormal columns or rows', () => {
    for (const [rows, columns] of [
      [6, 4],
      [4, 6],
    ] as const) {
      const data = draw('orthogonal', [rows, columns]);
      const short = Math.min(rows, columns);
      const at = (vector: number, place: number): number =>
        rows < columns ? data[vector * columns + place]! : data[place * columns + vector]!;
      for (let i = 0; i < short; i++)
        for (let j = 0; j < short; j++) {
          const product = Array.from({ length: Math.max(rows, columns) }, (_, k) => at(i, k) * at(j, k));
          expect(product.reduce((a, b) => a + b, 0)).toBeCloseTo(i === j ? 1 : 0, 5);
        }
    }
  });

  it('fill with constants and refuse what they do not know', () => {
    expect([...draw('ones', [2])]).toEqual([1, 1]);
    expect([...draw({ class_name: 'Constant', config: { value: 0.25 } }, [2])]).toEqual([0.25, 0.25]);
    expect(() => draw({ class_name: 'Mine', config: {} })).toThrow(UserError);
    expect(() => draw('orthogonal', [9216, 4096])).toThrow(/too long/);
  });
});

const topology = {
  class_name: 'Sequential',
  config: {
    name: 'net',
    layers: [
      {
        class_name: 'Sequential',
        config: {
          name: 'inner',
          layers: [
            { class_name: 'Conv2D', config: { name: 'c', kernel_initializer: 'ones', bias_initializer: 'ones' } },
            { class_name: 'BatchNormalization', config: { name: 'b', trainable: false } },
          ],
        },
      },
      { class_name: 'Dense', config: { name: 'd', units: 3, kernel_initializer: 'zeros' } },
      { class_name: 'Activation', config: { name: 'a', activation: 'softmax' } },
    ],
  },
};
const weights = [
  { name: 'inner/c/kernel', shape: [1, 1, 1, 2], data: new Float32Array(2) },
  { name: 'c/bias', shape: [2], data: new Float32Array(2) },
  { name: 'b/gamma', shape: [2], data: new Float32Array(2) },
  { name: 'b/moving_mean', shape: [2], data: new Float32Array([5, 5]) },
  { name: 'd/kernel', shape: [2, 3], data: new Float32Array(6).fill(7) },
  { name: 'd/bias', shape: [3], data: new Float32Array(3).fill(7) },
];

it('draws every weight of a nested model by its own layer', () => {
  const drawn = initialise(topology, weights, 1);
  const values = [1, 1, 1, 0, 0, 0].map((value, index) => weights[index]!.data.map(() => value));
  expect(drawn.map(({ data }) => data)).toEqual(values);
});

it('tells what is trained', () => {
  expect(weights.map(({ name }) => trainableIn(topology)(name))).toEqual([true, true, false, false, true, true]);
});

it('replaces the last dense layer for other classes and nothing else', () => {
  const model = replaceHead({ topology, weights }, 5, 1);
  expect(model.weights.map(({ shape: each }) => each).slice(-2)).toEqual([[2, 5], [5]]);
  expect(model.weights.at(-2)!.data).toEqual(new Float32Array(10));
  expect(model.weights.slice(0, -2)).toEqual(weights.slice(0, -2));
  expect(JSON.stringify(model.topology)).toContain('"units":5');
  expect(JSON.stringify(topology)).toContain('"units":3');
  const without = { class_name: 'Sequential', config: { layers: [{ class_name: 'Conv2D', config: { name: 'c' } }] } };
  expect(() => replaceHead({ topology: without, weights }, 5, 1)).toThrow(UserError);
});
