import { numberAttribute, numbersAttribute, type GraphNode } from '../graph';
import type { GradientScope, Operator } from '../operator';
import { sizeOf, type Shape, type Tensor } from '../tensor';
import { expandTo } from './broadcast';

/** Reductions over axes, softmax and its logarithm. */
export const reduction: Readonly<Record<string, Operator>> = {
  ReduceSum: reduce((scope) => spread(scope, scope.dy())),
  ReduceMean: reduce((scope) => {
    const { builder, node, shape, dy } = scope;
    const count = sizeOf(shape(node.inputs[0]!)) / sizeOf(shape(node.outputs[0]!));
    return spread(scope, builder.add('Mul', [dy(), builder.scalar(1 / count)]));
  }),
  Softmax: {
    infer: (_node, { types: [x] }) => [x!],
    gradient: ({ node, builder, dy, shape }) => {
      const y = node.outputs[0]!;
      const weighted = builder.add('Mul', [dy(), y]);
      const total = builder.add('ReduceSum', [weighted, builder.indices([axisOf(node, shape(y))])], { keepdims: 1 });
      return [builder.add('Sub', [weighted, builder.add('Mul', [y, total])])];
    },
  },
  LogSoftmax: {
    infer: (_node, { types: [x] }) => [x!],
    gradient: ({ node, builder, dy, shape }) => {
      const y = node.outputs[0]!;
      const total = builder.add('ReduceSum', [dy(), builder.indices([axisOf(node, shape(y))])], { keepdims: 1 });
      return [builder.add('Sub', [dy(), builder.add('Mul', [builder.add('Exp', [y]), total])])];
    },
  },
};

function axisOf(node: GraphNode, shape: Shape): number {
  const axis = numberAttribute(node, 'axis', -1);
  return axis < 0 ? axis + shape.length : axis;
}

function reduce(gradient: (scope: GradientScope) => string): Operator {
  return {
    infer: (node, inputs) => {
      const [x] = inputs.types;
      const axes = reducedAxes(node, x!.shape, inputs.constants[1]);
      const keep = numberAttribute(node, 'keepdims', 1) === 1;
      const shape = x!.shape.flatMap((size, axis) => (axes.includes(axis) ? (keep ? [1] : []) : [size]));
      return [{ type: x!.type, shape }];
    },
    gradient: (scope) => [gradient(scope), ''],
  };
}

/** Axes that a node reduces, from 0 on. Throws if they are computed. */
export function reducedAxes(node: GraphNode, shape: Shape, given: Tensor | undefined): readonly number[] {
  if (given === undefined && (node.inputs[1] ?? '') !== '')
    throw new Error(`${node.op}: axes that are computed are not supported`);
  const axes = given === undefined ? numbersAttribute(node, 'axes') : Array.from(given.data);
  if (axes === undefined || axes.length === 0)
    return numberAttribute(node, 'noop_with_empty_axes', 0) === 1 ? [] : shape.map((_, axis) => axis);
  return axes.map((axis) => (axis < 0 ? axis + shape.length : axis));
}

/** Spreads a reduced gradient over the axes that were reduced. */
export function spread(scope: GradientScope, gradient: string): string {
  const { node, builder, shape, constant } = scope;
  const input = shape(node.inputs[0]!);
  const axes = reducedAxes(node, input, constant(node.inputs[1] ?? ''));
  const kept = input.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const lined =
    shape(gradient).length === kept.length ? gradient : builder.add('Reshape', [gradient, builder.indices(kept)]);
  return expandTo(builder, lined, input);
}
