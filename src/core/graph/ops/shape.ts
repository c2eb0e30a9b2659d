import { numberAttribute, numbersAttribute, type GraphNode } from '../graph';
import type { GradientScope, Operator, OperatorInputs } from '../operator';
import { broadcastShapes, sizeOf, stridesOf, type Shape, type Tensor } from '../tensor';
import { unbroadcast } from './broadcast';
import { positive, requiredConstant } from './axis';
import { broadcastTo, stridedCopy } from './strided';

/** Operators that rename positions: their derivative is the inverse renaming. */
export const shaping: Readonly<Record<string, Operator>> = {
  Reshape: sameElements((node, { types, constants }) =>
    reshaped(node, types[0]!.shape, requiredConstant(node, constants, 1)),
  ),
  Flatten: sameElements((node, { types }) => {
    const { shape } = types[0]!;
    const axis = positive(
      numberAttribute(node, 'axis', 1),
      shape.length + (numberAttribute(node, 'axis', 1) < 0 ? 0 : 1),
    );
    return [sizeOf(shape.slice(0, axis)), sizeOf(shape.slice(axis))];
  }),
  Squeeze: sameElements((node, { types, constants }) => {
    const { shape } = types[0]!;
    const given = axesOf(node, constants[1], shape.length) ?? [];
    // As ONNX Runtime has it, an empty list too means all that can be.
    const axes = given.length > 0 ? given : shape.flatMap((size, axis) => (size === 1 ? [axis] : []));
    return shape.filter((_, axis) => !axes.includes(axis));
  }),
  Unsqueeze: sameElements((node, { types, constants }) => {
    const given = constants[1] === undefined ? numbersAttribute(node, 'axes') : Array.from(constants[1].data);
    const rank = types[0]!.shape.length + (given?.length ?? 0);
    const axes = given?.map((axis) => positive(axis, rank)) ?? [];
    const sizes = [...types[0]!.shape];
    return Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : sizes.shift()!));
  }),
  Transpose: {
    traits: ['selects', 'within'],
    infer: (node, { types: [x] }) => [
      { type: x!.type, shape: permutation(node, x!.shape).map((axis) => x!.shape[axis]!) },
    ],
    evaluate: (node, [x]) => {
      const perm = permutation(node, x!.shape);
      const strides = stridesOf(x!.shape);
      return [
        stridedCopy(
          x!,
          perm.map((axis) => x!.shape[axis]!),
          perm.map((axis) => strides[axis]!),
        ),
      ];
    },
    gradient: ({ node, builder, dy, shape }) => {
      const perm = permutation(node, shape(node.inputs[0]!));
      return [builder.add('Transpose', [dy()], { perm: perm.map((_, axis) => perm.indexOf(axis)) })];
    },
  },
  Expand: {
    traits: ['passes', 'within'],
    infer: (node, { types, constants }) => [
      {
        type: types[0]!.type,
        shape: broadcastShapes(types[0]!.shape, Array.from(requiredConstant(node, constants, 1).data)),
      },
    ],
    evaluate: (_node, [x, target]) => [broadcastTo(x!, broadcastShapes(x!.shape, Array.from(target!.data)))],
    gradient: ({ node, builder, dy, shape }) => [unbroadcast(builder, dy(), shape(node.inputs[0]!)), ''],
  },
};

function axesOf(node: GraphNode, given: Tensor | undefined, rank: number): readonly number[] | undefined {
  const axes = given === undefined ? numbersAttribute(node, 'axes') : Array.from(given.data);
  return axes?.map((axis) => positive(axis, rank));
}

function permutation(node: GraphNode, shape: Shape): readonly number[] {
  const perm = numbersAttribute(node, 'perm') ?? shape.map((_, axis) => shape.length - 1 - axis);
  if (new Set(perm).size !== shape.length || perm.length !== shape.length) throw new Error('Transpose: no permutation');
  return perm;
}

/** The elements stay in their order; only the shape is another. */
function sameElements(shapeOf: (node: GraphNode, inputs: OperatorInputs) => Shape): Operator {
  return {
    traits: ['passes', 'reshapes', 'within'],
    infer: (node, inputs) => {
      const shape = shapeOf(node, inputs);
      const { type, shape: from } = inputs.types[0]!;
      if (sizeOf(shape) !== sizeOf(from) || !shape.every((size) => Number.isInteger(size) && size >= 0))
        throw new Error(`${node.op}: [${from.join(', ')}] does not have the elements of [${shape.join(', ')}]`);
      return [{ type, shape }];
    },
    evaluate: (node, inputs) => {
      const x = inputs[0]!;
      const types = inputs.map((each) => each && { type: each.type, shape: each.shape });
      return [{ ...x, shape: shapeOf(node, { types, constants: inputs }) }];
    },
    gradient: (scope: GradientScope) => [
      scope.builder.add('Reshape', [scope.dy(), scope.builder.indices(scope.shape(scope.node.inputs[0]!))]),
      '',
    ],
  };
}

/** 0 copies a size unless `allowzero`, one −1 takes what is left. */
function reshaped(node: GraphNode, from: Shape, target: Tensor): Shape {
  const zero = numberAttribute(node, 'allowzero', 0) === 1;
  const sizes = Array.from(target.data, (size, axis) => (size === 0 && !zero ? (from[axis] ?? 0) : size));
  const open = sizes.indexOf(-1);
  if (open < 0) return sizes;
  const rest = sizes.reduce((product, size, axis) => (axis === open ? product : product * size), 1);
  const left = rest === 0 ? 0 : sizeOf(from) / rest;
  return sizes.map((size, axis) => (axis === open ? left : size));
}
