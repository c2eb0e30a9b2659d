import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GraphBuilder } from '../../../src/core/graph/builder';
import type { Attributes } from '../../../src/core/graph/graph';
import { floats, integers, sizeOf, tensorOf, type Shape } from '../../../src/core/graph/tensor';
import { awayFrom, derivativeError, distinctNumbers, randomNumbers } from './support';

type Make = (builder: GraphBuilder, x: string) => string;

const RUNS = { numRuns: 10 };
const seeds = fc.integer({ min: 1, max: 1_000_000 });
const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });

interface Case {
  readonly name: string;
  readonly shape: Shape;
  readonly make: Make;
}

const cases: readonly Case[] = [
  { name: 'Reshape', shape: [2, 6], make: (b, x) => b.add('Reshape', [x, b.indices([3, -1])]) },
  { name: 'Flatten', shape: [2, 3, 2], make: (b, x) => b.add('Flatten', [x], { axis: 2 }) },
  { name: 'Squeeze', shape: [1, 3, 1], make: (b, x) => b.add('Squeeze', [x, b.indices([0])]) },
  { name: 'Unsqueeze', shape: [2, 3], make: (b, x) => b.add('Unsqueeze', [x, b.indices([0, -1])]) },
  { name: 'Transpose', shape: [2, 3, 4], make: (b, x) => b.add('Transpose', [x], { perm: [1, 2, 0] }) },
  { name: 'Transpose reversed', shape: [2, 3, 4], make: (b, x) => b.add('Transpose', [x]) },
  { name: 'Expand', shape: [3, 1], make: (b, x) => b.add('Expand', [x, b.indices([2, 1, 4])]) },
  { name: 'Tile', shape: [2, 3], make: (b, x) => b.add('Tile', [x, b.indices([2, 3])]) },
  { name: 'Trilu', shape: [2, 3, 4], make: (b, x) => b.add('Trilu', [x, b.constant(integers([1], []))]) },
  { name: 'Trilu lower', shape: [4, 3], make: (b, x) => b.add('Trilu', [x], { upper: 0 }) },
  ...[0, 1].flatMap((reverse) =>
    [0, 1].map((exclusive) => ({
      name: `CumSum reverse ${reverse} exclusive ${exclusive}`,
      shape: [2, 4],
      make: (b: GraphBuilder, x: string) => b.add('CumSum', [x, b.constant(integers([1], []))], { reverse, exclusive }),
    })),
  ),
  ...['DCR', 'CRD'].map((mode) => ({
    name: `DepthToSpace ${mode}`,
    shape: [2, 8, 2, 3],
    make: (b: GraphBuilder, x: string) => b.add('DepthToSpace', [x], { blocksize: 2, mode }),
  })),
  { name: 'SpaceToDepth', shape: [1, 2, 4, 6], make: (b, x) => b.add('SpaceToDepth', [x], { blocksize: 2 }) },
  {
    name: 'Concat with itself and a constant',
    shape: [2, 3],
    make: (b, x) => b.add('Concat', [x, b.constant(floats([2, 1], [1, 2])), x], { axis: -1 }),
  },
  {
    name: 'Split, one part used',
    shape: [2, 5],
    make: (b, x) => b.addMany('Split', [x, b.indices([1, 3, 1])], 3, { axis: 1 })[1]!,
  },
  {
    name: 'Split, a part that nothing reads',
    shape: [5, 2],
    make: (b, x) => {
      b.addNode({ op: 'Split', inputs: [x], outputs: ['a', 'b', 'c'], attributes: { axis: 0, num_outputs: 3 } });
      return b.add('Concat', ['c', 'a'], { axis: 0 });
    },
  },
  {
    name: 'Split, shuffled',
    shape: [2, 4],
    make: (b, x) => {
      const [left, right] = b.addMany('Split', [x], 2, { axis: 1, num_outputs: 2 }) as [string, string];
      return b.add('Mul', [b.add('Concat', [right, left], { axis: 0 }), b.add('Concat', [left, left], { axis: 0 })]);
    },
  },
  { name: 'Gather one', shape: [2, 3, 4], make: gather([1], [], 1) },
  { name: 'Gather a run', shape: [2, 5], make: gather([1, 2, 3], [3], 1) },
  { name: 'Gather with repetition', shape: [3, 2], make: gather([2, 0, 2, -1], [2, 2], 0) },
  { name: 'Gather many', shape: [2, 4, 3], make: gather([3, 0, 2, 2, 1, 3, 0, 1, 1, 0], [10], 1) },
  { name: 'Gather backwards', shape: [4, 2], make: gather([3, 2, 1, 0], [4], 0) },
  {
    name: 'Gather at computed indices',
    shape: [3, 4],
    make: (b, x) => b.add('Gather', [x, b.add('ArgMax', [x], { axis: 1, keepdims: 0 })], { axis: 1 }),
  },
  {
    name: 'GatherElements',
    shape: [2, 3, 2],
    make: (b, x) =>
      b.add('GatherElements', [x, b.constant(integers([0, -1, 2, 1, 1, 1, 0, 2], [2, 2, 2]))], { axis: 1 }),
  },
  {
    name: 'GatherND',
    shape: [3, 2, 2],
    make: (b, x) => b.add('GatherND', [x, b.constant(integers([0, 1, 2, -1, 0, 1], [3, 2]))]),
  },
  {
    name: 'GatherND with batch dimensions',
    shape: [2, 3, 2],
    make: (b, x) => b.add('GatherND', [x, b.constant(integers([0, 2, 1, 1], [2, 2, 1]))], { batch_dims: 1 }),
  },
  ...['none', 'add'].flatMap((reduction): Case[] => [
    {
      name: `ScatterElements ${reduction}`,
      shape: [3, 4],
      make: (b, x) => {
        const [indices, updates] = [
          b.constant(integers([2, 0, 1, 0, 1, 2], [2, 3])),
          b.add('Slice', [x, b.indices([0, 1]), b.indices([2, 4])]),
        ];
        return b.add('ScatterElements', [b.add('Mul', [x, x]), indices, updates], {
          axis: 0,
          ...(reduction === 'add' && { reduction }),
        });
      },
    },
    {
      name: `ScatterND ${reduction}`,
      shape: [4, 3],
      make: (b, x) => {
        const updates = b.add('Slice', [x, b.indices([0]), b.indices([2])]);
        return b.add('ScatterND', [b.add('Mul', [x, x]), b.constant(integers([3, 1], [2, 1])), updates], { reduction });
      },
    },
  ]),
  { name: 'Cast and CastLike', shape: [3], make: (b, x) => b.add('CastLike', [b.add('Cast', [x], { to: 1 }), x]) },
];

