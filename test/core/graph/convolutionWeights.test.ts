import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../../src/core/graph/builder';
import { differentiateAll } from '../../../src/core/graph/differentiate';
import { operators } from '../../../src/core/graph/ops/registry';
import { floats, sizeOf } from '../../../src/core/graph/tensor';
import { derivativeError, randomNumbers } from './support';

const cases = [
  { name: 'same padding', x: [2, 3, 7, 6], w: [4, 3, 3, 3], attributes: { pads: [1, 1, 1, 1] } },
  {
    name: 'uneven pads and dilation',
    x: [2, 4, 9, 8],
    w: [4, 4, 3, 2],
    attributes: { pads: [2, 0, 1, 1], dilations: [2, 1] },
  },
  { name: 'depthwise', x: [2, 6, 7, 7], w: [6, 1, 3, 3], attributes: { pads: [1, 1, 1, 1], group: 6 } },
  { name: 'depthwise, two a channel', x: [2, 3, 5, 5], w: [6, 1, 3, 3], attributes: { group: 3 } },
  { name: 'groups', x: [2, 8, 5, 5], w: [4, 4, 3, 3], attributes: { group: 2 } },
  { name: 'stride 2 with unread rows', x: [2, 3, 8, 8], w: [5, 3, 3, 3], attributes: { strides: [2, 2] } },
  {
    name: 'stride 2, SAME_UPPER',
    x: [2, 5, 7, 8],
    w: [5, 5, 3, 3],
    attributes: { strides: [2, 2], auto_pad: 'SAME_UPPER' },
  },
  { name: '1×1, stride 2', x: [2, 6, 7, 8], w: [5, 6, 1, 1], attributes: { strides: [2, 2] } },
  { name: 'one position', x: [3, 4, 1, 1], w: [5, 4, 3, 3], attributes: { pads: [1, 1, 1, 1] } },
  {
    name: 'a kernel too large for slices, with stride, dilation, groups and unread rows',
    x: [2, 4, 17, 16],
    w: [4, 2, 8, 7],
    attributes: { strides: [3, 2], dilations: [1, 2], pads: [2, 1, 1, 2], group: 2 },
  },
];

const constant = (builder: GraphBuilder, shape: readonly number[], seed: number): string =>
  builder.constant(floats(shape, randomNumbers(sizeOf(shape), seed)));

describe('Conv with computed weights', () => {
  it.each(cases)('differentiates by the weights: $name', async ({ x, w, attributes }) => {
    const make = (builder: GraphBuilder, weight: string): string =>
      builder.add('Conv', [constant(builder, x, 7), weight], attributes);
    expect(await derivativeError(w, make)).toBeLessThan(2e-3);
  });

  it.each(cases)('differentiates by the input: $name', async ({ x, w, attributes }) => {
    const make = (builder: GraphBuilder, input: string): string => {
      // What is computed from the input is no constant, though it does not change with it.
      const zero = builder.add('ReduceSum', [builder.add('Mul', [input, builder.scalar(0)])], { keepdims: 0 });
      return builder.add('Conv', [input, builder.add('Add', [constant(builder, w, 7), zero])], attributes);
    };
    expect(await derivativeError(x, make)).toBeLessThan(2e-3);
  });

  it('differentiates by the bias', async () => {
    const make = (builder: GraphBuilder, bias: string): string =>
      builder.add('Conv', [constant(builder, [2, 3, 5, 4], 3), constant(builder, [4, 3, 3, 3], 4), bias]);
    expect(await derivativeError([4], make)).toBeLessThan(1e-3);
  });
});

const transposed = [
  { name: 'stride 2', x: [2, 3, 4, 5], w: [3, 4, 3, 3], attributes: { strides: [2, 2], output_padding: [1, 0] } },
  {
    name: 'pads and dilation',
    x: [2, 3, 6, 5],
    w: [3, 2, 3, 2],
    attributes: { pads: [1, 0, 2, 1], dilations: [2, 1] },
  },
  { name: 'groups', x: [2, 4, 3, 3], w: [4, 3, 2, 2], attributes: { group: 2, strides: [2, 1] } },
];

describe('ConvTranspose with computed weights', () => {
  it.each(transposed)('differentiates by the weights: $name', async ({ x, w, attributes }) => {
    const make = (builder: GraphBuilder, weight: string): string =>
      builder.add('ConvTranspose', [constant(builder, x, 7), weight], attributes);
    expect(await derivativeError(w, make)).toBeLessThan(2e-3);
  });

  it('differentiates by the bias', async () => {
    const make = (builder: GraphBuilder, bias: string): string =>
      builder.add('ConvTranspose', [constant(builder, [2, 3, 4, 4], 3), constant(builder, [3, 5, 3, 3], 4), bias]);
    expect(await derivativeError([5], make)).toBeLessThan(1e-3);
  });
});

const normalisations = [
  { op: 'LayerNormalization', attributes: { axis: 2 }, shape: [5, 3] },
  { op: 'InstanceNormalization', attributes: {}, shape: [4] },
];

describe('Normalisations with computed parameters', () => {
  it.each(normalisations)('$op by γ and β', async ({ op, attributes, shape }) => {
    const x = [2, 4, 5, 3];
    const byScale = (builder: GraphBuilder, scale: string): string =>
      builder.add(op, [constant(builder, x, 3), scale, constant(builder, shape, 4)], attributes);
    const byShift = (builder: GraphBuilder, shift: string): string =>
      builder.add(op, [constant(builder, x, 3), constant(builder, shape, 4), shift], attributes);
    expect(await derivativeError(shape, byScale)).toBeLessThan(1e-3);
    expect(await derivativeError(shape, byShift)).toBeLessThan(1e-3);
  });

  it.each([
    { by: 'x', shape: [2, 4, 5, 3] },
    { by: 'γ', shape: [4] },
    { by: 'β', shape: [4] },
  ])('BatchNormalization by $by, γ not being constant', async ({ by, shape }) => {
    const make = (builder: GraphBuilder, value: string): string => {
      const zero = builder.add('ReduceSum', [builder.add('Mul', [value, builder.scalar(0)])], { keepdims: 0 });
      const x = by === 'x' ? value : constant(builder, [2, 4, 5, 3], 3);
      const scale = by === 'γ' ? value : builder.add('Add', [constant(builder, [4], 4), zero]);
      const shift = by === 'β' ? value : constant(builder, [4], 5);
      const variance = builder.constant(floats([4], [0.5, 1, 2, 3]));
      return builder.add('BatchNormalization', [x, scale, shift, constant(builder, [4], 6), variance]);
    };
    expect(await derivativeError(shape, make)).toBeLessThan(1e-3);
  });
});

describe('differentiateAll', () => {
  it('gives each input its own derivative, and none to what the output does not depend on', () => {
    const builder = new GraphBuilder(operators);
    const [a, b, c] = ['a', 'b', 'c'].map((name) => builder.input(name, { type: 'float32', shape: [2, 2] })) as [
      string,
      string,
      string,
    ];
    const y = builder.add('MatMul', [a, builder.add('Mul', [b, b])]);
    const seed = builder.input('seed', { type: 'float32', shape: [2, 2] });
    const { gradients } = differentiateAll(builder, builder.build([y]), y, [a, b, c], seed);
    expect([...gradients.keys()]).toEqual(['a', 'b']);
    expect(builder.shape(gradients.get(a)!)).toEqual([2, 2]);
    expect(builder.shape(gradients.get(b)!)).toEqual([2, 2]);
  });
});
