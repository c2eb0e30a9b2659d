import { numberAttribute, type GraphNode } from '../../graph';
import { hasTrait } from '../../ops/traits';
import { sinkArgument, sinkPad, sinkReduction, sinkSlice, sinkSplit, sinkSqueeze } from './axes';
import { countedAxis, inverse, samePermutation, untransposedOperand } from '../../permutation';
import { onSource, type SinkContext, type Sunk } from './sunk';

/** The node with the Transpose of its inputs put behind it; undefined: it has to stay before. */
export function sink(node: GraphNode, context: SinkContext): Sunk | undefined {
  if (hasTrait(node.op, 'broadcast')) return sinkBroadcast(node, context);
  if (node.op === 'Concat') return sinkConcat(node, context);
  const moved = context.moved(node.inputs[0] ?? '');
  if (moved === undefined) return undefined;
  if (hasTrait(node.op, 'elementwise')) return onSource(node, context, moved, {}, moved.permutation);
  if (hasTrait(node.op, 'reduces')) return sinkReduction(node, context, moved);
  switch (node.op) {
    case 'ArgMax':
    case 'ArgMin':
      return sinkArgument(node, context, moved);
    case 'Split':
      return sinkSplit(node, context, moved);
    case 'Slice':
      return sinkSlice(node, context, moved);
    case 'Pad':
      return sinkPad(node, context, moved);
    case 'Squeeze':
      return sinkSqueeze(node, context, moved);
    default:
      return undefined;
  }
}

/** Operands are transposed alike, constant, or small enough to be transposed too. */
function sinkBroadcast(node: GraphNode, context: SinkContext): Sunk | undefined {
  const { permutation } = node.inputs.map((name) => context.moved(name)).find((each) => each !== undefined) ?? {};
  if (permutation === undefined) return undefined;
  const ready: (() => string | undefined)[] = [];
  for (const name of node.inputs) {
    const moved = context.moved(name);
    const constant = context.constant(name);
    if (moved !== undefined) {
      if (!samePermutation(moved.permutation, permutation)) return undefined;
      ready.push(() => moved.source);
    } else if (constant !== undefined) {
      const operand = untransposedOperand(constant, permutation);
      if (operand === undefined) return undefined;
      ready.push(() => (operand === constant ? name : context.addConstant(operand)));
    } else {
      const small = context.transposedSmall(name, inverse(permutation));
      if (small === undefined) return undefined;
      ready.push(() => small);
    }
  }
  return { inputs: ready.map((make) => make()!), attributes: node.attributes, permutation };
}

function sinkConcat(node: GraphNode, context: SinkContext): Sunk | undefined {
  const { permutation } = node.inputs.map((name) => context.moved(name)).find((each) => each !== undefined) ?? {};
  if (permutation === undefined) return undefined;
  const axis = countedAxis(numberAttribute(node, 'axis', 0), permutation.length);
  const sources = node.inputs.map((name) => {
    const moved = context.moved(name);
    if (moved !== undefined) return samePermutation(moved.permutation, permutation) ? moved.source : undefined;
    const constant = context.constant(name);
    if (constant?.shape.length !== permutation.length) return undefined;
    // One of a single element keeps its shape, which is the same in any order.
    return context.addConstant(untransposedOperand(constant, permutation)!);
  });
  if (axis === undefined || !sources.every((name) => name !== undefined)) return undefined;
  return { inputs: sources, attributes: { ...node.attributes, axis: permutation[axis]! }, permutation };
}
