import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { sizeOf, tensorOf, type Shape } from '../../../../src/core/graph/tensor';
import { randomNumbers } from '../../../core/graph/support';
import { attr, gradientError, GraphModelWriter, read, relativeError, runGraph, runGraphModel } from './support';

beforeAll(() => tf.setBackend('cpu'));

type Build = (g: GraphModelWriter) => string | readonly string[];

const PICTURE: Shape = [2, 7, 6, 3];
const strides = (size: number): { strides: ReturnType<typeof attr.ints> } => ({
  strides: attr.ints([1, size, size, 1]),
});
const same = { padding: attr.text('SAME') };
const valid = { padding: attr.text('VALID') };

/** Compares reading, with and without the Transposes, to TensorFlow.js's own execution; the gradient to differences. */
async function check(
  build: Build,
  { shape = PICTURE, gradient = true, x = randomNumbers(sizeOf(shape), 3), step = 1e-2 }: Options = {},
): Promise<void> {
  const writer = new GraphModelWriter(shape);
  const made = build(writer);
  const outputs = typeof made === 'string' ? [made] : made;
  const { raw, graph } = read(writer, outputs);
  const expected = runGraphModel(writer, outputs, x, shape);
  for (const each of [raw, graph]) {
    const values = await runGraph(each, x, shape[0]!);
    values.forEach((value, index) => expect(relativeError(value, expected[index]!)).toBeLessThan(1e-5));
  }
  if (gradient) expect(await gradientError(graph, x, shape[0]!, step)).toBeLessThan(5e-3);
}

interface Options {
  readonly shape?: Shape;
  readonly gradient?: boolean;
  readonly x?: Float32Array;
  readonly step?: number;
}

/** Numbers that stay away from 0, where many functions bend. */
function awayFromZero(shape: Shape): Float32Array {
  return randomNumbers(sizeOf(shape), 8).map((value) => value + Math.sign(value) * 0.2);
}

