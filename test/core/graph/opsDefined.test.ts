import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../../src/core/graph/builder';
import { differentiate } from '../../../src/core/graph/differentiate';
import type { Attributes } from '../../../src/core/graph/graph';
import { operators } from '../../../src/core/graph/ops/registry';
import { specialise } from '../../../src/core/graph/specialise';
import { floats, integers, sizeOf, tensorOf, type Shape, type Tensor } from '../../../src/core/graph/tensor';
import { createOnnxSession } from '../../../src/runtime/onnx/session';
import { derivativeError, randomNumbers } from './support';
import { largestDifference } from './goldenSupport';

/** An operator on seeded numbers, and what it must give by its definition, written out in loops. */
interface Case {
  readonly op: string;
  readonly shape: Shape;
  readonly others?: readonly (Tensor | undefined)[];
  readonly attributes?: Attributes;
  readonly outputs?: number;
  readonly x?: Float32Array;
  readonly expected: (x: Float32Array) => readonly number[];
}

const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));
const tensor = (shape: Shape, seed: number, factor = 1): Extract<Tensor, { type: 'float32' }> => ({
  type: 'float32',
  shape,
  data: randomNumbers(sizeOf(shape), seed).map((each) => each * factor),
});
const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const sum = (values: readonly number[]): number => values.reduce((total, each) => total + each, 0);
const each = (compute: (value: number) => number) => (x: Float32Array) => Array.from(x, compute);

const gate = tensor([2, 3], 11);
const gamma = tensor([4], 12);
const weights = tensor([3], 13).data.map((w) => 1.5 + w);
const [W, R, B] = [tensor([1, 8, 3], 14), tensor([1, 8, 2], 15), tensor([1, 16], 16)];
const [W1, R1] = [tensor([1, 2, 3], 17), tensor([1, 2, 2], 18)];
const [W3, R3, B3] = [tensor([1, 6, 3], 19), tensor([1, 6, 2], 20), tensor([1, 12], 21)];
const kernel = tensor([2, 1, 2, 2], 22);
const offset = tensor([1, 8, 2, 2], 23, 0.4);
const grid = floats([1, 2, 2, 2], [-0.55, -0.35, 0.3, -0.7, -0.45, 0.62, 0.95, 1.02]);

/** x [H, W] between its elements, zeros beyond. */
function bilinear(x: ArrayLike<number>, height: number, width: number, row: number, column: number): number {
  const [r, c] = [Math.floor(row), Math.floor(column)];
  const at = (i: number, j: number): number => (i < 0 || j < 0 || i >= height || j >= width ? 0 : x[i * width + j]!);
  const [u, v] = [row - r, column - c];
  return (1 - u) * ((1 - v) * at(r, c) + v * at(r, c + 1)) + u * ((1 - v) * at(r + 1, c) + v * at(r + 1, c + 1));
}

function softmax(values: readonly number[]): number[] {
  const exps = values.map(Math.exp);
  return exps.map((value) => value / sum(exps));
}

/** Causal attention of 2 heads of queries that share one of keys: x [1, 2, 3, 2] is Q, K and V are given. */
const [K, V] = [tensor([1, 1, 3, 2], 24), tensor([1, 1, 3, 2], 25)];
function attention(q: Float32Array): number[] {
  return range(12).map((index) => {
    const [head, row, column] = [Math.floor(index / 6), Math.floor(index / 2) % 3, index % 2];
    const scores = range(row + 1).map(
      (key) => sum(range(2).map((d) => q[head * 6 + row * 2 + d]! * K.data[key * 2 + d]!)) / Math.sqrt(2),
    );
    return sum(softmax(scores).map((p, key) => p * V.data[key * 2 + column]!));
  });
}

/** W[row]·x_t + R[row]·h + b of gate `row`. */
function pre(x: Float32Array, t: number, h: readonly number[], row: number, w: Float32Array, r: Float32Array): number {
  return sum(range(3).map((i) => x[t * 3 + i]! * w[row * 3 + i]!)) + sum(h.map((v, i) => v * r[row * 2 + i]!));
}

function lstm(x: Float32Array): number[] {
  let [h, c]: [number[], number[]] = [
    [0, 0],
    [0, 0],
  ];
  return range(4).flatMap((t) => {
    const g = (row: number): number => pre(x, t, h, row, W.data, R.data) + B.data[row]! + B.data[8 + row]!;
    const next = c.map((old, k) => sigmoid(g(4 + k)) * old + sigmoid(g(k)) * Math.tanh(g(6 + k)));
    h = next.map((cell, k) => sigmoid(g(2 + k)) * Math.tanh(cell));
    c = next;
    return h;
  });
}

