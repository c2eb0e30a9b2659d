import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { engineCandidates } from '../../src/runtime/tensorflow/engines';
import { convolutionGeometry } from '../../src/runtime/tensorflow/kernels/geometry';
import {
  convolutionFilterGradient,
  depthwiseFilterGradient,
} from '../../src/runtime/tensorflow/kernels/filterGradient';
import { convolutionInputGradient } from '../../src/runtime/tensorflow/kernels/inputGradient';
import { largest, largestDifference, randomNumbers } from './support';

type Shape = [number, number, number, number];
type Pad = 'same' | 'valid' | [[number, number], [number, number], [number, number], [number, number]];

interface Case {
  readonly input: Shape;
  readonly kernel: [number, number];
  readonly outputs: number;
  readonly strides: [number, number];
  readonly pad: Pad;
  readonly dilations: [number, number];
}

/** Shapes, strides and paddings drawn at random, always the same ones. */
function drawCases(count: number, dilated: boolean): Case[] {
  const numbers = randomNumbers(count * 20, dilated ? 5 : 3);
  let next = 0;
  const draw = (from: number, to: number): number => from + Math.floor(numbers[next++]! * (to - from + 0.999));
  return Array.from({ length: count }, () => {
    const kernel: [number, number] = [draw(1, 4), draw(1, 4)];
    const dilations: [number, number] = dilated ? [draw(1, 3), draw(2, 3)] : [1, 1];
    const least = (axis: 0 | 1): number => (kernel[axis] - 1) * dilations[axis] + 1;
    const pads: Pad[] = [
      'same',
      'valid',
      [
        [0, 0],
        [draw(0, 2), draw(0, 2)],
        [draw(0, 2), draw(0, 2)],
        [0, 0],
      ],
    ];
    return {
      input: [draw(1, 2), least(0) + draw(0, 6), least(1) + draw(0, 6), draw(1, 4)],
      kernel,
      outputs: draw(1, 4),
      strides: dilated ? [1, 1] : [draw(1, 3), draw(1, 3)],
      pad: pads[draw(0, 2)]!,
      dilations,
    };
  });
}

const describeCase = (c: Case): string => JSON.stringify(c);

async function on<T>(backend: string, work: () => T): Promise<T> {
  await tf.setBackend(backend);
  return work();
}

function numbers(shape: readonly number[], seed: number): Float32Array {
  return randomNumbers(
    shape.reduce((a, b) => a * b, 1),
    seed,
  ).map((value) => value - 0.5);
}

function expectClose(actual: Float32Array, expected: Float32Array): void {
  expect(actual.length).toBe(expected.length);
  expect(largestDifference(actual, expected)).toBeLessThan(1e-5 * Math.max(1, largest(expected)));
}

beforeAll(async () => {
  await engineCandidates('cpu', {}).next();
  await engineCandidates('wasm', {}).next();
});

/** Runs a kernel of TensorFlow.js by its name and returns the numbers. */
function runKernel(
  name: string,
  inputs: Record<string, [Float32Array, readonly number[]]>,
  attributes: object,
): Float32Array {
  return tf.tidy(() => {
    const tensors = Object.fromEntries(
      Object.entries(inputs).map(([key, [data, shape]]) => [key, tf.tensor(data, [...shape])]),
    );
    return tf
      .engine()
      .runKernel<Tensor>(name, tensors, attributes as never)
      .dataSync() as Float32Array;
  });
}

