import { numberAttribute, type GraphNode } from '../graph';
import type { Shape, Tensor } from '../tensor';

/** A value that is the input, scaled and rearranged: scale · v + shift. */
export interface Flow {
  /** Of the input; −1: open. */
  readonly sizes: Shape;
  /** The input's axis at each axis of the value; −1: one that the input does not have. */
  readonly axes: readonly number[];
  /** The input's axis along which scale and shift differ; −1: none is known. */
  readonly axis: number;
  /** Length along `axis`. */
  readonly channels: number;
  /** One number, or one for each channel. */
  readonly scale: readonly number[];
  readonly shift: readonly number[];
  readonly operators: readonly string[];
  readonly isLearned: boolean;
  /** Holds some of the channels only. */
  readonly isPartial: boolean;
  /** Changed by more than scaling, so that only its axes still tell something. */
  readonly isOver: boolean;
}

/** More channels than that are rows or columns. */
const MOST_CHANNELS = 4;

export function identityFlow(shape: Shape): Flow {
  return {
    sizes: shape,
    axes: shape.map((_, axis) => axis),
    axis: -1,
    channels: 0,
    scale: [1],
    shift: [0],
    operators: [],
    isLearned: false,
    isPartial: false,
    isOver: false,
  };
}

/**
 * scale′ · (scale · v + shift) + shift′, with scale′ and shift′ along `axis` of the input (−1: the same for all). Undefined where
 * the two differ along different axes.
 */
export function composed(
  flow: Flow,
  axis: number,
  scale: readonly number[],
  shift: readonly number[],
  operator: string,
): Flow | undefined {
  const own = Math.max(scale.length, shift.length);
  const had = Math.max(flow.scale.length, flow.shift.length);
  if (own > 1 && (axis < 0 || (flow.axis >= 0 && flow.axis !== axis))) return undefined;
  if (own > 1 && had > 1 && own !== had) return undefined;
  const length = Math.max(own, had);
  const at = (list: readonly number[], index: number): number => list[list.length === 1 ? 0 : index]!;
  const both = Array.from({ length }, (_, index) => index);
  return {
    ...flow,
    axis: own > 1 ? axis : flow.axis,
    channels: own > 1 ? own : flow.channels,
    scale: both.map((index) => at(scale, index) * at(flow.scale, index)),
    shift: both.map((index) => at(scale, index) * at(flow.shift, index) + at(shift, index)),
    operators: flow.operators.includes(operator) ? flow.operators : [...flow.operators, operator],
  };
}

/** A constant operand lined up with the input's axes: one number (of a mean picture: its mean), or one for each channel. */
export function along(
  flow: Flow,
  constant: Tensor,
): { readonly axis: number; readonly values: readonly number[] } | undefined {
  const { shape } = constant;
  const values = Array.from(constant.data);
  if (values.length === 0 || shape.length > flow.axes.length) return undefined;
  const long = shape.flatMap((size, axis) => (size > 1 ? [axis] : []));
  const only = long.length === 1 ? long[0]! : -1;
  const axis = only < 0 ? -1 : flow.axes[only - shape.length + flow.axes.length]!;
  if (axis > 0 && values.length <= MOST_CHANNELS) return { axis, values };
  return { axis: -1, values: [values.reduce((sum, value) => sum + value, 0) / values.length] };
}

/** left + sign · right. */
export function added(left: Flow, right: Flow, sign: 1 | -1): Flow | undefined {
  const longer = left.axes.length >= right.axes.length ? left : right;
  const aligned = longer.axes.every((axis, index) =>
    [left, right].every((flow) => {
      const own = flow.axes[index - longer.axes.length + flow.axes.length];
      return own === undefined || own === axis || own === -1;
    }),
  );
  const lengths = [left, right].map(({ scale }) => scale.length).filter((length) => length > 1);
  if (!aligned || new Set(lengths).size > 1 || left.isPartial || right.isPartial) return undefined;
  const wide = left.scale.length >= right.scale.length ? left : right;
  const at = (list: readonly number[], index: number): number => list[list.length === 1 ? 0 : index]!;
  const sum = (key: 'scale' | 'shift'): readonly number[] =>
    wide.scale.map((_, index) => at(left[key], index) + sign * at(right[key], index));
  const operators = [...new Set([...left.operators, ...right.operators])];
  const isLearned = left.isLearned || right.isLearned;
  return { ...wide, axes: longer.axes, scale: sum('scale'), shift: sum('shift'), operators, isLearned };
}

/** The mean or sum of the channels, which makes a picture grey. */
export function greyed(node: GraphNode, flow: Flow, axes: readonly number[] | undefined): Flow | undefined {
  if (axes?.length !== 1) return undefined;
  const position = axes[0]! < 0 ? axes[0]! + flow.axes.length : axes[0]!;
  const axis = flow.axes[position] ?? -1;
  if (axis <= 0 || (flow.axis >= 0 && flow.axis !== axis)) return undefined;
  // A sum of channels that nothing weighed is one of as many as there are.
  if (node.op === 'ReduceSum' && flow.scale.length === 1) return undefined;
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / (node.op === 'ReduceSum' ? 1 : values.length);
  const kept = numberAttribute(node, 'keepdims', 1) === 1;
  const left = kept ? flow.axes : flow.axes.filter((_, each) => each !== position);
  return { ...flow, axes: left, axis, channels: 1, scale: [mean(flow.scale)], shift: [mean(flow.shift)] };
}