function gather(indices: readonly number[], shape: Shape, axis: number): Make {
  return (builder, x) => builder.add('Gather', [x, builder.constant(integers(indices, shape))], { axis });
}

describe('operators that move elements', () => {
  it.each(cases)('differentiates $name', async ({ shape, make }) => {
    expect(await derivativeError(shape, make, { x: distinctNumbers(sizeOf(shape), 3) })).toBeLessThan(5e-3);
  });

  it('differentiates slices of any start, end and step', async () => {
    await fc.assert(
      fc.asyncProperty(
        shapes,
        fc.array(
          fc.tuple(
            fc.integer({ min: -5, max: 5 }),
            fc.integer({ min: -6, max: 6 }),
            fc.constantFrom(-3, -2, -1, 1, 1, 2, 3),
          ),
          { minLength: 4, maxLength: 4 },
        ),
        async (shape, ranges) => {
          const own = ranges.slice(0, shape.length);
          const make: Make = (builder, x) => {
            const slice = builder.add('Slice', [
              x,
              builder.indices(own.map(([start]) => start)),
              builder.indices(own.map(([, end]) => end)),
              builder.indices(own.map((_, axis) => axis)),
              builder.indices(own.map(([, , step]) => step)),
            ]);
            // Keeps the output from being empty.
            const sum = builder.add('ReduceSum', [x], { keepdims: 0 });
            const flat = builder.add('Reshape', [slice, builder.indices([-1])]);
            return sizeOf(builder.shape(slice)) === 0
              ? sum
              : builder.add('Concat', [flat, builder.add('Reshape', [sum, builder.indices([1])])], { axis: 0 });
          };
          expect(await derivativeError(shape, make)).toBeLessThan(5e-3);
        },
      ),
      { numRuns: 25 },
    );
  });

  it.each(['constant', 'reflect', 'edge', 'wrap'])('differentiates padding: %s', async (mode) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.tuple(fc.integer({ min: 2, max: 4 }), fc.integer({ min: -1, max: 3 }), fc.integer({ min: 0, max: 3 })),
          { minLength: 1, maxLength: 3 },
        ),
        async (axes) => {
          const shape = axes.map(([size]) => size);
          // Reflection needs as many elements as it pads; only constants are cropped here.
          const bound = (pad: number, size: number): number =>
            mode === 'constant' ? pad : Math.max(0, mode === 'edge' ? pad : Math.min(pad, size - 1));
          const pads = [
            ...axes.map(([size, near]) => bound(near, size)),
            ...axes.map(([size, , far]) => bound(far, size)),
          ];
          const make: Make = (builder, x) =>
            builder.add('Pad', [x, builder.indices(pads), builder.scalar(0.5)], { mode });
          expect(await derivativeError(shape, make)).toBeLessThan(5e-3);
        },
      ),
      { numRuns: 15 },
    );
  });

  it('adds up many rows taken from few, on several threads', async () => {
    const make: Make = (builder, x) => {
      const rows = Array.from({ length: 4000 }, (_, index) => (index * index) % 3);
      return builder.add('Gather', [x, builder.constant(integers(rows))], { axis: 0 });
    };
    expect(await derivativeError([3, 16], make, { threads: 2 })).toBeLessThan(5e-3);
  });
});

