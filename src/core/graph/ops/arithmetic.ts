import { numberAttribute, type GraphNode } from '../graph';
import type { DecomposingBuilder, GradientScope, Operator, OperatorInputs } from '../operator';
import { broadcastShapes, type ElementType, type Tensor, type TypedShape } from '../tensor';
import { unbroadcast, type Sides } from './broadcast';
import { powerGradient } from './power';
import { allocate, broadcastTo } from './strided';

/** Binary operators under numpy's broadcasting; dz arrives. */
export const arithmetic: Readonly<Record<string, Operator>> = {
  Add: binary(
    () => (x, y) => x + y,
    (scope) => ({ x: () => scope.dy(), y: () => scope.dy() }),
  ),
  Sub: binary(
    () => (x, y) => x - y,
    (scope) => ({ x: () => scope.dy(), y: () => scope.builder.add('Neg', [scope.dy()]) }),
  ),
  Mul: binary(
    () => (x, y) => x * y,
    ({ builder, dy, node: { inputs } }) => ({
      x: () => builder.add('Mul', [dy(), inputs[1]!]),
      y: () => builder.add('Mul', [dy(), inputs[0]!]),
    }),
  ),
  Div: binary(
    (_node, integral) => (integral ? quotient : (x, y) => x / y),
    ({ builder, dy, node: { inputs, outputs } }) => ({
      x: () => builder.add('Div', [dy(), inputs[1]!]),
      y: () => builder.add('Neg', [builder.add('Div', [builder.add('Mul', [dy(), outputs[0]!]), inputs[1]!])]),
    }),
  ),
  Pow: binary(() => Math.pow, powerGradient),
  // y = n − ⌊n/d⌋·d, or with the sign of n (fmod): dn = dy, dd = −dy·⌊n/d⌋ or −dy·trunc(n/d).
  Mod: {
    ...binary(
      (node) => (numberAttribute(node, 'fmod', 0) === 1 ? (x, y) => x % y : modulo),
      ({ builder, dy, node: { inputs, outputs } }) => ({
        x: () => dy(),
        y: () => {
          const whole = builder.add('Div', [builder.add('Sub', [outputs[0]!, inputs[0]!]), inputs[1]!]);
          return builder.add('Mul', [dy(), builder.add('Round', [whole])]);
        },
      }),
    ),
    decompose: (node, builder) => (isFloatModulo(node, builder) ? [floatModulo(node, builder)] : undefined),
  },
};

/** ONNX Runtime has the remainder with the divisor's sign of whole numbers only. */
function isFloatModulo(node: GraphNode, builder: DecomposingBuilder): boolean {
  return numberAttribute(node, 'fmod', 0) === 0 && builder.type(node.inputs[0]!).type === 'float32';
}

function floatModulo({ inputs }: GraphNode, builder: DecomposingBuilder): string {
  const rest = builder.add('Mod', inputs, { fmod: 1 });
  const opposed = builder.add('Less', [builder.add('Mul', [rest, inputs[1]!]), builder.scalar(0)]);
  const missing = builder.add('Where', [opposed, inputs[1]!, builder.scalar(0)]);
  return builder.add('Add', [rest, missing]);
}

type Compute = (x: number, y: number) => number;

function binary(
  compute: (node: GraphNode, integral: boolean) => Compute,
  sides: (scope: GradientScope) => Sides,
): Operator {
  return {
    traits: ['broadcast'],
    infer: (_node, inputs) => [broadcastOf(inputs)],
    evaluate: (node, [x, y]) => [evaluateBinary(x!, y!, compute(node, x!.type !== 'float32'))],
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

/** Element by element under broadcasting. */
export function evaluateBinary(x: Tensor, y: Tensor, compute: Compute, type: ElementType = x.type): Tensor {
  const shape = broadcastShapes(x.shape, y.shape);
  const result = allocate(type, shape);
  const [left, right] = [broadcastTo(x, shape).data, broadcastTo(y, shape).data];
  for (let index = 0; index < result.data.length; index++) result.data[index] = compute(left[index]!, right[index]!);
  return result;
}

/** Integer division truncates. */
function quotient(x: number, y: number): number {
  if (y === 0) throw new Error('Division by zero');
  return Math.trunc(x / y);
}

/** The remainder with the divisor's sign. */
function modulo(x: number, y: number): number {
  if (y === 0) throw new Error('Division by zero');
  const rest = x % y;
  return rest !== 0 && rest < 0 !== y < 0 ? rest + y : rest;
}