describe('convolutions', () => {
  it.each([
    ['valid', { ...valid, ...strides(1) }],
    ['same', { ...same, ...strides(1) }],
    ['same with stride 2', { ...same, ...strides(2) }],
    ['same, dilated', { ...same, ...strides(1), dilations: attr.ints([1, 2, 2, 1]) }],
    [
      'explicitly padded',
      {
        padding: attr.text('EXPLICIT'),
        explicit_paddings: attr.ints([0, 0, 2, 1, 0, 3, 0, 0]),
        strides: attr.ints([1, 2, 2, 1]),
      },
    ],
  ])('Conv2D %s', async (_name, attributes) => {
    await check((g) => {
      const y = g.node('Conv2D', ['x', g.weight([3, 2, 3, 5])], { data_format: attr.text('NHWC'), ...attributes });
      return g.node('BiasAdd', [y, g.weight([5])]);
    });
  });

  it('reads text in base64, as character codes and plain', async () => {
    const x = randomNumbers(126, 4);
    const results = await Promise.all(
      ['U0FNRQ==', [83, 65, 77, 69], 'SAME'].map(async (text) => {
        const g = new GraphModelWriter([1, 7, 6, 3]);
        const y = g.node('Conv2D', ['x', g.weight([4, 4, 3, 2])], {
          padding: { s: text },
          strides: { list: { i: [1, 2, 2, 1] } },
        });
        return (await runGraph(read(g, [y]).graph, x, 1))[0]!;
      }),
    );
    expect(results[0]).toHaveLength(24);
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });

  it.each([1, 2])('DepthwiseConv2dNative, stride %i', async (stride) => {
    await check((g) => g.node('DepthwiseConv2dNative', ['x', g.weight([3, 3, 3, 2])], { ...same, ...strides(stride) }));
  });

  it.each([
    ['SAME', 2, [2, 14, 12, 4]],
    ['SAME', 2, [2, 13, 11, 4]],
    ['VALID', 2, [2, 15, 13, 4]],
    ['VALID', 2, [2, 16, 14, 4]],
    ['SAME', 1, [2, 7, 6, 4]],
  ])('Conv2DBackpropInput %s by %i to %j', async (padding, stride, size) => {
    await check((g) =>
      g.node('Conv2DBackpropInput', [g.ints(size), g.weight([3, 3, 4, 3]), 'x'], {
        padding: attr.text(padding),
        ...strides(stride),
      }),
    );
  });

  it('Conv2DBackpropInput to a size computed from the batch', async () => {
    await check((g) => {
      const batch = g.node('StridedSlice', [g.node('Shape', ['x']), g.ints([0]), g.ints([1]), g.ints([1])], {
        shrink_axis_mask: attr.int(1),
      });
      const size = g.node('Pack', [batch, g.ints([14], []), g.ints([12], []), g.ints([4], [])], {
        axis: attr.int(0),
        N: attr.int(4),
      });
      return g.node('Conv2DBackpropInput', [size, g.weight([4, 4, 4, 3]), 'x'], { ...same, ...strides(2) });
    });
  });

  it.each([['Relu'], ['Relu6'], ['Elu'], ['LeakyRelu'], ['Sigmoid'], ['Prelu']])(
    '_FusedConv2D with %s',
    async (name) => {
      await check(
        (g) => {
          const inputs = ['x', g.weight([3, 3, 3, 4]), g.weight([4], 3), ...(name === 'Prelu' ? [g.weight([4])] : [])];
          return g.node('_FusedConv2D', inputs, {
            ...same,
            ...strides(2),
            fused_ops: attr.texts(['BiasAdd', name]),
            num_args: attr.int(inputs.length - 2),
            leakyrelu_alpha: attr.float(0.3),
          });
        },
        { step: 2e-3 },
      );
    },
  );

  it('FusedDepthwiseConv2dNative and _FusedMatMul', async () => {
    await check(
      (g) => {
        const y = g.node('FusedDepthwiseConv2dNative', ['x', g.weight([3, 3, 3, 2]), g.weight([6])], {
          ...same,
          ...strides(1),
          fused_ops: attr.texts(['BiasAdd', 'Relu6']),
          num_args: attr.int(1),
        });
        const mean = g.node('Mean', [y, g.ints([1, 2])], { keep_dims: attr.flag(false) });
        return g.node('_FusedMatMul', [mean, g.weight([6, 5]), g.weight([5])], {
          fused_ops: attr.texts(['BiasAdd', 'Elu']),
          num_args: attr.int(1),
        });
      },
      { step: 2e-3 },
    );
  });

  it('FusedBatchNormV3 behind a convolution', async () => {
    await check((g) => {
      const y = g.node('Conv2D', ['x', g.weight([3, 3, 3, 4])], { ...same, ...strides(1) });
      const statistics = [g.weight([4]), g.weight([4]), g.weight([4]), g.weight([4], 0.4, 1)];
      return g.node('FusedBatchNormV3', [y, ...statistics], {
        epsilon: attr.float(1e-3),
        is_training: attr.flag(false),
      });
    });
  });
});

describe('pooling and resampling', () => {
  it.each([
    ['MaxPool', 3, 2, same],
    ['MaxPool', 2, 2, valid],
    ['AvgPool', 3, 2, same],
    ['AvgPool', 3, 1, same],
    ['AvgPool', 2, 2, valid],
  ])('%s of %i by %i', async (op, size, stride, padding) => {
    await check((g) => g.node(op, ['x'], { ksize: attr.ints([1, size, size, 1]), ...strides(stride), ...padding }), {
      step: 1e-3,
    });
  });

  it.each([
    ['ResizeBilinear', [11, 15], {}],
    ['ResizeBilinear', [11, 15], { align_corners: attr.flag(true) }],
    ['ResizeBilinear', [4, 9], { half_pixel_centers: attr.flag(true) }],
    ['ResizeNearestNeighbor', [14, 12], {}],
    ['ResizeNearestNeighbor', [10, 5], {}],
    ['ResizeNearestNeighbor', [10, 5], { align_corners: attr.flag(true) }],
    ['ResizeNearestNeighbor', [10, 5], { half_pixel_centers: attr.flag(true) }],
  ])('%s to %j with %j', async (op, size, attributes) => {
    await check((g) => g.node(op, ['x', g.ints(size)], attributes));
  });

  it('DepthToSpace', async () => {
    await check((g) => g.node('DepthToSpace', ['x'], { block_size: attr.int(2) }), { shape: [2, 3, 4, 12] });
  });

  it('SpaceToDepth undoes DepthToSpace', async () => {
    const writer = new GraphModelWriter([1, 3, 4, 8]);
    const up = writer.node('DepthToSpace', ['x'], { block_size: attr.int(2) });
    const { raw, graph } = read(writer, [writer.node('SpaceToDepth', [up], { block_size: attr.int(2) })]);
    const x = randomNumbers(96, 2);
    for (const each of [raw, graph]) expect((await runGraph(each, x, 1))[0]).toEqual(x);
  });

  it('LRN', async () => {
    await check(
      (g) =>
        g.node('LRN', ['x'], {
          depth_radius: attr.int(2),
          bias: attr.float(1.5),
          alpha: attr.float(0.3),
          beta: attr.float(0.75),
        }),
      { shape: [2, 3, 3, 6] },
    );
  });
});

