import { numberAttribute, numbersAttribute, type GraphNode } from '../graph';
import type { GradientScope, Operator, Trait } from '../operator';
import { sizeOf, type Shape, type Tensor } from '../tensor';
import { expandTo } from './broadcast';
import { allocate, broadcastStrides, flatIndex, forEachPosition } from './strided';

type Times = (left: string, right: string) => string;

/** Reductions over axes; y is the result with the reduced axes kept at size 1, dy likewise. */
export const reduction: Readonly<Record<string, Operator>> = {
  ReduceSum: reduce(
    (values) => sumOf(values),
    ({ dy }) => dy,
  ),
  ReduceMean: reduce(
    (values) => sumOf(values) / values.length,
    ({ scope: { builder }, dy, count }) => builder.add('Mul', [dy, builder.scalar(1 / count)]),
    ['within'],
  ),
  ReduceMax: reduce((values) => values.reduce((x, y) => Math.max(x, y), -Infinity), sharedByWinners, ['within']),
  ReduceMin: reduce((values) => values.reduce((x, y) => Math.min(x, y), Infinity), sharedByWinners, ['within']),
  ReduceL1: reduce(
    (values) => sumOf(values.map(Math.abs)),
    ({ scope: { builder }, x, dy, times }) => times(builder.add('Sign', [x]), dy),
  ),
  // x/‖x‖·dy, 0 where ‖x‖ = 0.
  ReduceL2: reduce(
    (values) => Math.sqrt(sumOf(values.map((value) => value * value))),
    ({ scope: { builder }, x, y, dy, times }) => {
      const norm = builder.add('Max', [y, builder.scalar(1e-30)]);
      return times(x, builder.add('Div', [dy, norm]));
    },
  ),
  ReduceSumSquare: reduce(
    (values) => sumOf(values.map((value) => value * value)),
    ({ scope: { builder }, x, dy, times }) => times(x, times(dy, builder.scalar(2))),
  ),
  ReduceLogSum: reduce(
    (values) => Math.log(sumOf(values)),
    ({ scope: { builder }, y, dy }) => builder.add('Div', [dy, builder.add('Exp', [y])]),
  ),
  // softmax(x)·dy.
  ReduceLogSumExp: reduce(
    (values) => Math.log(sumOf(values.map(Math.exp))),
    ({ scope: { builder }, x, y, dy, times }) => times(builder.add('Exp', [builder.add('Sub', [x, y])]), dy),
  ),
  ReduceProd: reduce((values) => values.reduce((product, value) => product * value, 1), productGradient),
  ArgMax: argument((value, best) => value > best),
  ArgMin: argument((value, best) => value < best),
};

interface Reduced {
  readonly scope: GradientScope;
  readonly x: string;
  readonly y: string;
  readonly dy: string;
  readonly axes: readonly number[];
  /** Elements that each result was made of. */
  readonly count: number;
  readonly times: Times;
}

function reduce(
  compute: (values: readonly number[]) => number,
  slope: (reduced: Reduced) => string,
  traits: readonly Trait[] = [],
): Operator {
  return {
    traits: ['reduces', ...traits],
    infer: (node, { types: [x], constants }) => {
      const axes = reducedAxes(node, x!.shape, constants[1]);
      return [{ type: x!.type, shape: reducedShape(x!.shape, axes, numberAttribute(node, 'keepdims', 1) === 1) }];
    },
    evaluate: (node, inputs) => {
      const x = inputs[0]!;
      const axes = reducedAxes(node, x.shape, inputs[1]);
      const values = groups(x, axes).map((group) => compute(group));
      const result = allocate(x.type, reducedShape(x.shape, axes, numberAttribute(node, 'keepdims', 1) === 1));
      values.forEach((value, index) => (result.data[index] = x.type === 'float32' ? value : Math.trunc(value)));
      return [result];
    },
    gradient: (scope) => {
      const { node, builder, shape, constant } = scope;
      const x = node.inputs[0]!;
      const axes = reducedAxes(node, shape(x), constant(node.inputs[1] ?? ''));
      const kept = reducedShape(shape(x), axes, true);
      const lined = (value: string): string =>
        shape(value).length === kept.length ? value : builder.add('Reshape', [value, builder.indices(kept)]);
      const times: Times = (left, right) => builder.add('Mul', [left, right]);
      const count = sizeOf(shape(x)) / sizeOf(kept);
      const dx = slope({ scope, x, y: lined(node.outputs[0]!), dy: lined(scope.dy()), axes, count, times });
      return [expandTo(builder, dx, shape(x)), ''];
    },
  };
}

