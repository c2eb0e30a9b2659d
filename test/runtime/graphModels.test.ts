import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Objective } from '../../src/core/model/classifier';
import type { HandMadeGraph } from './graphSupport';
import { convolution, fused, handMadeGraph } from './graphSupport';
import {
  directionalDifference,
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

const small = (length: number, seed: number): number[] => [...randomNumbers(length, seed)].map((value) => value - 0.5);
const constants = {
  kernel: { shape: [3, 3, 3, 4], values: small(108, 1) },
  bias: { shape: [4], values: small(4, 2) },
  depth: { shape: [3, 3, 4, 1], values: small(36, 3) },
  bias2: { shape: [4], values: small(4, 4) },
  weights: { shape: [4, 3], values: small(12, 5) },
  bias3: { shape: [3], values: small(3, 6) },
  axes: { shape: [2], values: [1, 2], integer: true },
};
const average = { name: 'average', op: 'Mean', input: ['second', 'axes'], attr: { keep_dims: { b: false } } };

const plain = handMadeGraph([6, 6, 3], constants, [
  { name: 'conv', op: 'Conv2D', input: ['image', 'kernel'], attr: convolution(2) },
  { name: 'conv_bias', op: 'BiasAdd', input: ['conv', 'bias'] },
  { name: 'first', op: 'Relu6', input: ['conv_bias'] },
  { name: 'depthwise', op: 'DepthwiseConv2dNative', input: ['first', 'depth'], attr: convolution() },
  { name: 'second', op: 'BiasAdd', input: ['depthwise', 'bias2'] },
  average,
  { name: 'product', op: 'MatMul', input: ['average', 'weights'] },
  { name: 'logits', op: 'BiasAdd', input: ['product', 'bias3'] },
  { name: 'scores', op: 'Softmax', input: ['logits'] },
  { name: 'out', op: 'Identity', input: ['scores'] },
]);
const fusedGraph = handMadeGraph([6, 6, 3], constants, [
  {
    name: 'first',
    op: '_FusedConv2D',
    input: ['image', 'kernel', 'bias'],
    attr: { ...convolution(2), ...fused('BiasAdd', 'Relu6') },
  },
  {
    name: 'second',
    op: 'FusedDepthwiseConv2dNative',
    input: ['first', 'depth', 'bias2'],
    attr: { ...convolution(), ...fused('BiasAdd') },
  },
  average,
  { name: 'logits', op: '_FusedMatMul', input: ['average', 'weights', 'bias3'], attr: fused('BiasAdd') },
  { name: 'out', op: 'Softmax', input: ['logits'] },
]);

async function write({ json, bytes }: HandMadeGraph): Promise<string> {
  const folder = await makeFolder();
  await writeFile(path.join(folder, 'model.json'), JSON.stringify(json));
  await writeFile(path.join(folder, 'weights.bin'), bytes);
  return folder;
}

describe('graph models', () => {
  it.each(['cpu', 'wasm'] as const)(
    'with and without fused nodes are the same function, gradient included (%s)',
    async (engine) => {
      const results = [];
      for (const graph of [plain, fusedGraph]) {
        const classifier = await load(await write(graph), engine);
        expect(classifier.info).toMatchObject({ format: 'tfjs-graph', output: { activation: 'softmax', classes: 3 } });
        const images = randomImages(classifier, 2);
        const objective: Objective = { kind: 'cross-entropy', label: 1 };
        const result = await classifier.gradient(images, [objective]);
        const one = { ...images, count: 1, data: images.data.slice(0, 108) };
        const length = Math.hypot(...result.gradient.slice(0, 108));
        const direction = result.gradient.slice(0, 108).map((value) => value / length);
        const expected = await directionalDifference(classifier, one, objective, direction, 1e-2);
        expect(Math.abs(length - expected)).toBeLessThan(1e-2 * length);
        results.push(result);
        await classifier.dispose();
      }
      const [a, b] = results as [(typeof results)[0], (typeof results)[0]];
      expect(largestDifference(a.gradient, b.gradient)).toBeLessThan(1e-5 * largest(a.gradient));
      expect(largestDifference(a.scores.logits, b.scores.logits)).toBeLessThan(1e-5);
    },
  );

  it('a fused sigmoid of one output is taken off', async () => {
    const graph = handMadeGraph(
      [2, 2, 1],
      {
        weights: { shape: [4, 1], values: [1, 2, 3, 4] },
        bias: { shape: [1], values: [-1] },
        shape: { shape: [2], values: [-1, 4], integer: true },
      },
      [
        { name: 'flat', op: 'Reshape', input: ['image', 'shape'] },
        { name: 'out', op: '_FusedMatMul', input: ['flat', 'weights', 'bias'], attr: fused('BiasAdd', 'Sigmoid') },
      ],
    );
    const classifier = await load(await write(graph));
    expect(classifier.info.output).toEqual({ activation: 'sigmoid', classes: 2 });
    const image = { data: Float32Array.of(0.1, 0.2, 0.3, 0.4), count: 1, height: 2, width: 2, channels: 1 } as const;
    const { gradient, values, scores } = await classifier.gradient(image, [{ kind: 'logit', classIndex: 1 }]);
    expect(values[0]).toBeCloseTo(2, 6);
    expect([...gradient]).toEqual([1, 2, 3, 4]);
    expect(scores.probabilities[1]).toBeCloseTo(1 / (1 + Math.exp(-2)), 6);
    await classifier.dispose();
  });

  it('an operation without gradient is named, and nothing leaks', async () => {
    const graph = handMadeGraph(
      [2, 3, 1],
      {
        shape: { shape: [2], values: [-1, 6], integer: true },
        axis: { shape: [], values: [1], integer: true },
        identity: { shape: [6, 6], values: Array.from({ length: 36 }, (_, at) => Number(at % 7 === 0)) },
      },
      [
        { name: 'flat', op: 'Reshape', input: ['image', 'shape'] },
        {
          name: 'products',
          op: 'Cumprod',
          input: ['flat', 'axis'],
          attr: { exclusive: { b: false }, reverse: { b: false } },
        },
        { name: 'out', op: 'MatMul', input: ['products', 'identity'] },
      ],
    );
    const before = tf.memory().numTensors;
    const classifier = await load(await write(graph));
    const images = randomImages(classifier, 1);
    const { logits } = await classifier.predict(images);
    expect(logits[1]).toBeCloseTo(images.data[0]! * images.data[1]!, 6);
    const loaded = tf.memory().numTensors;
    for (let i = 0; i < 2; i++) {
      await expect(classifier.gradient(images, [{ kind: 'logit', classIndex: 1 }])).rejects.toMatchObject({
        code: 'gradient-unavailable',
        message: expect.stringContaining('Cumprod') as unknown,
      });
    }
    expect(tf.memory().numTensors).toBe(loaded);
    await expect(classifier.predict(images)).resolves.toBeDefined();
    await classifier.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('scores that do not depend on the pixels are said, not crashed on', async () => {
    const graph = handMadeGraph(
      [2, 2, 1],
      { shape: { shape: [2], values: [-1, 4], integer: true }, zero: { shape: [1], values: [0] } },
      [
        { name: 'flat', op: 'Reshape', input: ['image', 'shape'] },
        { name: 'out', op: 'Greater', input: ['flat', 'zero'] },
      ],
    );
    const classifier = await load(await write(graph));
    const gradient = classifier.gradient(randomImages(classifier, 1), [{ kind: 'logit', classIndex: 0 }]);
    await expect(gradient).rejects.toMatchObject({ code: 'gradient-unavailable' });
    await classifier.dispose();
  });

  it('a first operation that scales bytes makes byte the assumed range', async () => {
    const graph = handMadeGraph(
      [2, 2, 1],
      {
        scale: { shape: [], values: [1 / 255] },
        shape: { shape: [2], values: [-1, 4], integer: true },
        identity: { shape: [4, 4], values: Array.from({ length: 16 }, (_, at) => Number(at % 5 === 0)) },
      },
      [
        { name: 'scaled', op: 'Mul', input: ['image', 'scale'] },
        { name: 'flat', op: 'Reshape', input: ['scaled', 'shape'] },
        { name: 'out', op: 'MatMul', input: ['flat', 'identity'] },
      ],
    );
    const classifier = await load(await write(graph));
    expect(classifier.info.input.range).toEqual([0, 255]);
    expect(classifier.info.input.source).toMatch(/Mul/);
    const { logits } = await classifier.predict({
      data: Float32Array.of(0, 0.25, 0.5, 1),
      count: 1,
      height: 2,
      width: 2,
      channels: 1,
    });
    expect([...logits]).toEqual([0, 0.25, 0.5, 1].map((value) => expect.closeTo(value, 6) as unknown));
    await classifier.dispose();
  });

  const change = (edit: (nodes: { name: string; op: string; input?: string[] }[]) => void): HandMadeGraph => {
    const json = structuredClone(plain.json) as {
      modelTopology: { node: { name: string; op: string; input?: string[] }[] };
    };
    edit(json.modelTopology.node);
    return { json: json, bytes: plain.bytes };
  };

  it.each([
    ['runs in a circle', change((nodes) => (nodes.find(({ name }) => name === 'first')!.input = ['second']))],
    [
      'reads a node that is not there',
      change((nodes) => (nodes.find(({ name }) => name === 'first')!.input = ['nowhere'])),
    ],
    ['names two nodes alike', change((nodes) => nodes.push({ ...nodes[0]! }))],
    ['holds an unknown operation', change((nodes) => (nodes.find(({ name }) => name === 'first')!.op = 'Teleport'))],
    ['has two pictures as input', change((nodes) => nodes.push({ ...nodes[0]!, name: 'other' }))],
    ['has a node without a name', change((nodes) => nodes.push({ op: 'Relu' } as never))],
    ['needs a constant that is in no file', change((nodes) => nodes.push({ name: 'lost', op: 'Const' }))],
  ])('a graph that %s is refused and frees everything', async (_, graph) => {
    const before = tf.memory().numTensors;
    await expect(load(await write(graph))).rejects.toMatchObject({ name: 'UserError' });
    expect(tf.memory().numTensors).toBe(before);
  });
});
