import { numbersAttribute, textAttribute, type GraphNode } from '../graph';
import type { GradientScope, Operator, OperatorInputs, SettledBuilder } from '../operator';
import { positive } from './axis';
import { refuseOtherInputs } from './guard';
import { placeAlong } from './placement';
import { allocate, flatIndex, forEachPosition } from './strided';
import { stridesOf, type Tensor } from '../tensor';

/** Padding by a constant, by reflection at the edge element, by repetition of it, or round the other side. */
export const padding: Readonly<Record<string, Operator>> = {
  Pad: {
    infer: (node, { types, constants }) => {
      const { type, shape } = types[0]!;
      const { begin, end } = padsOf(node, shape.length, constants);
      return [{ type, shape: shape.map((size, axis) => size + begin[axis]! + end[axis]!) }];
    },
    settle: withEveryAxis,
    evaluate: (node, inputs) => [padded(node, inputs)],
    gradient: (scope) => {
      refuseOtherInputs(scope, 0);
      return [padGradient(scope), '', '', ''];
    },
  },
};

/**
 * The node with pads for every axis in their order: where a Transpose stands before a Pad of some axes, ONNX Runtime 1.30
 * permutes the pads as if they were of all, and pads others. Itself if its pads or axes are computed.
 */
function withEveryAxis(node: GraphNode, builder: SettledBuilder): GraphNode {
  const [x, pads, value = '', axes = ''] = node.inputs as [string, string?, string?, string?];
  const constants = node.inputs.map((name) => builder.constantOf(name));
  if (axes === '' || pads === undefined || constants[1] === undefined || constants[3] === undefined) return node;
  const { begin, end } = padsOf(node, builder.shape(x).length, constants);
  return { ...node, inputs: [x, builder.indices([...begin, ...end]), ...(value === '' ? [] : [value])] };
}

function padsOf(
  node: GraphNode,
  rank: number,
  constants: OperatorInputs['constants'],
): { readonly begin: readonly number[]; readonly end: readonly number[] } {
  const pads = constants[1] === undefined ? numbersAttribute(node, 'pads') : Array.from(constants[1].data);
  if (pads === undefined) throw new Error('Pad: pads are computed from the picture');
  const axes = constants[3] === undefined ? undefined : Array.from(constants[3].data, (axis) => positive(axis, rank));
  if (axes === undefined) return { begin: pads.slice(0, rank), end: pads.slice(rank) };
  const at = (offset: number): number[] =>
    Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? pads[offset + axes.indexOf(axis)]! : 0));
  return { begin: at(0), end: at(axes.length) };
}

/** Constant: the middle of dy. Reflect, edge and wrap: each padded element's dy is added to the element that it copies. */
function padGradient(scope: GradientScope): string {
  const { node, builder, dy, shape, constant } = scope;
  const input = shape(node.inputs[0]!);
  const { begin, end } = padsOf(
    node,
    input.length,
    node.inputs.map((name) => constant(name)),
  );
  const mode = textAttribute(node, 'mode', 'constant');
  if (mode === 'constant') {
    // Negative pads crop; their gradient is padding.
    const inner = builder.add('Slice', [
      dy(),
      builder.indices(begin.map((pad) => Math.max(0, pad))),
      builder.indices(shape(node.outputs[0]!).map((size, axis) => size - Math.max(0, end[axis]!))),
    ]);
    const back = [...begin, ...end].map((pad) => Math.max(0, -pad));
    return back.some((pad) => pad > 0) ? builder.add('Pad', [inner, builder.indices(back)]) : inner;
  }
  return input.reduce((gradient, size, axis) => {
    if (begin[axis] === 0 && end[axis] === 0) return gradient;
    const positions = Array.from({ length: begin[axis]! + size + end[axis]! }, (_, index) =>
      copied(index - begin[axis]!, size, mode),
    );
    return placeAlong(builder, gradient, axis, positions, size);
  }, dy());
}

/** The position that a padded position copies. */
function copied(at: number, size: number, mode: string): number {
  if (mode === 'edge') return Math.min(size - 1, Math.max(0, at));
  if (mode === 'wrap') return ((at % size) + size) % size;
  if (size === 1) return 0;
  const period = 2 * (size - 1);
  const within = ((at % period) + period) % period;
  return within < size ? within : period - within;
}

function padded(node: GraphNode, inputs: readonly (Tensor | undefined)[]): Tensor {
  const x = inputs[0]!;
  const { begin, end } = padsOf(node, x.shape.length, inputs);
  const mode = textAttribute(node, 'mode', 'constant');
  const result = allocate(
    x.type,
    x.shape.map((size, axis) => size + begin[axis]! + end[axis]!),
  );
  const strides = stridesOf(x.shape);
  const fill = inputs[2]?.data[0] ?? 0;
  forEachPosition(result.shape, (position, index) => {
    const from = position.map((each, axis) => each - begin[axis]!);
    const outside = from.some((each, axis) => each < 0 || each >= x.shape[axis]!);
    const source = from.map((each, axis) => copied(each, x.shape[axis]!, mode));
    result.data[index] = outside && mode === 'constant' ? fill : x.data[flatIndex(source, strides)]!;
  });
  return result;
}
