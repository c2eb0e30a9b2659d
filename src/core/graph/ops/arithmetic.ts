import type { GradientScope, Operator, OperatorInputs } from '../operator';
import {
  broadcastShapes,
  sizeOf,
  stridesOf,
  tensorOf,
  type ElementType,
  type Tensor,
  type TypedShape,
} from '../tensor';
import { unbroadcast } from './broadcast';

/** Binary operators under numpy's broadcasting; x and y are the operands, dz arrives. */
export const arithmetic: Readonly<Record<string, Operator>> = {
  Add: binary(
    (x, y) => x + y,
    (scope) => ({ x: () => scope.dy(), y: () => scope.dy() }),
  ),
  Sub: binary(
    (x, y) => x - y,
    (scope) => ({ x: () => scope.dy(), y: () => scope.builder.add('Neg', [scope.dy()]) }),
  ),
  Mul: binary(
    (x, y) => x * y,
    ({ builder, dy, node: { inputs } }) => ({
      x: () => builder.add('Mul', [dy(), inputs[1]!]),
      y: () => builder.add('Mul', [dy(), inputs[0]!]),
    }),
  ),
  Div: binary(
    (x, y) => x / y,
    ({ builder, dy, node: { inputs, outputs } }) => ({
      x: () => builder.add('Div', [dy(), inputs[1]!]),
      y: () => builder.add('Neg', [builder.add('Div', [builder.add('Mul', [dy(), outputs[0]!]), inputs[1]!])]),
    }),
  ),
};

type Sides = { readonly x: () => string; readonly y: () => string };

function binary(compute: (x: number, y: number) => number, sides: (scope: GradientScope) => Sides): Operator {
  return {
    infer: (_node, inputs) => [broadcastOf(inputs)],
    evaluate: (_node, [x, y]) => [evaluateBinary(x!, y!, compute)],
    gradient: (scope) => {
      const { x, y } = sides(scope);
      return [x, y].map((side, index) =>
        scope.wants(index) ? unbroadcast(scope.builder, side(), scope.shape(scope.node.inputs[index]!)) : '',
      );
    },
  };
}

function broadcastOf({ types }: OperatorInputs): TypedShape {
  return { type: types[0]!.type, shape: broadcastShapes(types[0]!.shape, types[1]!.shape) };
}

/** Element by element under broadcasting; integer division truncates as ONNX's does. */
export function evaluateBinary(
  x: Tensor,
  y: Tensor,
  compute: (x: number, y: number) => number,
  type: ElementType = x.type,
): Tensor {
  const shape = broadcastShapes(x.shape, y.shape);
  const [xOffsets, yOffsets] = [x, y].map((operand) => offsetsInto(operand.shape, shape)) as [number[], number[]];
  const integral = x.type !== 'float32';
  const values = Array.from({ length: sizeOf(shape) }, (_, index) => {
    const value = compute(x.data[xOffsets[index]!]!, y.data[yOffsets[index]!]!);
    return integral ? Math.trunc(value) : value;
  });
  return tensorOf(type, shape, values);
}

/** For each element of `shape`, the offset of the element of an operand of shape `own` that is broadcast to it. */
function offsetsInto(own: readonly number[], shape: readonly number[]): number[] {
  const strides = stridesOf(own);
  const full = stridesOf(shape);
  const lead = shape.length - own.length;
  return Array.from({ length: sizeOf(shape) }, (_, index) =>
    own.reduce((offset, size, axis) => {
      const position = Math.floor(index / full[axis + lead]!) % shape[axis + lead]!;
      return offset + (size === 1 ? 0 : position * strides[axis]!);
    }, 0),
  );
}
