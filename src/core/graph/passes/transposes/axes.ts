import { numberAttribute, numbersAttribute, type GraphNode } from '../../graph';
import { integers } from '../../tensor';
import { countedAxis, inverse, isIdentity, type Permutation } from '../../permutation';
import { onSource, type Moved, type SinkContext, type Sunk } from './sunk';

/** Axes from an input or an attribute; 'none': there are none; undefined: they are computed or do not exist. */
function axesOf(
  node: GraphNode,
  context: SinkContext,
  at: number,
  rank: number,
): readonly number[] | 'none' | undefined {
  const given = node.inputs[at] ?? '';
  const list = given === '' ? numbersAttribute(node, 'axes') : context.constant(given)?.data;
  if (list === undefined) return given === '' ? 'none' : undefined;
  const axes = Array.from(list, (axis) => countedAxis(axis, rank));
  return axes.every((axis) => axis !== undefined) ? axes : undefined;
}

/** Inputs and attributes with other axes, wherever they were. */
function withAxes(
  node: GraphNode,
  context: SinkContext,
  moved: Moved,
  at: number,
  axes: readonly number[],
  permutation: Permutation,
): Sunk {
  if ((node.inputs[at] ?? '') === '')
    return onSource(node, context, moved, {}, permutation, { ...node.attributes, axes });
  return onSource(node, context, moved, { [at]: context.addConstant(integers(axes)) }, permutation);
}

/** What is left of a permutation when axes of its result are taken away. */
function withoutAxes(permutation: Permutation, axes: readonly number[]): Permutation {
  const kept = permutation.filter((_, axis) => !axes.includes(axis));
  const order = [...kept].sort((left, right) => left - right);
  return kept.map((axis) => order.indexOf(axis));
}

export function sinkReduction(node: GraphNode, context: SinkContext, moved: Moved): Sunk | undefined {
  const { permutation } = moved;
  const keep = numberAttribute(node, 'keepdims', 1) === 1;
  const axes = axesOf(node, context, 1, permutation.length);
  if (axes === undefined) return undefined;
  if (axes === 'none' || axes.length === 0) {
    if (numberAttribute(node, 'noop_with_empty_axes', 0) === 1) return undefined;
    return onSource(node, context, moved, {}, keep ? permutation : []);
  }
  const sources = axes.map((axis) => permutation[axis]!);
  return withAxes(node, context, moved, 1, sources, keep ? permutation : withoutAxes(permutation, axes));
}

export function sinkArgument(node: GraphNode, context: SinkContext, moved: Moved): Sunk | undefined {
  const { permutation } = moved;
  const axis = countedAxis(numberAttribute(node, 'axis', 0), permutation.length);
  if (axis === undefined) return undefined;
  const left = numberAttribute(node, 'keepdims', 1) === 1 ? permutation : withoutAxes(permutation, [axis]);
  return onSource(node, context, moved, {}, left, { ...node.attributes, axis: permutation[axis]! });
}

export function sinkSplit(node: GraphNode, context: SinkContext, moved: Moved): Sunk | undefined {
  const { permutation } = moved;
  const axis = countedAxis(numberAttribute(node, 'axis', 0), permutation.length);
  if (axis === undefined) return undefined;
  return onSource(node, context, moved, {}, permutation, { ...node.attributes, axis: permutation[axis]! });
}

export function sinkSlice(node: GraphNode, context: SinkContext, moved: Moved): Sunk | undefined {
  const { permutation } = moved;
  const starts = context.constant(node.inputs[1] ?? '');
  if (starts === undefined) return undefined;
  const axes = axesOf(node, context, 3, permutation.length);
  if (axes === undefined || starts.data.length > permutation.length) return undefined;
  const sources = (axes === 'none' ? Array.from(starts.data, (_, axis) => axis) : axes).map(
    (axis) => permutation[axis]!,
  );
  const full: GraphNode = { ...node, inputs: [0, 1, 2, 3, 4].map((index) => node.inputs[index] ?? '') };
  return onSource(full, context, moved, { 3: context.addConstant(integers(sources)) }, permutation);
}

export function sinkPad(node: GraphNode, context: SinkContext, moved: Moved): Sunk | undefined {
  const { permutation } = moved;
  const rank = permutation.length;
  const pads = context.constant(node.inputs[1] ?? '');
  const axes = axesOf(node, context, 3, rank);
  if (pads === undefined || axes === undefined) return undefined;
  if (axes !== 'none')
    return withAxes(
      node,
      context,
      moved,
      3,
      axes.map((axis) => permutation[axis]!),
      permutation,
    );
  if (pads.data.length !== 2 * rank) return undefined;
  const back = inverse(permutation);
  const turned = [0, rank].flatMap((offset) => back.map((axis) => pads.data[offset + axis]!));
  return onSource(node, context, moved, { 1: context.addConstant(integers(turned)) }, permutation);
}

export function sinkSqueeze(node: GraphNode, context: SinkContext, moved: Moved): Sunk | undefined {
  const { permutation } = moved;
  const axes = axesOf(node, context, 1, permutation.length);
  if (axes === undefined || axes === 'none') return undefined;
  const left = withoutAxes(permutation, axes);
  // Where a Transpose would be left, it can as well stay before.
  if (!isIdentity(left)) return undefined;
  return withAxes(
    node,
    context,
    moved,
    1,
    axes.map((axis) => permutation[axis]!),
    left,
  );
}