describe('element by element', () => {
  const smooth = 'Exp Neg Sigmoid Tanh Softplus Square Sin Cos Erf';
  const bent = 'Abs Relu Relu6 Elu Selu LeakyRelu Reciprocal';
  it.each(`${smooth} ${bent}`.split(' '))('%s', async (op) => {
    const shape: Shape = [2, 3, 3, 2];
    await check((g) => g.node(op, ['x']), { shape, x: awayFromZero(shape), step: 2e-3 });
  });

  it.each('Sqrt Rsqrt Log Log1p'.split(' '))('%s of positive numbers', async (op) => {
    const x = randomNumbers(36, 4).map((value) => 1.5 + value);
    await check((g) => g.node(op, ['x']), { shape: [2, 3, 3, 2], x, step: 2e-3 });
  });

  it.each('Sign Floor Ceil Round'.split(' '))('%s', async (op) => {
    const x = randomNumbers(36, 5).map((value) => value * 4);
    await check((g) => g.node(op, ['x']), { shape: [2, 3, 3, 2], x, gradient: false });
  });

  it.each('Add AddV2 Sub Mul RealDiv Maximum Minimum SquaredDifference'.split(' '))('%s', async (op) => {
    const shape: Shape = [2, 4, 4, 3];
    await check(
      (g) => {
        const y = g.node('Conv2D', ['x', g.weight([1, 1, 3, 3])], { ...valid, ...strides(1) });
        const left = g.node(op, [y, g.weight([3], 0.5, 2)]);
        const right = g.node(op, [g.weight([4, 1, 3]), g.node('AddV2', [y, g.constant(tensorOf('float32', [], [3]))])]);
        return g.node('AddN', [left, left, right]);
      },
      { shape, step: 2e-3 },
    );
  });

  it('FloorDiv, Mod, Pow', async () => {
    const x = randomNumbers(36, 6).map((value) => value * 5);
    await check((g) => g.node('FloorDiv', ['x', g.weight([2], 0.2, 1.1)]), { shape: [2, 3, 3, 2], x, gradient: false });
    await check((g) => g.node('FloorMod', ['x', g.weight([2], 0.2, 1.1)]), { shape: [2, 3, 3, 2], x, gradient: false });
    await check((g) => g.node('Pow', [g.node('Exp', ['x']), g.weight([2], 1, 0.5)]), { shape: [2, 3, 3, 2] });
  });

  it('comparisons, logic and choices', async () => {
    await check(
      (g) => {
        const limit = g.weight([3], 0.3);
        const low = g.node('Greater', ['x', limit]);
        const high = g.node('LessEqual', ['x', g.constant(tensorOf('float32', [], [0.8]))]);
        const both = g.node('LogicalAnd', [low, g.node('LogicalNot', [g.node('LogicalNot', [high])])]);
        const chosen = g.node('SelectV2', [both, g.node('Mul', ['x', limit]), limit]);
        const rows = g.constant(tensorOf('bool', [2, 1, 1, 1], [1, 0]));
        return [
          g.node('Select', [rows, chosen, g.node('Neg', [chosen])]),
          g.node('Cast', [g.node('NotEqual', ['x', limit])], {
            SrcT: attr.type('DT_BOOL'),
            DstT: attr.type('DT_INT32'),
          }),
          g.node('Cast', [g.node('Less', ['x', limit])], { SrcT: attr.type('DT_BOOL'), DstT: { type: 1 } }),
        ];
      },
      { shape: [2, 3, 3, 3], gradient: false },
    );
  });

  it('ClipByValue and Prelu', async () => {
    const bound = (g: GraphModelWriter, value: number): string => g.constant(tensorOf('float32', [], [value]));
    await check((g) => g.node('ClipByValue', ['x', bound(g, -0.4), bound(g, 0.6)]), { step: 1e-3 });
    await check((g) => g.node('Prelu', ['x', g.weight([1, 1, 3])]), { x: awayFromZero(PICTURE) });
  });

  it('Softmax and LogSoftmax', async () => {
    await check((g) => g.node('Softmax', ['x']), { shape: [3, 5] });
    await check((g) => g.node('LogSoftmax', ['x']), { shape: [3, 5] });
    await check((g) =>
      g.node('Softmax', [g.node('Conv2D', ['x', g.weight([3, 3, 3, 4])], { ...same, ...strides(1) })]),
    );
  });
});

