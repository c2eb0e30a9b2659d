import { numberAttribute, type GraphNode } from '../graph';
import type { Operator } from '../operator';
import type { Shape } from '../tensor';

/** Softmax along one axis, its logarithm and its hard form. */
export const softmax: Readonly<Record<string, Operator>> = {
  // g·y − y·Σ(g·y).
  Softmax: {
    infer: (_node, { types: [x] }) => [x!],
    gradient: ({ node, builder, dy, shape }) => {
      const y = node.outputs[0]!;
      const weighted = builder.add('Mul', [dy(), y]);
      const total = builder.add('ReduceSum', [weighted, builder.indices([axisOf(node, shape(y))])], { keepdims: 1 });
      return [builder.add('Sub', [weighted, builder.add('Mul', [y, total])])];
    },
  },
  // g − exp(y)·Σg.
  LogSoftmax: {
    infer: (_node, { types: [x] }) => [x!],
    gradient: ({ node, builder, dy, shape }) => {
      const y = node.outputs[0]!;
      const total = builder.add('ReduceSum', [dy(), builder.indices([axisOf(node, shape(y))])], { keepdims: 1 });
      return [builder.add('Sub', [dy(), builder.add('Mul', [builder.add('Exp', [y]), total])])];
    },
  },
  Hardmax: { infer: (_node, { types: [x] }) => [x!], gradient: 'zero' },
};

function axisOf(node: GraphNode, shape: Shape): number {
  const axis = numberAttribute(node, 'axis', -1);
  return axis < 0 ? axis + shape.length : axis;
}
