import { numberAttribute, type GraphNode } from '../graph';
import type { Operator } from '../operator';
import { floats, integers, sizeOf, tensorOf, type ElementType, type Tensor, type TypedShape } from '../tensor';
import { requiredConstant } from './axis';
import { allocate, forEachPosition } from './strided';

/** Operators that make constants, from nothing or from shapes. */
export const constants: Readonly<Record<string, Operator>> = {
  Constant: {
    infer: (node) => [typeOf(constantValue(node))],
    evaluate: (node) => [constantValue(node)],
    gradient: 'zero',
  },
  ConstantOfShape: {
    infer: (node, inputs) => [
      { type: fillOf(node).type, shape: Array.from(requiredConstant(node, inputs.constants, 0).data) },
    ],
    evaluate: (node, [shape]) => {
      const fill = fillOf(node);
      const result = allocate(fill.type, Array.from(shape!.data));
      result.data.fill(fill.data[0]!);
      return [result];
    },
    gradient: 'zero',
  },
  Range: {
    infer: (node, inputs) => {
      const { type, count } = rangeOf(node, inputs.constants);
      return [{ type, shape: [count] }];
    },
    evaluate: (node, inputs) => {
      const { type, from, by, count } = rangeOf(node, inputs);
      const result = allocate(type, [count]);
      for (let index = 0; index < count; index++) result.data[index] = from + index * by;
      return [result];
    },
    gradient: 'zero',
  },
  // Known from the shape alone and folded before they are looked up.
  Shape: {
    infer: (node, { types: [x] }) => {
      const rank = x!.shape.length;
      const sizes = x!.shape.slice(numberAttribute(node, 'start', 0), numberAttribute(node, 'end', rank));
      return [{ type: 'int64', shape: [sizes.length] }];
    },
    gradient: 'zero',
  },
  Size: {
    infer: () => [{ type: 'int64', shape: [] }],
    evaluate: (_node, [x]) => [integers([sizeOf(x!.shape)], [])],
    gradient: 'zero',
  },
  NonZero: {
    infer: (_node, { constants: [x] }) => {
      if (x === undefined) throw new Error('NonZero: how many there are depends on the picture');
      let count = 0;
      for (const each of x.data) if (each !== 0) count++;
      return [{ type: 'int64', shape: [x.shape.length, count] }];
    },
    evaluate: (_node, [x]) => [positionsOfNonZero(x!)],
    gradient: 'zero',
  },
  OneHot: {
    infer: (node, { types: [indices, , values], constants: given }) => {
      const depth = requiredConstant(node, given, 1).data[0]!;
      const axis = numberAttribute(node, 'axis', -1);
      const shape = [...indices!.shape];
      shape.splice(axis < 0 ? axis + shape.length + 1 : axis, 0, depth);
      return [{ type: values!.type, shape }];
    },
    gradient: 'zero',
  },
  EyeLike: {
    infer: (node, { types: [x] }) => [{ ...x!, type: node.attributes.dtype === 7 ? 'int64' : 'float32' }],
    gradient: 'zero',
  },
};

function typeOf({ type, shape }: Tensor): TypedShape {
  return { type, shape };
}

function constantValue({ attributes }: GraphNode): Tensor {
  const { value, value_float: float, value_int: integer, value_floats: list, value_ints: numbers } = attributes;
  if (typeof value === 'object' && 'data' in value) return value;
  if (typeof float === 'number') return floats([], [float]);
  if (typeof integer === 'number') return integers([integer], []);
  if (Array.isArray(list)) return floats([list.length], list.map(Number));
  if (Array.isArray(numbers)) return integers(numbers.map(Number));
  throw new Error('Constant: there is no value');
}

function fillOf({ attributes: { value } }: GraphNode): Tensor {
  return typeof value === 'object' && 'data' in value ? value : floats([1], [0]);
}

/** start, start + step, … before limit. */
function rangeOf(
  node: GraphNode,
  inputs: readonly (Tensor | undefined)[],
): { readonly type: ElementType; readonly from: number; readonly by: number; readonly count: number } {
  const [start, limit, step] = [0, 1, 2].map((index) => requiredConstant(node, inputs, index)) as [
    Tensor,
    Tensor,
    Tensor,
  ];
  const [from, to, by] = [start.data[0]!, limit.data[0]!, step.data[0]!];
  if (by === 0) throw new Error('Range: the step is 0');
  return { type: start.type, from, by, count: Math.max(0, Math.ceil((to - from) / by)) };
}

function positionsOfNonZero(x: Tensor): Tensor {
  const found: (readonly number[])[] = [];
  forEachPosition(x.shape, (position, index) => {
    if (x.data[index] !== 0) found.push([...position]);
  });
  const rank = x.shape.length;
  const values = Array.from({ length: rank }, (_, axis) => found.map((position) => position[axis]!)).flat();
  return tensorOf('int64', [rank, found.length], values);
}