describe('reductions', () => {
  const operators = [
    'ReduceSum',
    'ReduceMean',
    'ReduceMax',
    'ReduceMin',
    'ReduceL1',
    'ReduceL2',
    'ReduceSumSquare',
    'ReduceLogSumExp',
    'ReduceLogSum',
    'ReduceProd',
  ];

  it.each(operators)('differentiates %s over any axes', async (op) => {
    await fc.assert(
      fc.asyncProperty(
        shapes,
        fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
        fc.constantFrom(0, 1),
        seeds,
        async (shape, chosen, keepdims, seed) => {
          const axes = shape.flatMap((_, axis) => (chosen[axis] ? [axis - (seed % 2) * shape.length] : []));
          const make: Make = (builder, x) =>
            axes.length === 0
              ? builder.add(op, [x], { keepdims })
              : builder.add(op, [x, builder.indices(axes)], { keepdims });
          const numbers = distinctNumbers(sizeOf(shape), seed, op === 'ReduceProd' ? 0.02 : 0.05);
          const x =
            op === 'ReduceLogSum' || op === 'ReduceProd'
              ? numbers.map((value) => Math.abs(value) + 0.7)
              : awayFrom(numbers, [0]);
          expect(
            await derivativeError(shape, make, { seed, x, step: op === 'ReduceLogSum' ? 3e-2 : 3e-3 }),
          ).toBeLessThan(1e-2);
        },
      ),
      RUNS,
    );
  });

  it('differentiates a product with zeros', async () => {
    const make: Make = (builder, x) => builder.add('ReduceProd', [x, builder.indices([1])]);
    const x = Float32Array.of(2, 0, 3, 1, 0, 0, 0.5, 2, -1);
    expect(await derivativeError([3, 3], make, { x })).toBeLessThan(2e-3);
  });
});

