import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { floats } from '../../src/core/graph/tensor';
import type { Classifier } from '../../src/core/model/classifier';
import { writeOnnx } from '../../src/formats/models/onnx/writeOnnx';
import { loadClassifier } from '../../src/runtime/loadClassifier';
import { goldenPath } from '../core/graph/goldenSupport';
import { oneConvolution } from '../core/attribution/oneConvolution';
import { randomImages } from './support';

const KERNEL = Array.from({ length: 18 }, (_, at) => 1 + at);
const BIAS = [3, 7];
const WEIGHT = Array.from({ length: 32 }, (_, at) => at - 15.5);
const PIXELS = Float32Array.from({ length: 16 }, (_, at) => (at + 1) / 16);

const sorted = (values: Iterable<number>): number[] => [...values].sort((a, b) => a - b);
const change = (layers: readonly string[], seed = 1) => ({ kind: 'randomised' as const, layers, seed });

/** What the layers tell of the weights: biases, the kernels, the weights of the scores. */
async function weightsOf(model: Classifier): Promise<Record<'bias' | 'kernel' | 'weight', number[]>> {
  const at = ['conv1', 'flat'];
  const run = (data: Float32Array, classIndex = 0) =>
    model.gradient({ data, count: 1, height: 4, width: 4, channels: 1 }, [{ kind: 'logit', classIndex }], { at });
  const convolved = async (data: Float32Array) => [...(await run(data)).layers![0]!.values];
  // Values are height × width × channels: the first two are the channels at the top left.
  const bias = (await convolved(new Float32Array(16))).slice(0, 2);
  const kernel: number[] = [];
  for (const channel of [0, 1])
    for (const [row, column] of Array.from({ length: 9 }, (_, at) => [Math.floor(at / 3), at % 3] as const)) {
      const one = new Float32Array(16);
      one[4 * row + column] = 1;
      kernel.push((await convolved(one))[channel]! - bias[channel]!);
    }
  const weight: number[] = [];
  // All units are open at positive pixels, so that ∂ score / ∂ unit is the weight.
  for (let classIndex = 0; classIndex < 4; classIndex++)
    weight.push(...(await run(PIXELS, classIndex)).layers![1]!.gradient);
  return { bias, kernel, weight };
}

