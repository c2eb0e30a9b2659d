import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GraphBuilder } from '../../../src/core/graph/builder';
import type { Attributes } from '../../../src/core/graph/graph';
import { floats, sizeOf, tensorOf } from '../../../src/core/graph/tensor';
import { awayFrom, derivativeError, distinctNumbers, randomNumbers } from './support';

const RUNS = { numRuns: 6 };
const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });
const seeds = fc.integer({ min: 1, max: 1_000_000 });

interface Unary {
  readonly op: string;
  readonly attributes?: Attributes;
  /** Points where the function bends or jumps. */
  readonly bends?: readonly number[];
  /** x = scale·random + offset. */
  readonly scale?: number;
  readonly offset?: number;
}

const unary: readonly Unary[] = [
  { op: 'Relu', bends: [0] },
  { op: 'LeakyRelu', bends: [0], attributes: { alpha: 0.2 } },
  { op: 'LeakyRelu', bends: [0], attributes: { alpha: 1.5 } },
  { op: 'Elu', bends: [0], attributes: { alpha: 0.7 } },
  { op: 'Elu', scale: 3 },
  { op: 'Selu', bends: [0], scale: 2 },
  { op: 'Celu', scale: 3, attributes: { alpha: 0.6 } },
  { op: 'Sigmoid', scale: 4 },
  { op: 'Tanh', scale: 2 },
  { op: 'HardSigmoid', scale: 4, bends: [-2.5, 2.5] },
  { op: 'HardSigmoid', scale: 2, bends: [-1, 1], attributes: { alpha: 0.5, beta: 0.5 } },
  { op: 'HardSwish', scale: 5, bends: [-3, 3] },
  { op: 'Softplus', scale: 5 },
  { op: 'Softsign', scale: 3, bends: [0] },
  { op: 'Mish', scale: 3 },
  { op: 'Gelu', scale: 3 },
  { op: 'Gelu', scale: 3, attributes: { approximate: 'tanh' } },
  { op: 'ThresholdedRelu', scale: 3, bends: [1] },
  { op: 'ThresholdedRelu', scale: 3, bends: [-0.4], attributes: { alpha: -0.4 } },
  { op: 'Neg' },
  { op: 'Abs', bends: [0] },
  { op: 'Exp' },
  { op: 'Log', offset: 2 },
  { op: 'Sqrt', offset: 2 },
  { op: 'Reciprocal', offset: -2 },
  { op: 'Erf', scale: 2 },
  { op: 'Sin', scale: 3 },
  { op: 'Cos', scale: 3 },
  { op: 'Tan' },
  { op: 'Atan', scale: 3 },
  { op: 'Identity' },
  { op: 'Softmax', scale: 2 },
  { op: 'Softmax', scale: 2, attributes: { axis: 0 } },
  { op: 'LogSoftmax', scale: 2 },
  { op: 'LogSoftmax', scale: 2, attributes: { axis: 0 } },
];

describe('operators of one input', () => {
  it.each(unary.map((each) => ({ title: `${each.op} ${JSON.stringify(each.attributes ?? {})}`, ...each })))(
    'differentiates $title',
    async ({ op, attributes = {}, bends = [], scale = 1, offset = 0 }) => {
      await fc.assert(
        fc.asyncProperty(shapes, seeds, async (shape, seed) => {
          const numbers = randomNumbers(sizeOf(shape), seed).map((value) => value * scale + offset);
          const make = (builder: GraphBuilder, x: string): string => builder.add(op, [x], attributes);
          expect(await derivativeError(shape, make, { seed, x: awayFrom(numbers, bends), step: 5e-3 })).toBeLessThan(
            5e-3,
          );
        }),
        RUNS,
      );
    },
  );
});

/** A shape and another that broadcasts with it. */
const pairs = fc
  .tuple(shapes, fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }), fc.nat({ max: 3 }))
  .map(([shape, ones, drop]) => ({
    shape,
    other: shape.map((size, axis) => (ones[axis] ? 1 : size)).slice(Math.min(drop, shape.length)),
  }));

interface Binary {
  readonly op: string;
  readonly make: (builder: GraphBuilder, x: string, constant: string) => string;
  readonly offset?: number;
}

const binary: readonly Binary[] = [
  ...['Add', 'Sub', 'Mul', 'Div', 'Pow'].flatMap((op) => [
    { op: `${op}(x, c)`, make: (builder: GraphBuilder, x: string, c: string) => builder.add(op, [x, c]), offset: 2 },
    { op: `${op}(c, x)`, make: (builder: GraphBuilder, x: string, c: string) => builder.add(op, [c, x]), offset: 2 },
    { op: `${op}(x, x)`, make: (builder: GraphBuilder, x: string) => builder.add(op, [x, x]), offset: 2 },
  ]),
  { op: 'Sum', make: (builder, x, c) => builder.add('Sum', [c, x, x]) },
  { op: 'Mean', make: (builder, x, c) => builder.add('Mean', [x, c, x]) },
];