describe('reductions', () => {
  it.each(['Mean', 'Sum', 'Max', 'Min', 'Prod'])('%s', async (op) => {
    const shape: Shape = [2, 3, 4, 3];
    const conv = (g: GraphModelWriter): string =>
      g.node('Conv2D', ['x', g.weight([1, 1, 3, 2])], { ...valid, ...strides(1) });
    for (const [axes, keep] of [
      [[1, 2], false],
      [[1, 2], true],
      [[-1], false],
      [[2], false],
      [[3, 1], true],
    ] as const)
      await check((g) => g.node(op, [conv(g), g.ints(axes)], { keep_dims: attr.flag(keep) }), { shape, step: 1e-3 });
  });

  it('ArgMax', async () => {
    await check(
      (g) =>
        g.node(
          'ArgMax',
          [g.node('MaxPool', ['x'], { ksize: attr.ints([1, 2, 2, 1]), ...strides(2), ...valid }), g.ints([-1], [])],
          {
            output_type: attr.type('DT_INT32'),
          },
        ),
      { gradient: false },
    );
  });

  it('Cumsum', async () => {
    await check((g) =>
      g.node('Cumsum', ['x', g.ints([2], [])], { exclusive: attr.flag(true), reverse: attr.flag(true) }),
    );
  });
});

describe('matrices', () => {
  it.each([
    [false, false],
    [false, true],
  ])('MatMul, transposed %s %s', async (left, right) => {
    await check(
      (g) =>
        g.node('MatMul', ['x', g.weight(right ? [5, 4] : [4, 5])], {
          transpose_a: attr.flag(left),
          transpose_b: attr.flag(right),
        }),
      { shape: [3, 4] },
    );
  });

  it('BatchMatMulV2 with a transposed computed operand', async () => {
    await check((g) => g.node('BatchMatMulV2', ['x', 'x'], { adj_x: attr.flag(false), adj_y: attr.flag(true) }), {
      shape: [2, 3, 4],
    });
  });

  it('Einsum', async () => {
    await check(
      (g) => g.node('Einsum', ['x', g.weight([4, 2, 5])], { equation: attr.text('abc,cde->adbe'), N: attr.int(2) }),
      {
        shape: [2, 3, 4],
      },
    );
  });
});