describe('a model with randomised layers', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'randomised-'));
  let model: Classifier;

  beforeAll(async () => {
    const plain = oneConvolution();
    const constants = new Map(plain.constants)
      .set('kernel', floats([2, 1, 3, 3], KERNEL))
      .set('bias', floats([2], BIAS))
      .set('weight', floats([4, 8], WEIGHT));
    const file = path.join(folder, 'net.onnx');
    writeFileSync(file, writeOnnx({ ...plain, constants }));
    model = await loadClassifier({ path: file, spec: { input: { preset: 'unit' } } }, { engine: 'onnx' });
  });
  afterAll(async () => {
    await model.dispose();
    rmSync(folder, { recursive: true });
  });

  it('has their numbers in another order and those of other layers as they were', async () => {
    expect(await weightsOf(model)).toEqual({ bias: BIAS, kernel: KERNEL, weight: WEIGHT });
    const scores = await weightsOf(await model.variant(change(['scores'])));
    expect([scores.bias, scores.kernel]).toEqual([BIAS, KERNEL]);
    expect(scores.weight).not.toEqual(WEIGHT);
    expect(sorted(scores.weight)).toEqual(WEIGHT);
    const convolution = await weightsOf(await model.variant(change(['conv1'])));
    expect(convolution.weight).toEqual(WEIGHT);
    expect(convolution.kernel).not.toEqual(KERNEL);
    expect([sorted(convolution.kernel), sorted(convolution.bias)]).toEqual([KERNEL, BIAS]);
    expect(await weightsOf(model)).toEqual({ bias: BIAS, kernel: KERNEL, weight: WEIGHT });
  });

  it('depends on the seed and, layer by layer, on nothing else', async () => {
    const of = async (layers: string[], seed: number) => weightsOf(await model.variant(change(layers, seed)));
    const both = await of(['scores', 'conv1'], 5);
    expect(both).toEqual(await of(['conv1', 'scores'], 5));
    expect(both.kernel).toEqual((await of(['conv1'], 5)).kernel);
    expect(both.weight).toEqual((await of(['scores'], 5)).weight);
    expect((await of(['scores'], 6)).weight).not.toEqual(both.weight);
    const oneByOne = await (await model.variant(change(['scores'], 5))).variant(change(['conv1'], 5));
    expect(await weightsOf(oneByOne)).toEqual(both);
  });

  it('is said, and refused where there is nothing to shuffle', async () => {
    const { info } = await model.variant(change(['conv1']));
    expect(info.warnings.slice(model.info.warnings.length)).toEqual([
      'The numbers of 2 weights of a layer are in random order.',
    ]);
    await expect(model.variant(change(['relu1']))).rejects.toMatchObject({
      code: 'parameter',
      message: 'There are no weights in the layer “relu1”.',
    });
    await expect(model.variant(change(['conv7']))).rejects.toMatchObject({ code: 'unknown-layer' });
  });

  it('is the caller’s to dispose, and goes with its model', async () => {
    const file = { path: goldenPath('resnet18.onnx'), spec: { input: { preset: 'unit' as const } } };
    const network = await loadClassifier(file, { engine: 'onnx' });
    const images = randomImages(network, 2);
    const objectives = [{ kind: 'logit', classIndex: 2 }] as const;
    const plain = await network.gradient(images, objectives);
    const layers = network.info.layers!.filter(({ kind }) => kind === 'Conv').map(({ id }) => id);
    const [first, second] = [await network.variant(change(layers, 1)), await network.variant(change(layers, 1))];
    const shuffled = await first.gradient(images, objectives);
    expect(shuffled.gradient.every(Number.isFinite)).toBe(true);
    expect(shuffled.scores.logits).not.toEqual(plain.scores.logits);
    await first.dispose();
    await expect(first.gradient(images, objectives)).rejects.toThrow('disposed');
    expect((await second.gradient(images, objectives)).gradient).toEqual(shuffled.gradient);
    const rule = { kind: 'rule', rule: 'guided' } as const;
    const guided = await (await second.variant(rule)).gradient(images, objectives);
    const other = await (await (await network.variant(rule)).variant(change(layers, 1))).gradient(images, objectives);
    expect(guided.gradient).not.toEqual(shuffled.gradient);
    expect(other.gradient).toEqual(guided.gradient);
    expect((await network.gradient(images, objectives)).gradient).toEqual(plain.gradient);
    await network.dispose();
    await expect(second.gradient(images, objectives)).rejects.toThrow('disposed');
  });

  it('finds the weights of layers that are several operators, and leaves preprocessing alone', async () => {
    const bundled = { path: path.resolve(__dirname, '../../media/models/fashion-mnist') };
    const keras = await loadClassifier(bundled, { engine: 'onnx' });
    const images = randomImages(keras, 1);
    const { info } = keras;
    const dense = info.layers!.filter(({ kind }) => kind === 'Dense').at(-1)!;
    const before = info.layers![info.layers!.indexOf(dense) - 1]!;
    const objectives = [{ kind: 'logit', classIndex: 1 }] as const;
    const at = { at: [before.id] };
    const plain = await keras.gradient(images, objectives, at);
    const changed = await (await keras.variant(change([dense.id]))).gradient(images, objectives, at);
    expect(changed.layers![0]!.values).toEqual(plain.layers![0]!.values);
    expect(changed.scores.logits).not.toEqual(plain.scores.logits);
    const first = info.layers!.find(({ kind }) => kind === 'Conv2D')!;
    const variant = await keras.variant(change([first.id]));
    expect(variant.info.warnings.at(-1)).toMatch(/^The numbers of [12] weights of a layer/);
    await keras.dispose();
    const cpu = await loadClassifier(bundled, { engine: 'cpu' });
    await expect(cpu.variant(change([dense.id]))).rejects.toMatchObject({
      message: 'The engine cpu runs a model as it is, so the weights of its layers cannot be changed.',
    });
    await cpu.dispose();
  });
});
