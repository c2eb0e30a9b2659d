import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Attributes } from '../../../src/core/graph/graph';
import { operators } from '../../../src/core/graph/ops/registry';
import { floats, integers, scalar, sizeOf, tensorOf, type Tensor } from '../../../src/core/graph/tensor';
import { randomNumbers, runNode } from './support';

interface Case {
  readonly op: string;
  readonly inputs: readonly (Tensor | undefined)[];
  readonly attributes?: Attributes;
  readonly outputs?: number;
  readonly name?: string;
}

const x = floats([2, 3, 4], randomNumbers(24, 3));
const row = floats([4], randomNumbers(4, 4));
const whole = integers([7, -7, 5, 0, -3, 12], [2, 3]);
const bools = (values: readonly number[], shape: readonly number[] = [values.length]): Tensor =>
  tensorOf('bool', shape, values);
const bytes = (values: readonly number[], shape: readonly number[] = [values.length]): Tensor =>
  tensorOf('uint8', shape, values);
const END = 2 ** 63;

const cases: readonly Case[] = [
  ...['Add', 'Sub', 'Mul', 'Div'].map((op) => ({ op, inputs: [x, row] })),
  ...['Add', 'Sub', 'Mul'].map((op) => ({ op, inputs: [whole, integers([2, 3, -4])] })),
  { op: 'Div', name: 'truncates integers', inputs: [whole, integers([2, 3, -4])] },
  { op: 'Mod', name: "with the divisor's sign", inputs: [whole, integers([2, 3, -4])] },
  { op: 'Mod', name: 'fmod', inputs: [x, floats([1], [0.3])], attributes: { fmod: 1 } },
  { op: 'Pow', inputs: [x, scalar(2)] },
  { op: 'Pow', name: 'whole exponent', inputs: [x, integers([3], [])] },
  ...['Neg', 'Abs', 'Exp', 'Floor', 'Ceil', 'Sign', 'Sin', 'Cos', 'Tan', 'Atan', 'Reciprocal', 'Identity'].map(
    (op) => ({ op, inputs: [x] }),
  ),
  { op: 'Round', name: 'halves to even', inputs: [floats([7], [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 0.3])] },
  { op: 'Sqrt', inputs: [floats([3], [0, 2, 9])] },
  { op: 'Log', inputs: [floats([3], [0.5, 2, 9])] },
  ...['Max', 'Min', 'Sum', 'Mean'].map((op) => ({ op, inputs: [x, row, scalar(0.2)] })),
  { op: 'Max', name: 'whole numbers', inputs: [whole, integers([2], [])] },
  ...['Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual'].map((op) => ({
    op,
    inputs: [whole, integers([7, -7, 4])],
  })),
  ...['And', 'Or', 'Xor'].map((op) => ({ op, inputs: [bools([0, 0, 1, 1]), bools([0, 1, 0, 1])] })),
  { op: 'Not', inputs: [bools([0, 1])] },
  { op: 'IsNaN', inputs: [floats([3], [NaN, 1, Infinity])] },
  { op: 'IsInf', inputs: [floats([3], [-Infinity, 1, Infinity])], attributes: { detect_negative: 0 } },
  { op: 'Where', inputs: [bools([1, 0, 1], [3, 1]), x, row] },
  { op: 'Clip', inputs: [x, scalar(-0.5), scalar(0.4)] },
  { op: 'Clip', name: 'only from above', inputs: [x, undefined, scalar(0.4)] },
  ...[1, 2, 3, 6, 7, 9].map((to) => ({
    op: 'Cast',
    name: `to ${to}`,
    inputs: [floats([4], [0, 1.7, 0.2, 3.9])],
    attributes: { to },
  })),
  { op: 'Cast', name: 'from whole numbers', inputs: [whole], attributes: { to: 1 } },
  { op: 'CastLike', inputs: [x, integers([1])] },
  { op: 'Reshape', name: '0 and −1', inputs: [x, integers([0, -1, 2])] },
  { op: 'Reshape', name: 'allowzero', inputs: [floats([0, 3], []), integers([3, 0])], attributes: { allowzero: 1 } },
  { op: 'Flatten', inputs: [x], attributes: { axis: 2 } },
  { op: 'Flatten', name: 'to one row', inputs: [x], attributes: { axis: 0 } },
  { op: 'Flatten', name: 'axis from the end', inputs: [x], attributes: { axis: -1 } },
  { op: 'Squeeze', inputs: [floats([1, 3, 1], [1, 2, 3])] },
  { op: 'Squeeze', name: 'one axis', inputs: [floats([1, 3, 1], [1, 2, 3]), integers([-1])] },
  { op: 'Unsqueeze', inputs: [x, integers([0, -1])] },
  { op: 'Transpose', inputs: [x], attributes: { perm: [2, 0, 1] } },
  { op: 'Transpose', name: 'reversed', inputs: [x] },
  { op: 'Expand', inputs: [row, integers([2, 3, 1])] },
  { op: 'Tile', inputs: [x, integers([1, 2, 3])] },
  { op: 'Concat', inputs: [x, floats([2, 1, 4], randomNumbers(8, 9))], attributes: { axis: 1 } },
  { op: 'Concat', name: 'from the end', inputs: [x, x], attributes: { axis: -1 } },
  { op: 'Split', inputs: [x, integers([1, 3])], attributes: { axis: 2 }, outputs: 2 },
  { op: 'Split', name: 'uneven', inputs: [x], attributes: { axis: 1, num_outputs: 2 }, outputs: 2 },
  { op: 'Slice', inputs: [x, integers([1, -3]), integers([END, -1]), integers([1, 2])] },
  { op: 'Slice', name: 'backwards', inputs: [x, integers([-1]), integers([-END]), integers([2]), integers([-2])] },
  { op: 'Slice', name: 'empty', inputs: [x, integers([3]), integers([1]), integers([2])] },
  { op: 'Slice', name: 'without axes', inputs: [x, integers([0, 1]), integers([1, 9])] },
  { op: 'Pad', inputs: [x, integers([0, 1, 2, 0, 0, 1]), scalar(0.5)] },
  { op: 'Pad', name: 'crops', inputs: [x, integers([0, -1, 1, 0, 0, -2])] },
  { op: 'Pad', name: 'axes', inputs: [x, integers([1, 2]), scalar(0), integers([-1])] },
  ...['reflect', 'edge', 'wrap'].map((mode) => ({
    op: 'Pad',
    name: mode,
    inputs: [x, integers([0, 2, 3, 0, 1, 2])],
    attributes: { mode },
  })),
  { op: 'Gather', inputs: [x, integers([2, -1, 0, 1], [2, 2])], attributes: { axis: 1 } },
  { op: 'Gather', name: 'one index', inputs: [x, integers([-1], [])], attributes: { axis: 2 } },
  {
    op: 'GatherElements',
    inputs: [x, integers([0, -1, 2, 1, 1, 0, 0, 2], [2, 1, 4])],
    attributes: { axis: 1 },
  },
  { op: 'GatherND', inputs: [x, integers([0, 2, 1, -1], [2, 2])] },
  { op: 'GatherND', name: 'batch', inputs: [x, integers([2, 0], [2, 1])], attributes: { batch_dims: 1 } },
  {
    op: 'ScatterElements',
    inputs: [x, integers([0, -1, 2, 1], [1, 1, 4]), floats([1, 1, 4], [9, 8, 7, 6])],
    attributes: { axis: 1 },
  },
  {
    op: 'ScatterElements',
    name: 'add',
    inputs: [row, integers([1, 1, 0]), floats([3], [9, 8, 7])],
    attributes: { axis: 0, reduction: 'add' },
  },
  { op: 'ScatterND', inputs: [x, integers([0, 2, 1, -1], [2, 2]), floats([2, 4], randomNumbers(8, 2))] },
  {
    op: 'ScatterND',
    name: 'add',
    inputs: [row, integers([1, 1, 0], [3, 1]), floats([3], [9, 8, 7])],
    attributes: { reduction: 'add' },
  },
  ...[
    'ReduceSum',
    'ReduceMean',
    'ReduceMax',
    'ReduceMin',
    'ReduceProd',
    'ReduceL1',
    'ReduceL2',
    'ReduceSumSquare',
    'ReduceLogSumExp',
  ].flatMap((op) => [
    { op, inputs: [x, integers([0, -1])], attributes: { keepdims: 0 } },
    { op, name: 'all axes', inputs: [x] },
    { op, name: 'whole numbers', inputs: [integers([3, 2, 4])], attributes: { keepdims: 0 } },
  ]),
  { op: 'ReduceSum', name: 'no axes', inputs: [x, integers([])], attributes: { noop_with_empty_axes: 1 } },
  { op: 'ArgMax', inputs: [whole], attributes: { axis: 1, keepdims: 0 } },
  { op: 'ArgMax', name: 'first of equals', inputs: [integers([1, 3, 3])], attributes: { axis: 0 } },
  {
    op: 'ArgMin',
    name: 'last of equals',
    inputs: [integers([1, 1, 3])],
    attributes: { axis: 0, select_last_index: 1 },
  },
  { op: 'ConstantOfShape', inputs: [integers([2, 3])], attributes: { value: integers([5]) } },
  { op: 'ConstantOfShape', name: 'zeros', inputs: [integers([2])] },
  { op: 'Range', inputs: [integers([10], []), integers([0], []), integers([-3], [])] },
  { op: 'Range', name: 'floats', inputs: [scalar(0), scalar(1), scalar(0.25)] },
  { op: 'Size', inputs: [x] },
  { op: 'Trilu', inputs: [x, integers([1], [])], attributes: { upper: 0 } },
  { op: 'Trilu', name: 'upper', inputs: [x] },
  { op: 'DequantizeLinear', inputs: [bytes([0, 128, 255]), scalar(0.1), tensorOf('uint8', [], [128])] },
  {
    op: 'DequantizeLinear',
    name: 'per channel',
    inputs: [tensorOf('int8', [2, 2], [-128, 5, 0, 127]), floats([2], [0.1, 0.2]), tensorOf('int8', [2], [0, 3])],
    attributes: { axis: 0 },
  },
  { op: 'DequantizeLinear', name: 'bias', inputs: [tensorOf('int32', [2], [-70000, 5]), scalar(0.001)] },
  {
    op: 'DequantizeLinear',
    name: 'blocks',
    inputs: [bytes([1, 2, 3, 4, 5, 6, 7, 8], [2, 4]), floats([2, 2], [0.1, 0.2, 0.3, 0.4])],
    attributes: { axis: 1, block_size: 2 },
  },
  {
    op: 'QuantizeLinear',
    inputs: [floats([6], [-9, -0.05, 0.05, 0.15, 1, 99]), scalar(0.1), tensorOf('int8', [], [3])],
  },
];

