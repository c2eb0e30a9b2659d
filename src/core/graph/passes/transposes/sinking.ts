import { numberAttribute, numbersAttribute, type Attributes, type GraphNode } from '../../graph';
import { integers, type Tensor } from '../../tensor';
import {
  countedAxis,
  inverse,
  isIdentity,
  samePermutation,
  untransposedOperand,
  type Permutation,
} from './permutation';

/** A value that is a source transposed. */
export interface Moved {
  readonly source: string;
  readonly permutation: Permutation;
}

export interface SinkContext {
  /** Undefined: the value is no Transpose of another. */
  readonly moved: (value: string) => Moved | undefined;
  readonly constant: (value: string) => Tensor | undefined;
  readonly addConstant: (tensor: Tensor) => string;
  /** The value as it is, its Transpose made if need be. */
  readonly plain: (value: string) => string;
  /** A Transpose of a value that is none; undefined if that would move many elements or the rank is not `permutation`'s. */
  readonly transposedSmall: (value: string, permutation: Permutation) => string | undefined;
}

/** The node on the source; its outputs are to be transposed by `permutation`. */
export interface Sunk {
  readonly inputs: readonly string[];
  readonly attributes: Attributes;
  readonly permutation: Permutation;
}

const UNARY: ReadonlySet<string> = new Set(
  (
    'Relu LeakyRelu Sigmoid Tanh Elu Selu Celu HardSigmoid HardSwish Softplus Softsign Mish Gelu ThresholdedRelu Identity Neg ' +
    'Abs Exp Log Sqrt Reciprocal Erf Sin Cos Tan Atan Sign Floor Ceil Round Cast Clip Not IsNaN IsInf Dropout'
  ).split(' '),
);
const BROADCAST: ReadonlySet<string> = new Set(
  'Add Sub Mul Div Pow Mod Max Min Sum Mean PRelu Where Equal Greater GreaterOrEqual Less LessOrEqual And Or Xor'.split(
    ' ',
  ),
);
const REDUCE: ReadonlySet<string> = new Set(
  'ReduceSum ReduceMean ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceSumSquare ReduceLogSum ReduceLogSumExp'.split(
    ' ',
  ),
);

/** The node with the Transpose of its inputs put behind it; undefined: it has to stay before. */
export function sink(node: GraphNode, context: SinkContext): Sunk | undefined {
  if (BROADCAST.has(node.op)) return sinkBroadcast(node, context);
  if (node.op === 'Concat') return sinkConcat(node, context);
  const moved = context.moved(node.inputs[0] ?? '');
  if (moved === undefined) return undefined;
  if (UNARY.has(node.op)) return onSource(node, context, moved, {}, moved.permutation);
  if (REDUCE.has(node.op)) return sinkReduction(node, context, moved);
  switch (node.op) {
    case 'ArgMax':
    case 'ArgMin':
      return sinkArgument(node, context, moved);
    case 'Split':
      return sinkAlongAxis(node, context, moved, 0);
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

/** The first input replaced by its source, others by `replaced` or left plain. */
function onSource(
  node: GraphNode,
  { plain }: SinkContext,
  { source }: Moved,
  replaced: Readonly<Record<number, string>>,
  permutation: Permutation,
  attributes: Attributes = node.attributes,
): Sunk {
  const rest = node.inputs.slice(1).map((name, index) => replaced[index + 1] ?? (name === '' ? '' : plain(name)));
  return { inputs: [source, ...rest], attributes, permutation };
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

function sinkReduction(node: GraphNode, context: SinkContext, moved: Moved): Sunk | undefined {
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

function sinkArgument(node: GraphNode, context: SinkContext, moved: Moved): Sunk | undefined {
  const { permutation } = moved;
  const axis = countedAxis(numberAttribute(node, 'axis', 0), permutation.length);
  if (axis === undefined) return undefined;
  const left = numberAttribute(node, 'keepdims', 1) === 1 ? permutation : withoutAxes(permutation, [axis]);
  return onSource(node, context, moved, {}, left, { ...node.attributes, axis: permutation[axis]! });
}

function sinkAlongAxis(node: GraphNode, context: SinkContext, moved: Moved, fallback: number): Sunk | undefined {
  const { permutation } = moved;
  const axis = countedAxis(numberAttribute(node, 'axis', fallback), permutation.length);
  if (axis === undefined) return undefined;
  return onSource(node, context, moved, {}, permutation, { ...node.attributes, axis: permutation[axis]! });
}

function sinkSlice(node: GraphNode, context: SinkContext, moved: Moved): Sunk | undefined {
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

function sinkPad(node: GraphNode, context: SinkContext, moved: Moved): Sunk | undefined {
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

function sinkSqueeze(node: GraphNode, context: SinkContext, moved: Moved): Sunk | undefined {
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