/** The first (or last) position along one axis whose value no other beats. */
function argument(beats: (value: number, best: number) => boolean): Operator {
  const axisOf = (node: GraphNode, shape: Shape): number => {
    const axis = numberAttribute(node, 'axis', 0);
    return axis < 0 ? axis + shape.length : axis;
  };
  const shapeOf = (node: GraphNode, shape: Shape): Shape =>
    reducedShape(shape, [axisOf(node, shape)], numberAttribute(node, 'keepdims', 1) === 1);
  return {
    infer: (node, { types: [x] }) => [{ type: 'int64', shape: shapeOf(node, x!.shape) }],
    evaluate: (node, [x]) => {
      const last = numberAttribute(node, 'select_last_index', 0) === 1;
      const result = allocate('int64', shapeOf(node, x!.shape));
      groups(x!, [axisOf(node, x!.shape)]).forEach((group, index) => {
        result.data[index] = group.reduce(
          (best, value, at) => (beats(value, group[best]!) || (last && value === group[best]) ? at : best),
          0,
        );
      });
      return [result];
    },
    gradient: 'zero',
  };
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** The elements that each result is made of. */
function groups(x: Tensor, axes: readonly number[]): number[][] {
  const kept = reducedShape(x.shape, axes, true);
  const strides = broadcastStrides(kept, x.shape);
  const result = Array.from({ length: sizeOf(kept) }, (): number[] => []);
  forEachPosition(x.shape, (position, index) => result[flatIndex(position, strides)]!.push(x.data[index]!));
  return result;
}

function reducedShape(shape: Shape, axes: readonly number[], keep: boolean): Shape {
  return shape.flatMap((size, axis) => (axes.includes(axis) ? (keep ? [1] : []) : [size]));
}

/** Axes that a node reduces, from 0 on. Throws if they are computed or do not exist. */
function reducedAxes(node: GraphNode, shape: Shape, given: Tensor | undefined): readonly number[] {
  if (given === undefined && (node.inputs[1] ?? '') !== '')
    throw new Error(`${node.op}: axes that are computed are not supported`);
  const axes = given === undefined ? numbersAttribute(node, 'axes') : Array.from(given.data);
  if (axes === undefined || axes.length === 0)
    return numberAttribute(node, 'noop_with_empty_axes', 0) === 1 ? [] : shape.map((_, axis) => axis);
  return axes.map((axis) => {
    const counted = axis < 0 ? axis + shape.length : axis;
    if (shape[counted] === undefined) throw new Error(`${node.op}: there is no axis ${axis}`);
    return counted;
  });
}

/** dy in equal parts to all elements that are the largest (smallest), as TensorFlow's reduce_max and PyTorch's amax have it. */
function sharedByWinners({ scope: { builder }, x, y, dy, axes, times }: Reduced): string {
  const winners = builder.add('Cast', [builder.add('Equal', [x, y])], { to: 1 });
  const count = builder.add('ReduceSum', [winners, builder.indices(axes)], { keepdims: 1 });
  return times(winners, builder.add('Div', [dy, count]));
}

/** dy · the product of the other elements, which where they hold a zero is 0. */
function productGradient({ scope: { builder }, x, dy, axes, times }: Reduced): string {
  const isZero = builder.add('Cast', [builder.add('Equal', [x, builder.scalar(0)])], { to: 1 });
  const nonZero = builder.add('Add', [x, isZero]);
  const product = builder.add('ReduceProd', [nonZero, builder.indices(axes)], { keepdims: 1 });
  const zerosIn = builder.add('ReduceSum', [isZero, builder.indices(axes)], { keepdims: 1 });
  const others = builder.add('Sub', [zerosIn, isZero]);
  const free = builder.add('Cast', [builder.add('Equal', [others, builder.scalar(0)])], { to: 1 });
  return times(times(free, builder.add('Div', [product, nonZero])), dy);
}
