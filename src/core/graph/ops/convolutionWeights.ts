import { numberAttribute } from '../graph';
import type { GradientScope, NodeBuilder } from '../operator';
import { sizeOf, type Shape } from '../tensor';
import { windowOf, type Window } from './window';

/** Kernels of more positions would make too many slices. */
const MOST_SLICES = 49;

/** ∂/∂W of Conv: dW[o, c, k] = Σ dy[n, o, p] · x[n, c, stride·p + dilation·k − begin] over images n and positions p. */
export function convolutionWeightGradient({ node, builder, dy, shape }: GradientScope): string {
  const [x, weight] = node.inputs as [string, string];
  const window = windowOf(node, shape(x).slice(2), shape(weight).slice(2));
  return correlation(builder, x, dy(), window, numberAttribute(node, 'group', 1));
}

/** ∂/∂W of ConvTranspose, which is Conv from its output to its input: x and dy change places. */
export function transposedWeightGradient({ node, builder, dy }: GradientScope, window: Window): string {
  return correlation(builder, dy(), node.inputs[0]!, window, numberAttribute(node, 'group', 1));
}

/** ∂/∂b of a bias per channel of NC…: the sum of dy over everything else. */
export function channelSums({ builder, dy, shape }: GradientScope): string {
  const axes = shape(dy()).flatMap((_, axis) => (axis === 1 ? [] : [axis]));
  return builder.add('ReduceSum', [dy(), builder.indices(axes)], { keepdims: 0 });
}

/** Weights [M, C/g, …k] turned round in space with in and out channels swapped within each group, [C, M/g, …k], in the graph. */
export function flippedInGraph({ builder, shape }: GradientScope, weight: string, group: number): string {
  const [outer, inner, ...kernel] = shape(weight) as [number, number, ...number[]];
  const axes = kernel.map((_, axis) => axis + 2);
  const grouped = reshape(builder, weight, [group, outer / group, inner, ...kernel]);
  const swapped = builder.add('Transpose', [grouped], { perm: [0, 2, 1, ...axes.map((axis) => axis + 1)] });
  const lined = reshape(builder, swapped, [group * inner, outer / group, ...kernel]);
  const ranges = [axes.map(() => -1), kernel.map((size) => -size - 1), axes, axes.map(() => -1)];
  return builder.add('Slice', [lined, ...ranges.map((list) => builder.indices(list))]);
}

/** Σ over images and positions of `y` times the elements of `x` under each kernel position: [channels of y, channels of x / g, …k]. */
function correlation(builder: NodeBuilder, x: string, y: string, window: Window, group: number): string {
  const [, inputs, ...spatial] = builder.shape(x) as [number, number, ...number[]];
  const [, outputs] = builder.shape(y) as [number, number];
  const result = [outputs, inputs / group, ...window.kernel];
  if (sizeOf(window.kernel) > MOST_SLICES) return byConvolution(builder, x, y, window, group);
  const padded = padSpace(builder, x, spatial, window, builder.shape(y).slice(2));
  return reshape(builder, bySlices(builder, padded, y, window, group), result);
}

/** Zeros around x; at the far end as many as the last window of `positions` needs. */
function padSpace(
  builder: NodeBuilder,
  x: string,
  spatial: readonly number[],
  { kernel, strides, dilations, begin }: Window,
  positions: readonly number[],
): string {
  const end = spatial.map((size, axis) => {
    const span = dilations[axis]! * (kernel[axis]! - 1) + 1;
    return Math.max(0, (positions[axis]! - 1) * strides[axis]! + span - begin[axis]! - size);
  });
  if ([...begin, ...end].every((pad) => pad === 0)) return x;
  return builder.add('Pad', [x, builder.indices([0, 0, ...begin, 0, 0, ...end])]);
}

/** One slice of x for each kernel position, side by side, as the right-hand side of a matrix product. */
function bySlices(builder: NodeBuilder, x: string, y: string, window: Window, group: number): string {
  const { kernel, strides, dilations } = window;
  const [images, inputs] = builder.shape(x) as [number, number];
  const [, outputs, ...positions] = builder.shape(y) as [number, number, ...number[]];
  const area = sizeOf(positions);
  const axes = positions.map((_, axis) => axis + 2);
  const taps = positionsOf(kernel).map((at) => {
    const from = at.map((k, axis) => k * dilations[axis]!);
    const to = from.map((start, axis) => start + (positions[axis]! - 1) * strides[axis]! + 1);
    const ranges = [from, to, axes, strides].map((list) => builder.indices(list));
    return reshape(builder, builder.add('Slice', [x, ...ranges]), [images, inputs, 1, area]);
  });
  const columns = taps.length === 1 ? taps[0]! : builder.add('Concat', taps, { axis: 2 });
  const depth = (inputs / group) * taps.length;
  if (area === 1 && group === 1)
    return builder.add('Gemm', [reshape(builder, y, [images, outputs]), reshape(builder, columns, [images, depth])], {
      transA: 1,
    });
  const left = reshape(builder, y, [images, group, outputs / group, area]);
  const right = builder.add('Transpose', [reshape(builder, columns, [images, group, depth, area])], {
    perm: [0, 1, 3, 2],
  });
  const each = builder.add('MatMul', [left, right]);
  return builder.add('ReduceSum', [each, builder.indices([0])], { keepdims: 0 });
}

/**
 * The same as one convolution: images and channels change places, y is the kernel, strides and dilations change places. Rows
 * of x that no window read make the result larger and are cut off.
 */
function byConvolution(builder: NodeBuilder, x: string, y: string, window: Window, group: number): string {
  const { kernel, strides, dilations, begin, end } = window;
  const [images, inputs, ...spatial] = builder.shape(x) as [number, number, ...number[]];
  const [, outputs, ...positions] = builder.shape(y) as [number, number, ...number[]];
  const space = spatial.map((_, axis) => axis);
  const grouped = reshape(builder, x, [images, group, inputs / group, ...spatial]);
  const swapped = builder.add('Transpose', [grouped], { perm: [2, 1, 0, ...space.map((axis) => axis + 3)] });
  const perm = [1, 0, ...space.map((axis) => axis + 2)];
  const product = builder.add(
    'Conv',
    [reshape(builder, swapped, [inputs / group, group * images, ...spatial]), builder.add('Transpose', [y], { perm })],
    { group, strides: dilations, dilations: strides, pads: [...begin, ...end], kernel_shape: positions },
  );
  const turned = builder.add('Transpose', [product], { perm });
  const same = builder.shape(turned).every((size, axis) => axis < 2 || size === kernel[axis - 2]);
  const ranges = [kernel.map(() => 0), kernel, space.map((axis) => axis + 2)].map((list) => builder.indices(list));
  const cut = same ? turned : builder.add('Slice', [turned, ...ranges]);
  return reshape(builder, cut, [outputs, inputs / group, ...kernel]);
}

/** Every position of a kernel, the last axis fastest. */
function positionsOf(kernel: Shape): readonly (readonly number[])[] {
  return kernel.reduce<readonly (readonly number[])[]>(
    (positions, size) => positions.flatMap((at) => Array.from({ length: size }, (_, k) => [...at, k])),
    [[]],
  );
}

function reshape(builder: NodeBuilder, value: string, shape: Shape): string {
  const own = builder.shape(value);
  const same = own.length === shape.length && own.every((size, axis) => size === shape[axis]);
  return same ? value : builder.add('Reshape', [value, builder.indices(shape)]);
}