describe('operators of several inputs', () => {
  it.each(binary)('differentiates $op under broadcasting', async ({ make, offset = 0 }) => {
    await fc.assert(
      fc.asyncProperty(pairs, seeds, fc.boolean(), async ({ shape, other }, seed, swap) => {
        const [own, given] = swap ? [other, shape] : [shape, other];
        const constant = randomNumbers(sizeOf(given), seed + 5).map((value) => value * 0.5 + offset);
        const x = randomNumbers(sizeOf(own), seed).map((value) => value * 0.5 + offset);
        const build = (builder: GraphBuilder, input: string): string =>
          make(builder, input, builder.constant(floats(given, constant)));
        expect(await derivativeError(own, build, { seed, x, step: 5e-3 })).toBeLessThan(5e-3);
      }),
      RUNS,
    );
  });

  it.each(['Max', 'Min'])('differentiates %s of several operands', async (op) => {
    await fc.assert(
      fc.asyncProperty(pairs, seeds, async ({ shape, other }, seed) => {
        const x = distinctNumbers(sizeOf(shape), seed).map((value) => value * 0.5);
        const constant = distinctNumbers(sizeOf(other), seed + 1).map((value) => value - 0.005);
        const make = (builder: GraphBuilder, input: string): string => {
          // No two operands come closer than a step.
          const negative = builder.add('Neg', [input]);
          return builder.add(op, [builder.constant(floats(other, constant)), input, builder.scalar(0.028), negative]);
        };
        expect(await derivativeError(shape, make, { seed, x, step: 2e-3 })).toBeLessThan(1e-2);
      }),
      RUNS,
    );
  });

  it.each([-1, -0.5, 0, 0.5, 1, 2, 3, 4, 2.5])('differentiates x to the power %d', async (exponent) => {
    const x = randomNumbers(12, 3).map((value) => value + 1.7);
    const make = (builder: GraphBuilder, input: string): string =>
      builder.add('Pow', [input, builder.scalar(exponent)]);
    expect(await derivativeError([3, 4], make, { x, step: 3e-3 })).toBeLessThan(3e-3);
  });

  it('differentiates even powers of negative numbers', async () => {
    const make = (builder: GraphBuilder, x: string): string =>
      builder.add('Pow', [x, builder.constant(floats([4], [2, 4, 3, 0]))]);
    expect(await derivativeError([3, 4], make, { x: randomNumbers(12, 8).map((value) => 2 * value) })).toBeLessThan(
      5e-3,
    );
  });

  it('differentiates the dividend and the divisor of Mod', async () => {
    const make = (builder: GraphBuilder, x: string): string => {
      const divisor = builder.add('Add', [builder.add('Abs', [x]), builder.scalar(1)]);
      return builder.add('Mod', [builder.add('Mul', [x, builder.scalar(2.6)]), divisor], { fmod: 1 });
    };
    const x = Float32Array.of(-3, -1.2, 0.2, 0.9, 2.5, 4);
    expect(await derivativeError([2, 3], make, { x })).toBeLessThan(5e-3);
  });

  it('differentiates PRelu with respect to input and slope', async () => {
    const numbers = awayFrom(randomNumbers(24, 3), [0]);
    const slope = floats([3, 1], [0.1, -0.2, 1.4]);
    const toInput = (builder: GraphBuilder, x: string): string => builder.add('PRelu', [x, builder.constant(slope)]);
    expect(await derivativeError([2, 3, 4], toInput, { x: numbers })).toBeLessThan(2e-3);
    const toSlope = (builder: GraphBuilder, x: string): string =>
      builder.add('PRelu', [builder.constant(floats([2, 3, 4], numbers)), x]);
    expect(await derivativeError([3, 1], toSlope)).toBeLessThan(2e-3);
  });

  it.each([
    [-0.5, 0.5],
    [0, 6],
    [-1, 1],
    [0.3, Infinity],
    [-Infinity, -0.2],
    [-Infinity, Infinity],
    [0.1, 0.7],
  ])('differentiates Clip to [%d, %d]', async (low, high) => {
    const x = awayFrom(
      randomNumbers(24, 11).map((value) => value * 8),
      [low, high],
    );
    const bound = (builder: GraphBuilder, value: number): string =>
      Number.isFinite(value) ? builder.scalar(value) : '';
    const make = (builder: GraphBuilder, input: string): string =>
      builder.add('Clip', [input, bound(builder, low), bound(builder, high)]);
    expect(await derivativeError([24], make, { x })).toBeLessThan(2e-3);
  });

  it('differentiates Clip with respect to computed bounds', async () => {
    const values = floats([2, 6], [-2, -1, -0.3, 0.2, 0.9, 2, -1.5, 0, 0.1, 0.4, 1.2, 3]);
    const make = (builder: GraphBuilder, x: string): string =>
      builder.add('Clip', [
        builder.constant(values),
        builder.add('ReduceMin', [x], { keepdims: 0 }),
        builder.add('ReduceMax', [x], { keepdims: 0 }),
      ]);
    expect(await derivativeError([3], make, { x: Float32Array.of(-0.7, 0.13, 0.75) })).toBeLessThan(2e-3);
  });

  it('differentiates both choices of Where, also by a computed condition', async () => {
    const mask = tensorOf('bool', [3, 1], [1, 0, 1]);
    const make = (builder: GraphBuilder, x: string): string => {
      const double = builder.add('Mul', [x, builder.scalar(2)]);
      const chosen = builder.add('Where', [builder.constant(mask), x, double]);
      const large = builder.add('Greater', [x, builder.scalar(0.25)]);
      return builder.add('Where', [large, chosen, builder.add('ReduceSum', [x], { keepdims: 1 })]);
    };
    expect(await derivativeError([3, 4], make, { x: awayFrom(randomNumbers(12, 4), [0.25]) })).toBeLessThan(3e-3);
  });
});