describe('shapes', () => {
  it('flattens by a shape that is computed from the batch', async () => {
    await check(
      (g) => {
        const pooled = g.node('MaxPool', ['x'], { ksize: attr.ints([1, 2, 2, 1]), ...strides(2), ...valid });
        const shape = g.node('Shape', [pooled], { out_type: attr.type('DT_INT32') });
        const batch = g.node('StridedSlice', [shape, g.ints([0]), g.ints([1]), g.ints([1])], {
          shrink_axis_mask: attr.int(1),
        });
        const sizes = g.node('StridedSlice', [shape, g.ints([1]), g.ints([4]), g.ints([1])], {});
        const count = g.node('Prod', [sizes, g.ints([0])], { T: attr.type('DT_INT32') });
        const target = g.node('Pack', [batch, count], { axis: attr.int(0), N: attr.int(2) });
        return g.node('Reshape', [pooled, target]);
      },
      { step: 1e-3 },
    );
  });

  it('ExpandDims, Squeeze, Transpose, Tile, BroadcastTo', async () => {
    await check((g) => {
      const wide = g.node('ExpandDims', ['x', g.ints([-2], [])]);
      const tiled = g.node('Tile', [wide, g.ints([1, 2, 1, 3, 1])]);
      const turned = g.node('Transpose', [tiled, g.ints([0, 3, 1, 4, 2])]);
      const single = g.node('Mean', [turned, g.ints([1])], { keep_dims: attr.flag(true) });
      const narrow = g.node('Squeeze', [single], { squeeze_dims: attr.ints([1]) });
      return g.node('BroadcastTo', [narrow, g.ints([2, 14, 3, 6])]);
    });
  });

  it('Pack, Unpack, Split, SplitV, ConcatV2', async () => {
    await check((g) => {
      const [a, b, c] = ((name) => [name, `${name}:1`, `${name}:2`])(
        g.node('Unpack', ['x'], { axis: attr.int(3), num: attr.int(3) }),
      );
      const packed = g.node('Pack', [c, a, g.node('Neg', [b])], { axis: attr.int(-1), N: attr.int(3) });
      const halves = g.node('Split', [g.ints([2], []), packed], { num_split: attr.int(2) });
      const pieces = g.node('SplitV', [`${halves}:1`, g.ints([2, -1, 1]), g.ints([1], [])], { num_split: attr.int(3) });
      return g.node('ConcatV2', [`${pieces}:2`, halves, `${pieces}:1`, pieces, g.ints([1], [])], { N: attr.int(4) });
    });
  });

  it.each([
    ['plain', [1, 2, 0, 0], [2, 6, 4, 3], [1, 1, 2, 1], {}],
    ['negative', [0, -3, -1, 0], [2, -1, 0, 2], [1, 1, -2, 1], {}],
    ['open ends', [1, 2, 2, 1], [0, 0, 0, 0], [1, 2, -1, 1], { begin_mask: attr.int(5), end_mask: attr.int(15) }],
    ['shrunk', [1, -1, 0, 0], [2, 0, 6, 3], [1, 1, 1, 1], { shrink_axis_mask: attr.int(3) }],
    [
      'ellipsis',
      [0, 0, 1],
      [0, 0, 3],
      [1, 1, 1],
      { ellipsis_mask: attr.int(2), begin_mask: attr.int(1), end_mask: attr.int(1) },
    ],
    [
      'new axes',
      [0, 0, 0, 1],
      [2, 0, 0, 2],
      [1, 1, 1, 1],
      { new_axis_mask: attr.int(2), ellipsis_mask: attr.int(4), shrink_axis_mask: attr.int(8) },
    ],
  ])('StridedSlice, %s', async (_name, begin, end, step, masks) => {
    await check((g) => g.node('StridedSlice', ['x', g.ints(begin), g.ints(end), g.ints(step)], masks));
  });

  it('Slice, ReverseV2 and GatherV2', async () => {
    await check((g) => {
      const slice = g.node('Slice', ['x', g.ints([0, 2, 1, 0]), g.ints([-1, 3, -1, 2])]);
      const reversed = g.node('ReverseV2', [slice, g.ints([1, 3])]);
      return g.node('GatherV2', [reversed, g.ints([2, 0, 0, 1]), g.ints([1], [])], { batch_dims: attr.int(0) });
    });
  });

  it('Pad, PadV2 and MirrorPad', async () => {
    const pads = [0, 0, 1, 2, 3, 0, 0, 1];
    const mirrored = [0, 0, 1, 2, 2, 0, 0, 0];
    await check((g) => g.node('Pad', ['x', g.ints(pads, [4, 2])]));
    await check((g) => g.node('PadV2', ['x', g.ints(pads, [4, 2]), g.constant(tensorOf('float32', [], [0.7]))]));
    for (const mode of ['REFLECT', 'SYMMETRIC'])
      await check((g) => g.node('MirrorPad', ['x', g.ints(mirrored, [4, 2])], { mode: attr.text(mode) }));
  });

  it('Fill, Range, ZerosLike, OnesLike, OneHot', async () => {
    await check(
      (g) => {
        const range = g.node('Range', [g.ints([0], []), g.ints([6], []), g.ints([2], [])], {
          Tidx: attr.type('DT_INT32'),
        });
        const numbers = g.node('Cast', [range], { SrcT: attr.type('DT_INT32'), DstT: attr.type('DT_FLOAT') });
        const fill = g.node('Fill', [g.node('Shape', ['x']), g.constant(tensorOf('float32', [], [1.5]))]);
        const hot = g.node('OneHot', [range, g.ints([6], []), g.weight([]), g.weight([])], { axis: attr.int(-1) });
        return [
          g.node('Add', [g.node('Mul', ['x', numbers]), fill]),
          g.node('Add', [g.node('OnesLike', ['x']), g.node('ZerosLike', ['x'])]),
          g.node('Mul', [hot, g.node('Mean', ['x', g.ints([0, 1, 2, 3])])]),
        ];
      },
      { gradient: false },
    );
  });
});