describe('kernels that wasm is given, against the cpu backend', () => {
  for (const depthwise of [false, true]) {
    const names = depthwise
      ? ['DepthwiseConv2dNativeBackpropInput', 'DepthwiseConv2dNativeBackpropFilter']
      : ['Conv2DBackpropInput', 'Conv2DBackpropFilter'];
    it.each(drawCases(24, false).map((c) => [describeCase(c), c] as const))(
      `${names.join(' and ')} %s`,
      async (_, c) => {
        const filter: Shape = [...c.kernel, c.input[3], c.outputs];
        const { outputShape } = convolutionGeometry(c.input, filter, c, depthwise);
        const dy: [Float32Array, Shape] = [numbers(outputShape, 1), outputShape];
        const w: [Float32Array, Shape] = [numbers(filter, 2), filter];
        const x: [Float32Array, Shape] = [numbers(c.input, 3), c.input];
        const common = { strides: c.strides, pad: c.pad, dataFormat: 'NHWC', dilations: [1, 1] };
        const input = (): Float32Array => runKernel(names[0]!, { dy, filter: w }, { ...common, inputShape: c.input });
        const weights = (): Float32Array => runKernel(names[1]!, { x, dy }, { ...common, filterShape: filter });
        expectClose(await on('wasm', input), await on('cpu', input));
        expectClose(await on('wasm', weights), await on('cpu', weights));
      },
    );
  }

  it.each([
    [[1, 7, 6, 3], [3, 3], [2, 2], 'valid'],
    [[2, 8, 8, 2], [2, 2], [2, 2], 'same'],
    [[1, 9, 5, 4], [3, 2], [1, 2], 'same'],
    [[1, 6, 6, 1], [3, 3], [1, 1], 'valid'],
  ] as const)('MaxPoolGrad %j window %j, ties included', async (shape, filterSize, strides, pad) => {
    // Few different values, so that windows have several maxima.
    const data = numbers(shape, 4).map((value) => Math.round(value * 3));
    const info = tf.backend_util.computePool2DInfo([...shape], [...filterSize], [...strides], 1, pad);
    const dy = numbers(info.outShape, 5);
    const gradient = (): Float32Array =>
      runKernel(
        'MaxPoolGrad',
        { dy: [dy, info.outShape], input: [data, shape], output: [dy, info.outShape] },
        { filterSize, strides, pad },
      );
    // The cpu backend gives ties to the last element, TensorFlow to the first: sums over windows agree, places need not.
    const sum = (values: Float32Array): number => values.reduce((a, b) => a + b, 0);
    const own = await on('wasm', gradient);
    expect(sum(own)).toBeCloseTo(sum(await on('cpu', gradient)), 4);
    const distinct = Float32Array.from(data, (_, i) => ((i * 37) % data.length) / data.length);
    const untied = (): Float32Array =>
      runKernel(
        'MaxPoolGrad',
        { dy: [dy, info.outShape], input: [distinct, shape], output: [dy, info.outShape] },
        { filterSize, strides, pad },
      );
    expectClose(await on('wasm', untied), await on('cpu', untied));
  });

  it('MaxPoolGrad gives a tie to the first element', async () => {
    const gradient = await on('wasm', () =>
      runKernel(
        'MaxPoolGrad',
        {
          dy: [Float32Array.of(5), [1, 1, 1, 1]],
          input: [Float32Array.of(1, 2, 2, 2), [1, 2, 2, 1]],
          output: [Float32Array.of(2), [1, 1, 1, 1]],
        },
        { filterSize: 2, strides: 2, pad: 'valid' },
      ),
    );
    expect([...gradient]).toEqual([0, 5, 0, 0]);
  });

  it('UnsortedSegmentSum', async () => {
    const sum = (): Float32Array =>
      tf.tidy(() => {
        const x = tf.tensor(numbers([5, 2, 3], 6), [5, 2, 3]);
        return tf.unsortedSegmentSum(x, tf.tensor1d([2, 0, 2, 3, 0], 'int32'), 4).dataSync() as Float32Array;
      });
    expectClose(await on('wasm', sum), await on('cpu', sum));
  });

  it('keeps nothing', async () => {
    await tf.setBackend('wasm');
    const before = tf.memory().numTensors;
    runKernel(
      'DepthwiseConv2dNativeBackpropInput',
      { dy: [numbers([1, 3, 3, 4], 1), [1, 3, 3, 4]], filter: [numbers([3, 3, 2, 2], 2), [3, 3, 2, 2]] },
      { strides: [2, 2], pad: 'same', dilations: [1, 1], inputShape: [1, 6, 6, 2] },
    );
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('gradients of convolutions are adjoint to them: ⟨conv(x, w), dy⟩ = ⟨x, dx⟩ = ⟨w, dw⟩', () => {
  for (const depthwise of [false, true]) {
    const cases = [...drawCases(8, false), ...drawCases(16, true)];
    it.each(cases.map((c) => [describeCase(c), c] as const))(`${depthwise ? 'depthwise' : 'full'} %s`, async (_, c) => {
      await tf.setBackend('cpu');
      tf.tidy(() => {
        const filterShape: Shape = [...c.kernel, c.input[3], c.outputs];
        const x = tf.tensor4d(numbers(c.input, 1), c.input);
        const w = tf.tensor4d(numbers(filterShape, 2), filterShape);
        const convolve = depthwise ? tf.depthwiseConv2d : tf.conv2d;
        const y = convolve(x, w, c.strides, c.pad, 'NHWC', c.dilations);
        const dy = tf.tensor4d(numbers(y.shape, 3), y.shape);
        const geometry = convolutionGeometry(c.input, filterShape, c, depthwise);
        const dot = (a: Tensor4D, b: Tensor4D): number => tf.sum(tf.mul(a, b)).dataSync()[0]!;
        const dw = depthwise ? depthwiseFilterGradient(x, dy, geometry) : convolutionFilterGradient(x, dy, geometry);
        const expected = dot(y, dy);
        expect(dot(x, convolutionInputGradient(dy, w, geometry, depthwise))).toBeCloseTo(expected, 4);
        expect(dot(w, dw)).toBeCloseTo(expected, 4);
      });
    });
  }
});

describe('gradients of rectifiers', () => {
  it.each(['cpu', 'wasm'])('are 0 at the kinks and pass dy in between (%s)', async (backend) => {
    await tf.setBackend(backend);
    const slopes = (f: (x: Tensor) => Tensor): number[] =>
      tf.tidy(() => [
        ...tf
          .grad(f)(tf.tensor1d([-1, 0, 0.5, 6, 7]), tf.tensor1d([2, 3, 4, 5, 6]))
          .dataSync(),
      ]);
    expect(slopes((x) => tf.relu(x))).toEqual([0, 0, 4, 5, 6]);
    expect(slopes((x) => tf.relu6(x))).toEqual([0, 0, 4, 0, 0]);
  });
});