function gru(x: Float32Array): number[] {
  let h = [0, 0];
  return range(4).flatMap((t) => {
    const g = (row: number): number => pre(x, t, h, row, W3.data, R3.data) + B3.data[row]! + B3.data[6 + row]!;
    const reset = h.map((old, k) => sigmoid(g(2 + k)) * old);
    const fresh = range(2).map((k) =>
      Math.tanh(pre(x, t, reset, 4 + k, W3.data, R3.data) + B3.data[4 + k]! + B3.data[10 + k]!),
    );
    h = h.map((old, k) => (1 - sigmoid(g(k))) * fresh[k]! + sigmoid(g(k)) * old);
    return h;
  });
}

function reversedRnn(x: Float32Array): number[] {
  let h = [0, 0];
  const steps = [3, 2, 1, 0].map((t) => {
    h = range(2).map((k) => Math.tanh(pre(x, t, h, k, W1.data, R1.data)));
    return h;
  });
  return steps.reverse().flat();
}

const cases: readonly Case[] = [
  { op: 'Swish', shape: [2, 3], attributes: { alpha: 1.5 }, expected: each((v) => v * sigmoid(1.5 * v)) },
  {
    op: 'SwiGLU',
    shape: [2, 3],
    others: [gate],
    expected: (x) => Array.from(x, (v, i) => v * sigmoid(v) * gate.data[i]!),
  },
  {
    op: 'Shrink',
    shape: [6],
    attributes: { lambd: 0.5, bias: 0.25 },
    x: Float32Array.of(-0.9, -0.3, 0.1, 0.4, 0.7, 0.9),
    expected: () => [-0.65, 0, 0, 0, 0.45, 0.65],
  },
  { op: 'Asin', shape: [4], x: Float32Array.of(-0.7, 0.1, 0.4, 0.8), expected: each(Math.asin) },
  { op: 'Acos', shape: [4], x: Float32Array.of(-0.7, 0.1, 0.4, 0.8), expected: each(Math.acos) },
  { op: 'Atanh', shape: [4], x: Float32Array.of(-0.7, 0.1, 0.4, 0.8), expected: each(Math.atanh) },
  { op: 'Asinh', shape: [4], expected: each(Math.asinh) },
  { op: 'Acosh', shape: [3], x: Float32Array.of(1.3, 2, 4), expected: each(Math.acosh) },
  { op: 'Sinh', shape: [4], expected: each(Math.sinh) },
  { op: 'Cosh', shape: [4], expected: each(Math.cosh) },
  {
    op: 'RMSNormalization',
    shape: [2, 4],
    others: [gamma],
    attributes: { epsilon: 1e-3 },
    expected: (x) =>
      Array.from(x, (v, i) => {
        const row = x.subarray(4 * Math.floor(i / 4), 4 * Math.floor(i / 4) + 4);
        return (v / Math.sqrt(sum(Array.from(row, (w) => w * w)) / 4 + 1e-3)) * gamma.data[i % 4]!;
      }),
  },
  {
    op: 'MeanVarianceNormalization',
    shape: [1, 2, 1, 3],
    attributes: { axes: [0, 2, 3] },
    expected: (x) =>
      Array.from(x, (v, i) => {
        const row = Array.from(x.subarray(3 * Math.floor(i / 3), 3 * Math.floor(i / 3) + 3));
        const mean = sum(row) / 3;
        return (v - mean) / Math.sqrt(sum(row.map((w) => (w - mean) ** 2)) / 3);
      }),
  },
  {
    op: 'LpNormalization',
    shape: [5],
    attributes: { p: 2, axis: 0 },
    expected: (x) => Array.from(x, (v) => v / Math.hypot(...x)),
  },
  {
    op: 'SoftmaxCrossEntropyLoss',
    shape: [3, 3],
    others: [integers([2, 0, 1]), { type: 'float32', shape: [3], data: weights }],
    attributes: { ignore_index: 1 },
    outputs: 2,
    // The third target is ignored.
    expected: (x) => {
      const loss = (row: number, target: number): number =>
        -Math.log(softmax(Array.from(x.subarray(3 * row, 3 * row + 3)))[target]!) * weights[target]!;
      return [(loss(0, 2) + loss(1, 0)) / (weights[2]! + weights[0]!)];
    },
  },
  {
    op: 'NegativeLogLikelihoodLoss',
    shape: [2, 3, 2],
    others: [integers([2, 0, 1, 1], [2, 2])],
    attributes: { reduction: 'none' },
    expected: (x) => [-x[4]!, -x[1]!, -x[8]!, -x[9]!],
  },
  { op: 'Attention', shape: [1, 2, 3, 2], others: [K, V], attributes: { is_causal: 1 }, expected: attention },
  {
    op: 'RotaryEmbedding',
    shape: [1, 1, 2, 2],
    others: [floats([1, 2, 1], [Math.cos(0.3), Math.cos(0.9)]), floats([1, 2, 1], [Math.sin(0.3), Math.sin(0.9)])],
    expected: (x) =>
      [0.3, 0.9].flatMap((angle, i) => [
        x[2 * i]! * Math.cos(angle) - x[2 * i + 1]! * Math.sin(angle),
        x[2 * i]! * Math.sin(angle) + x[2 * i + 1]! * Math.cos(angle),
      ]),
  },
  {
    op: 'GridSample',
    shape: [1, 1, 3, 4],
    others: [grid],
    attributes: { mode: 'linear', align_corners: 0 },
    expected: (x) =>
      range(4).map((i) =>
        bilinear(x, 3, 4, ((grid.data[2 * i + 1]! + 1) * 3 - 1) / 2, ((grid.data[2 * i]! + 1) * 4 - 1) / 2),
      ),
  },
  {
    op: 'GridSample',
    shape: [1, 1, 1, 4],
    // Rows stay; columns are −1.9 (turned round at 0: 1.9) and 3.4 (turned round at 3: 2.6), the middles of the outermost elements.
    others: [floats([1, 1, 2, 2], [(-1.9 * 2) / 3 - 1, 0, (3.4 * 2) / 3 - 1, 0])],
    attributes: { mode: 'linear', align_corners: 1, padding_mode: 'reflection' },
    expected: (x) => [0.1 * x[1]! + 0.9 * x[2]!, 0.4 * x[2]! + 0.6 * x[3]!],
  },
  {
    op: 'AffineGrid',
    shape: [1, 2, 3],
    others: [integers([1, 1, 2, 2])],
    expected: ([a, b, c, d, e, f]) =>
      [-0.5, 0.5].flatMap((y) => [-0.5, 0.5].flatMap((x) => [a! * x + b! * y + c!, d! * x + e! * y + f!])),
  },
  {
    op: 'DeformConv',
    shape: [1, 1, 3, 3],
    others: [kernel, offset],
    expected: (x) =>
      range(8).map((index) => {
        const [output, place] = [Math.floor(index / 4), index % 4];
        return sum(
          range(4).map((tap) => {
            const move = (axis: number): number => offset.data[(2 * tap + axis) * 4 + place]!;
            const row = Math.floor(place / 2) + Math.floor(tap / 2) + move(0);
            return kernel.data[output * 4 + tap]! * bilinear(x, 3, 3, row, (place % 2) + (tap % 2) + move(1));
          }),
        );
      }),
  },
  {
    op: 'RoiAlign',
    shape: [1, 1, 4, 4],
    others: [floats([1, 4], [0.5, 0.5, 3.5, 2.5]), integers([0])],
    attributes: { output_height: 1, output_width: 2, sampling_ratio: 1 },
    // Half a pixel off, two parts of 1.5 × 2 with a point in the middle of each.
    expected: (x) => [bilinear(x, 4, 4, 1, 0.75), bilinear(x, 4, 4, 1, 2.25)],
  },
  {
    op: 'LpPool',
    shape: [1, 1, 2, 4],
    attributes: { kernel_shape: [2, 2], strides: [1, 2], p: 3 },
    expected: (x) =>
      [0, 2].map((c) => Math.cbrt(sum([x[c]!, x[c + 1]!, x[4 + c]!, x[5 + c]!].map((v) => Math.abs(v) ** 3)))),
  },
  {
    op: 'CenterCropPad',
    shape: [5, 2],
    others: [integers([2, 5])],
    expected: (x) => [1, 2].flatMap((row) => [0, x[2 * row]!, x[2 * row + 1]!, 0, 0]),
  },
  {
    op: 'Col2Im',
    shape: [1, 2, 3],
    others: [integers([1, 4]), integers([1, 2])],
    expected: ([a, b, c, d, e, f]) => [a!, b! + d!, c! + e!, f!],
  },
  {
    op: 'ReverseSequence',
    shape: [3, 2],
    others: [integers([2, 3])],
    attributes: { time_axis: 0, batch_axis: 1 },
    expected: (x) => [x[2]!, x[5]!, x[0]!, x[3]!, x[4]!, x[1]!],
  },
  {
    op: 'TopK',
    shape: [2, 3],
    others: [integers([2])],
    outputs: 2,
    x: Float32Array.of(0.3, -0.5, 0.9, 0.1, 0.7, -0.2),
    expected: (x) => [x[2]!, x[0]!, x[4]!, x[3]!],
  },
  {
    op: 'Det',
    shape: [3, 3],
    expected: ([a, b, c, d, e, f, g, h, i]) => [
      a! * e! * i! + b! * f! * g! + c! * d! * h! - c! * e! * g! - b! * d! * i! - a! * f! * h!,
    ],
  },
  { op: 'LSTM', shape: [4, 1, 3], others: [W, R, B], attributes: { hidden_size: 2 }, expected: lstm },
  { op: 'GRU', shape: [4, 1, 3], others: [W3, R3, B3], attributes: { hidden_size: 2 }, expected: gru },
  {
    op: 'RNN',
    shape: [4, 1, 3],
    others: [W1, R1],
    attributes: { hidden_size: 2, direction: 'reverse' },
    expected: reversedRnn,
  },
  {
    op: 'Mod',
    shape: [3],
    others: [floats([], [0.3])],
    x: Float32Array.of(-0.5, 0.4, 0.8),
    expected: () => [0.1, 0.1, 0.2],
  },
  {
    op: 'SpaceToDepth',
    shape: [1, 2, 2, 2],
    attributes: { blocksize: 2, mode: 'CRD' },
    expected: (x) => Array.from(x),
  },
];