describe('matrix products', () => {
  it.each([
    [
      [2, 3],
      [3, 4],
    ],
    [[3], [3]],
    [[3], [2, 3, 4]],
    [[2, 4, 3], [3]],
    [
      [2, 1, 2, 3],
      [4, 3, 2],
    ],
    [
      [2, 3],
      [5, 3, 2],
    ],
    [[3, 2], [2]],
  ])('differentiates MatMul of %j and %j', async (left, right) => {
    const toLeft: Make = (builder, x) =>
      builder.add('MatMul', [x, builder.constant(floats(right, randomNumbers(sizeOf(right), 4)))]);
    expect(await derivativeError(left, toLeft)).toBeLessThan(2e-3);
    const toRight: Make = (builder, x) =>
      builder.add('MatMul', [builder.constant(floats(left, randomNumbers(sizeOf(left), 4))), x]);
    expect(await derivativeError(right, toRight)).toBeLessThan(2e-3);
  });

  it('differentiates Gemm with respect to each operand', async () => {
    for (const [transA, transB] of [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ] as const)
      for (const target of [0, 1, 2]) {
        const operands: Shape[] = [transA === 1 ? [3, 2] : [2, 3], transB === 1 ? [4, 3] : [3, 4], [4]];
        const make: Make = (builder, x) => {
          const inputs = operands.map((shape, index) =>
            index === target ? x : builder.constant(floats(shape, randomNumbers(sizeOf(shape), index + 2))),
          );
          return builder.add('Gemm', inputs, { transA, transB, alpha: 0.5, beta: 1.7 });
        };
        expect(await derivativeError(operands[target]!, make)).toBeLessThan(2e-3);
      }
  });

  it.each([
    ['ij,jk->ik', [2, 3], [3, 4]],
    ['bhid,bhjd->bhij', [1, 2, 3, 2], [1, 2, 4, 2]],
    ['bij,bjk', [2, 2, 3], [2, 3, 2]],
    ['...ij,...jk->...ik', [2, 2, 3], [2, 3, 2]],
    ['...ij,...jk->...ik', [1, 2, 3], [2, 3, 2]],
    ['ij,k->ki', [2, 3], [2]],
    ['i,i->', [3], [3]],
    ['bchw,hkc->bkw', [1, 2, 3, 2], [3, 2, 2]],
    ['ij,jk->ik', [2, 1], [3, 2]],
  ] as const)('differentiates Einsum %s', async (equation, left, right) => {
    const toLeft: Make = (builder, x) =>
      builder.add('Einsum', [x, builder.constant(floats(right, randomNumbers(sizeOf(right), 4)))], { equation });
    expect(await derivativeError(left, toLeft)).toBeLessThan(2e-3);
    const toRight: Make = (builder, x) =>
      builder.add('Einsum', [builder.constant(floats(left, randomNumbers(sizeOf(left), 4))), x], { equation });
    expect(await derivativeError(right, toRight)).toBeLessThan(2e-3);
  });

  it.each(['ijk->kij', 'ijk->ik', 'ijk->', 'ijk'])('differentiates Einsum %s', async (equation) => {
    expect(await derivativeError([2, 3, 2], (builder, x) => builder.add('Einsum', [x], { equation }))).toBeLessThan(
      2e-3,
    );
  });

  it('differentiates the square of one operand', async () => {
    const make: Make = (builder, x) => builder.add('Einsum', [x, x], { equation: 'ij,kj->ik' });
    expect(await derivativeError([3, 2], make)).toBeLessThan(5e-3);
  });
});

describe('quantisation', () => {
  it('passes the derivative straight through rounding and stops it at saturation', async () => {
    const attributes: Attributes = {};
    const builderOf: Make = (builder, x) => {
      const [scale, zero] = [builder.scalar(0.1), builder.constant(tensorOf('uint8', [], [100]))];
      const levels = builder.add('QuantizeLinear', [x, scale, zero], attributes);
      return builder.add('DequantizeLinear', [levels, scale, zero], attributes);
    };
    // Steps of ten levels: rounding averages out of the difference.
    const x = Float32Array.of(-5, 0.31, 2.77, 9.4, 99, -42);
    expect(await derivativeError([6], builderOf, { x, step: 0.5 })).toBeLessThan(1e-3);
  });

  it('handles a scale per channel', async () => {
    const make: Make = (builder, x) => {
      const inputs = [builder.constant(floats([2], [0.1, 0.25])), builder.constant(tensorOf('int8', [2], [0, 10]))];
      const levels = builder.add('QuantizeLinear', [x, ...inputs], { axis: 1 });
      return builder.add('DequantizeLinear', [levels, ...inputs], { axis: 1 });
    };
    expect(await derivativeError([1, 2, 3], make, { x: randomNumbers(6, 2), step: 0.5 })).toBeLessThan(1e-3);
  });
});
