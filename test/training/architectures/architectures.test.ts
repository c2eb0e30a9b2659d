import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { penaltyWarnings } from '../../../src/training/architectures/penalties';
import { architectures, findArchitecture } from '../../../src/training/architectures/registry';
import type { LayersModel } from '../../../src/core/model/trainableNetwork';

const grey28 = { height: 28, width: 28, channels: 1 } as const;
const colour256 = { height: 256, width: 256, channels: 3 } as const;

interface Layer {
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
}

const built = (id: string, size: typeof grey28 | typeof colour256, classes: number, seed = 1): LayersModel =>
  findArchitecture(id)!.build(size, classes, seed);

const countOf = ({ weights }: LayersModel): number => weights.reduce((sum, { data }) => sum + data.length, 0);

const layersOf = ({ topology }: LayersModel): readonly Layer[] =>
  (topology.config as { readonly layers: readonly Layer[] }).layers;

const kernel = (size: number, from: number, to: number): number => size * size * from * to;
const convolution = (size: number, from: number, to: number): number => kernel(size, from, to) + to;
const dense = (from: number, to: number): number => from * to + to;

const deep = (channels: number, classes: number): number => {
  const filters = [channels, 16, 16, 16, 32, 32, 32, 64, 64, 64];
  const convolutions = filters.slice(1).map((to, index) => convolution(3, filters[index]!, to));
  return convolutions.reduce((a, b) => a + b, 0) + dense(64, 512) + dense(512, 50) + dense(50, classes);
};

describe('parameter counts in closed form', () => {
  it('deep network', () => {
    expect(countOf(built('deep-network', grey28, 10))).toBe(deep(1, 10));
    expect(deep(1, 10)).toBe(179_728);
    expect(countOf(built('deep-network', colour256, 5))).toBe(deep(3, 5));
  });

  it('AlexNet for small pictures', () => {
    const convolutions =
      convolution(11, 1, 96) +
      convolution(5, 96, 256) +
      convolution(3, 256, 384) +
      convolution(3, 384, 384) +
      convolution(3, 384, 256);
    const count = countOf(built('alexnet', grey28, 10));
    expect(count).toBe(convolutions + dense(2 * 2 * 256, 2048) + dense(2048, 2048) + dense(2048, 10));
    expect(count).toBeGreaterThan(10e6);
  });

  it('residual network', () => {
    const norm = (channels: number): number => 4 * channels;
    const block = (from: number, to: number): number =>
      kernel(3, from, to) + kernel(3, to, to) + 2 * norm(to) + (from === to ? 0 : kernel(1, from, to) + norm(to));
    const stages = block(16, 16) * 2 + block(16, 32) + block(32, 32) + block(32, 64) + block(64, 64);
    expect(countOf(built('residual', grey28, 10))).toBe(kernel(3, 1, 16) + norm(16) + stages + dense(64, 10));
    expect(countOf(built('residual', colour256, 5))).toBe(kernel(7, 3, 16) + norm(16) + stages + dense(64, 5));
  });
});

describe('weights', () => {
  it.each(['deep-network', 'residual'])('%s: the same for the same seed, others for others', (id) => {
    const [one, same, other] = [built(id, grey28, 4, 5), built(id, grey28, 4, 5), built(id, grey28, 4, 6)];
    expect(same).toEqual(one);
    const different = one.weights.map(({ data }, i) => data.some((value, at) => value !== other.weights[i]!.data[at]));
    expect(different).toEqual(one.weights.map(({ name }) => name.endsWith('kernel')));
  });

  it('have variance 2 / fan-in before a relu, counting positions that see data', () => {
    const variance = (name: string): number => {
      const { data } = built('deep-network', grey28, 10).weights.find((weight) => weight.name === name)!;
      return data.reduce((sum, value) => sum + value * value, 0) / data.length;
    };
    // Maps of 3 × 3: 49 of 81 positions see data; of 1 × 1: one of nine.
    expect(variance('conv_4/kernel') * (49 / 9) * 16).toBeCloseTo(2, 0);
    expect(variance('conv_8/kernel') * 64).toBeCloseTo(2, 0);
    expect(variance('dense_1/kernel') * 64).toBeCloseTo(2, 1);
  });
});

it('the deep network has the layers of the bundled model', () => {
  const file = path.resolve(__dirname, '../../../media/models/fashion-mnist/model.json');
  const bundled = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly modelTopology: { readonly config: { readonly layers: readonly Layer[] } };
    readonly weightsManifest: readonly { readonly weights: readonly { name: string; shape: number[] }[] }[];
  };
  const model = built('deep-network', grey28, 10);
  const what = ({ class_name: className, config }: Layer): object => {
    const keys = ['name', 'filters', 'units', 'kernel_size', 'strides', 'padding', 'pool_size', 'activation'];
    const shape = { batch_input_shape: config.batch_input_shape };
    return { className, ...Object.fromEntries(keys.map((key) => [key, config[key]])), ...shape };
  };
  expect(layersOf(model).map(what)).toEqual(bundled.modelTopology.config.layers.map(what));
  const shapes = bundled.weightsManifest.flatMap(({ weights }) => weights.map(({ name, shape }) => ({ name, shape })));
  expect(model.weights.map(({ name, shape }) => ({ name, shape }))).toEqual(shapes);
});

it('the deep network pools eight times at 256', () => {
  const pools = layersOf(built('deep-network', colour256, 5)).filter((layer) => layer.class_name === 'MaxPooling2D');
  expect(pools).toHaveLength(8);
});

it.each(architectures.map(({ id }) => id))('%s refuses pictures that are too small and one class', (id) => {
  const { build, minimumSide } = findArchitecture(id)!;
  const size = { height: minimumSide, width: minimumSide, channels: 3 } as const;
  expect(() => build({ ...size, width: minimumSide - 1 }, 2, 0)).toThrow(/too small/);
  expect(() => build(size, 1, 0)).toThrow(/for 1 class cannot be trained/);
  expect(build(size, 2, 0).weights.every(({ data }) => data.every(Number.isFinite))).toBe(true);
});

describe('penalties in the loss', () => {
  const withConfig = (config: object): LayersModel['topology'] => ({
    class_name: 'Sequential',
    config: { name: 'net', layers: [{ class_name: 'Dense', config: { name: 'scores', units: 3, ...config } }] },
  });

  it('are named where a model asks for them, in either spelling', () => {
    const l2 = { class_name: 'L1L2', config: { l1: 0, l2: 1e-4 } };
    for (const key of ['kernel_regularizer', 'kernelRegularizer', 'bias_regularizer', 'activityRegularizer'])
      expect(penaltyWarnings(withConfig({ [key]: l2 }))).toEqual([expect.stringContaining('(scores)')]);
  });

  it('are not spoken of where there are none', () => {
    expect(penaltyWarnings(withConfig({ kernel_regularizer: null, activity_regularizer: null }))).toEqual([]);
    for (const { id } of architectures) expect(penaltyWarnings(built(id, grey28, 10).topology)).toEqual([]);
  });
});