describe('operators that ONNX defines by others', () => {
  it.each(cases.map((one, index) => [`${one.op} ${index}`, one] as const))(
    '%s gives what its definition says, and its derivative is that of differences',
    async (_name, { op, shape, others = [], attributes = {}, outputs = 1, expected, ...given }) => {
      const x = given.x ?? randomNumbers(sizeOf(shape), 5);
      const make = (builder: GraphBuilder, input: string): string => {
        const inputs = others.map((value) => (value === undefined ? '' : builder.constant(value)));
        return builder.addMany(op, [input, ...inputs], outputs, attributes)[0]!;
      };
      const builder = new GraphBuilder(operators);
      const made = make(builder, builder.input('x', { type: 'float32', shape }));
      const session = await createOnnxSession(builder.build([made]), 1);
      const found = (await session.run({ x: floats(shape, x) }))[made]!;
      await session.dispose();
      expect(largestDifference(found, expected(x))).toBeLessThan(2e-5);
      expect(await derivativeError(shape, make, { x, seed: 5, step: 2e-3 })).toBeLessThan(1e-2);
    },
  );
});

describe('products of whole numbers', () => {
  it('goes straight through what is quantised as the picture has it', async () => {
    const matrix = tensorOf('int8', [3, 2], [12, -7, 3, 44, -25, 9]);
    const builder = new GraphBuilder(operators);
    const x = builder.input('x', { type: 'float32', shape: [2, 3] });
    const [levels, scale, zero] = builder.addMany('DynamicQuantizeLinear', [x], 3) as [string, string, string];
    const product = builder.add('MatMulInteger', [levels, builder.constant(matrix), zero]);
    const y = builder.add('Mul', [builder.add('Cast', [product], { to: 1 }), scale]);
    const forward = specialise(builder.build([y]), 1, operators);
    const derived = GraphBuilder.from(forward, operators);
    const seed = derived.constant(floats([2, 2], [1, 0, 0, 2]));
    const { gradient } = differentiate(derived, forward, y, 'x', seed);
    const values = Float32Array.of(-0.5, 1.2, 0.3, 0.9, -0.1, 0.7);
    const session = await createOnnxSession(derived.build([y, gradient!]), 1);
    const found = await session.run({ x: floats([2, 3], values) });
    await session.dispose();
    // Levels of (1.2 + 0.5) / 255 from −0.5 on, which is level 75.
    const step = 1.7 / 255;
    const rounded = Array.from(values, (v) => Math.round(v / step) * step);
    const exact = range(4).map((i) =>
      sum(range(3).map((k) => rounded[Math.floor(i / 2) * 3 + k]! * matrix.data[k * 2 + (i % 2)]!)),
    );
    expect(largestDifference(found[y]!, exact)).toBeLessThan(1e-3);
    expect(largestDifference(found[gradient!]!, [12, 3, -25, -14, 88, 18])).toBeLessThan(1e-3);
  });
});
