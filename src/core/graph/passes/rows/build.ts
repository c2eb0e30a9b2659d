import type { GraphBuilder } from '../../builder';
import { numbersAttribute, type GraphNode } from '../../graph';
import { integers, sizeOf, type Shape } from '../../tensor';
import { sortedPositions } from './places';
import type { ConvolutionPlan, PoolingPlan } from './plan';

/** Pictures as a matrix of one row a position: [N·positions, C]. */
export interface Rows {
  readonly name: string;
  readonly images: number;
  readonly channels: number;
  readonly sides: readonly [number, number];
}

/** Transposes by their output. */
export type Turned = ReadonlyMap<string, GraphNode>;

/** Pictures [N, C, H, W] as rows in reading order, without a Transpose if they were made by one or have one channel. */
export function rowsOfPicture(builder: GraphBuilder, value: string, turned: Turned): Rows {
  const [images, channels, height, width] = builder.shape(value) as [number, number, number, number];
  const source = sourceOf(turned.get(value), '0,3,1,2') ?? (channels === 1 ? value : undefined);
  const last = source ?? builder.add('Transpose', [value], { perm: [0, 2, 3, 1] });
  const name = reshape(builder, last, [images * height * width, channels]);
  return { name, images, channels, sides: [height, width] };
}

export function addConvolution(
  builder: GraphBuilder,
  node: GraphNode,
  x: Rows,
  plan: ConvolutionPlan,
  turned: Turned,
): Rows {
  const [, weight, ...bias] = node.inputs as [string, string, ...string[]];
  const [outputs] = builder.shape(weight) as [number];
  const { places, taps, firstTap, allTaps } = plan;
  const table = builder.constant(integers(places, [places.length / taps, taps]), 'places');
  // [height, width, in, out], as Keras keeps kernels.
  const kernel = sourceOf(turned.get(weight), '3,2,0,1') ?? builder.add('Transpose', [weight], { perm: [2, 3, 1, 0] });
  const whole = reshape(builder, kernel, [allTaps * x.channels, outputs]);
  const ends = [firstTap, firstTap + taps].map((tap) => builder.indices([tap * x.channels]));
  const used = taps === allTaps ? whole : builder.add('Slice', [whole, ...ends, builder.indices([0])]);
  const name = builder.add('RowConvolution', [x.name, used, table, ...bias], { images: x.images });
  return { name, images: x.images, channels: outputs, sides: plan.output };
}

/** Pictures [N, C, H, W] as rows sorted by their place in a pooling's window; what it never reads is left out. */
export function sortedRows(builder: GraphBuilder, value: string, { kernel }: PoolingPlan, turned: Turned): Rows {
  const x = rowsOfPicture(builder, value, turned);
  const places = sortedPositions(x.sides, kernel).map(([row, column]) => row * x.sides[1] + column);
  const pictures = reshape(builder, x.name, [x.images, sizeOf(x.sides), x.channels]);
  const table = builder.constant(integers(places, [places.length, 1]), 'places');
  return { ...x, name: builder.add('Windows', [pictures, table]) };
}

/** Rows sorted by their place in the window are as many tensors as the window has places. */
export function addPooling(builder: GraphBuilder, x: Rows, { kernel, output }: PoolingPlan): Rows {
  const [count, window] = [sizeOf(output), sizeOf(kernel)];
  const sorted = reshape(builder, x.name, [x.images, window, count * x.channels]);
  const parts = builder.indices(new Array<number>(window).fill(1));
  const largest = tournament(builder, builder.addMany('Split', [sorted, parts], window, { axis: 1 }));
  const name = reshape(builder, largest, [x.images * count, x.channels]);
  return { name, images: x.images, channels: x.channels, sides: output };
}

/** Maximum of neighbours, then of their winners: the first of equals still wins. */
function tournament(builder: GraphBuilder, values: readonly string[]): string {
  if (values.length === 1) return values[0]!;
  const winners: string[] = [];
  for (let at = 0; at < values.length; at += 2)
    winners.push(at + 1 < values.length ? builder.add('Max', [values[at]!, values[at + 1]!]) : values[at]!);
  return tournament(builder, winners);
}

/** The mean of all positions. */
export function addMean(builder: GraphBuilder, { name, images, channels, sides }: Rows): Rows {
  const pictures = reshape(builder, name, [images, sizeOf(sides), channels]);
  const mean = builder.add('ReduceMean', [pictures, builder.indices([1])], { keepdims: 0 });
  return { name: mean, images, channels, sides: [1, 1] };
}

/** The rows as they are, in another shape. */
export function addTurned(builder: GraphBuilder, node: GraphNode, { name }: Rows, shape: Shape): void {
  builder.addNode({ op: 'Reshape', inputs: [name, builder.indices(shape)], outputs: node.outputs, attributes: {} });
}

/** What a Transpose by `perm` transposed. */
function sourceOf(node: GraphNode | undefined, perm: string): string | undefined {
  return node !== undefined && numbersAttribute(node, 'perm')?.join() === perm ? node.inputs[0] : undefined;
}

function reshape(builder: GraphBuilder, value: string, shape: Shape): string {
  const own = builder.shape(value);
  const same = own.length === shape.length && own.every((size, axis) => size === shape[axis]);
  return same ? value : builder.add('Reshape', [value, builder.indices(shape)]);
}