describe('folding an operator', () => {
  it.each(cases.map((each) => ({ title: `${each.op} ${each.name ?? ''}`, ...each })))(
    'computes what ONNX Runtime does: $title',
    async ({ op, inputs, attributes = {}, outputs = 1 }) => {
      const node = {
        op,
        attributes,
        inputs: inputs.map((tensor) => (tensor === undefined ? '' : 'x')),
        outputs: Array.from({ length: outputs }, (_, index) => `y${index}`),
      };
      const folded = operators.get(op)!.evaluate!(node, inputs);
      const run = await runNode(op, inputs, { attributes, outputs });
      folded.forEach((tensor, index) => expectSame(tensor, run[index]!));
      const inferred = operators.get(op)!.infer(node, { types: inputs, constants: inputs });
      run.forEach(({ type, shape }, index) => expect(inferred[index]).toMatchObject({ type, shape }));
    },
  );

  it('lists the positions of what is not zero', () => {
    const folded = operators.get('NonZero')!.evaluate!(
      { op: 'NonZero', inputs: ['x'], outputs: ['y'], attributes: {} },
      [integers([0, 5, -1, 0], [2, 2])],
    );
    expectSame(folded[0]!, integers([0, 1, 1, 0], [2, 2]));
  });

  it('refuses to make a constant that is too large', () => {
    const node = { op: 'Expand', inputs: ['x', 'shape'], outputs: ['y'], attributes: {} };
    const huge = integers([1_000_000, 1_000_000]);
    expect(() => operators.get('Expand')!.evaluate!(node, [scalar(1), huge])).toThrow(/too large/);
    expect(() => operators.get('ConstantOfShape')!.evaluate!(node, [integers([-5])])).toThrow(/not a shape/);
  });

  it('slices, transposes and broadcasts tensors of any shape', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }),
        fc.array(
          fc.tuple(fc.integer({ min: -6, max: 6 }), fc.integer({ min: -6, max: 6 }), fc.constantFrom(-2, -1, 1, 3)),
          {
            minLength: 4,
            maxLength: 4,
          },
        ),
        async (shape, ranges) => {
          const tensor = floats(shape, randomNumbers(sizeOf(shape), 5));
          const own = ranges.slice(0, shape.length);
          const inputs = [
            tensor,
            integers(own.map(([start]) => start)),
            integers(own.map(([, end]) => end)),
            integers(own.map((_, axis) => axis)),
            integers(own.map(([, , step]) => step)),
          ];
          const node = { op: 'Slice', inputs: ['x', 'a', 'b', 'c', 'd'], outputs: ['y'], attributes: {} };
          expectSame(operators.get('Slice')!.evaluate!(node, inputs)[0]!, (await runNode('Slice', inputs))[0]!);
        },
      ),
      { numRuns: 15 },
    );
  });
});

function expectSame(actual: Tensor, expected: Tensor): void {
  expect({ type: actual.type, shape: [...actual.shape] }).toEqual({ type: expected.type, shape: [...expected.shape] });
  expect(actual.data).toHaveLength(sizeOf(actual.shape));
  actual.data.forEach((value, index) => {
    const wanted = expected.data[index]!;
    if (!Object.is(value, wanted) && !(Math.abs(value - wanted) <= 1e-6 * Math.max(1, Math.abs(wanted))))
      expect([index, value]).toEqual([index, wanted]);
  });
}