/**
 * A Reshape: sides that come out in their order are the same axes, those of 1 wherever they are put. Where they do not, only one
 * scaling for all can be followed further.
 */
export function reshaped(flow: Flow, target: readonly number[] | undefined): readonly Flow[] | undefined {
  const before = flow.axes.map((axis) => (axis < 0 ? 1 : (flow.sizes[axis] ?? -1)));
  const after = target?.map((size, position) => (size === 0 ? (before[position] ?? -1) : size));
  const long = (sizes: readonly number[]): readonly number[] =>
    sizes.flatMap((size, position) => (position > 0 && size !== 1 ? [position] : []));
  const [from, to] = [long(before), long(after ?? [])];
  const alike =
    after !== undefined &&
    from.length === to.length &&
    from.every((position, index) => before[position] === after[to[index]!] || after[to[index]!] === -1);
  if (!alike) return flow.scale.length === 1 ? [{ ...flow, axes: (after ?? [0, 0]).map(() => -1) }] : undefined;
  const short = flow.axes.filter((axis, position) => position > 0 && axis > 0 && before[position] === 1);
  const axes = after.map((_, position) => {
    if (position === 0) return 0;
    const index = to.indexOf(position);
    return index >= 0 ? flow.axes[from[index]!]! : (short.shift() ?? -1);
  });
  return [{ ...flow, axes }];
}

/** Gather, Slice and Split: on the channels they choose some, on other axes they crop. */
export function selected(
  node: GraphNode,
  flow: Flow,
  constant: (index: number) => Tensor | undefined,
  list: (index: number, name: string) => readonly number[] | undefined,
): readonly Flow[] | undefined {
  const positionOf = (axis: number): number => (axis < 0 ? axis + flow.axes.length : axis);
  if (node.op === 'Slice') return sliced(flow, list, positionOf);
  const position = positionOf(numberAttribute(node, 'axis', 0));
  const axis = flow.axes[position] ?? -1;
  if (axis < 0) return undefined;
  if (node.op === 'Split') {
    const sizes = list(1, 'split') ?? node.outputs.map(() => 1);
    let start = 0;
    if ((flow.sizes[axis] ?? -1) > MOST_CHANNELS) return sizes.map(() => flow);
    return sizes.map((size) => {
      const from = start;
      start += size;
      return chosen(
        flow,
        axis,
        Array.from({ length: size }, (_, index) => from + index),
        start > size || sizes.length > 1,
      );
    });
  }
  const indices = constant(1);
  if (indices === undefined) return undefined;
  const taken = Array.from(indices.data);
  if (!mayBeChannels(flow, axis, taken)) return indices.shape.length > 0 ? [flow] : undefined;
  const kept = chosen(flow, axis, taken, taken.length === 1);
  if (indices.shape.length > 0) return [kept];
  return [{ ...kept, axes: kept.axes.filter((_, each) => each !== position) }];
}

function sliced(
  flow: Flow,
  list: (index: number, name: string) => readonly number[] | undefined,
  positionOf: (axis: number) => number,
): readonly Flow[] | undefined {
  const [starts, ends, axes, steps] = [list(1, 'starts'), list(2, 'ends'), list(3, 'axes'), list(4, 'steps')];
  if (starts === undefined || ends === undefined) return undefined;
  let result = flow;
  for (const [index, start] of starts.entries()) {
    const axis = flow.axes[positionOf(axes?.[index] ?? index)] ?? -1;
    const step = steps?.[index] ?? 1;
    const end = ends[index]!;
    // A step back over everything turns the channels round; of a picture's side nobody takes so few.
    if (step === -1 && result.channels > 0 && axis === result.axis)
      result = { ...result, scale: [...result.scale].reverse(), shift: [...result.shift].reverse() };
    else if (
      step === 1 &&
      axis > 0 &&
      start >= 0 &&
      end - start >= 1 &&
      end - start < MOST_CHANNELS &&
      end <= MOST_CHANNELS
    )
      result = chosen(
        result,
        axis,
        Array.from({ length: end - start }, (_, each) => start + each),
        end - start < 3,
      );
  }
  return [result];
}

/** Are these all channels of a picture in some order, its colours without the fourth, or one of them? Of sides nobody takes so few. */
function mayBeChannels({ sizes }: Flow, axis: number, indices: readonly number[]): boolean {
  const size = sizes[axis] ?? -1;
  if (size > MOST_CHANNELS || axis <= 0) return false;
  return indices.length === 1 || (indices.length === 3 && new Set(indices).size === 3);
}

/** The channels `indices` of a flow. */
function chosen(flow: Flow, axis: number, indices: readonly number[], isPartial: boolean): Flow {
  if (indices.length > MOST_CHANNELS) return flow;
  const pick = (values: readonly number[]): readonly number[] =>
    values.length === 1 ? values : indices.map((index) => values.at(index) ?? values[0]!);
  return { ...flow, axis, channels: indices.length, scale: pick(flow.scale), shift: pick(flow.shift), isPartial };
}
