import type { GradientScope, Operator, OperatorInputs } from '../operator';
import { broadcastShapes, type Tensor, type TypedShape } from '../tensor';
import { evaluateBinary } from './arithmetic';
import { unbroadcast } from './broadcast';
import { aboveMask } from './masks';

/** Operators of any number of operands under broadcasting. Where operands tie for Max and Min, dy goes to the first of them. */
export const extremes: Readonly<Record<string, Operator>> = {
  Max: extreme(Math.max, 'Max', 'Greater'),
  Min: extreme(Math.min, 'Min', 'Less'),
  Sum: {
    traits: ['broadcast'],
    infer: (_node, inputs) => [broadcastOf(inputs)],
    evaluate: (_node, inputs) => [folded(inputs, (x, y) => x + y)],
    gradient: (scope) => shared(scope, scope.dy()),
  },
  Mean: {
    traits: ['broadcast'],
    infer: (_node, inputs) => [broadcastOf(inputs)],
    evaluate: (_node, inputs) => {
      const sum = folded(inputs, (x, y) => x + y);
      return [{ ...sum, data: sum.data.map((value) => value / inputs.length) } as Tensor];
    },
    gradient: (scope) => {
      const { builder, node, dy } = scope;
      return shared(scope, builder.add('Mul', [dy(), builder.scalar(1 / node.inputs.length)]));
    },
  },
};

function broadcastOf({ types }: OperatorInputs): TypedShape {
  return { type: types[0]!.type, shape: broadcastShapes(...types.map((each) => each!.shape)) };
}

function folded(inputs: readonly (Tensor | undefined)[], compute: (x: number, y: number) => number): Tensor {
  return inputs.map((each) => each!).reduce((left, right) => evaluateBinary(left, right, compute));
}

function shared(scope: GradientScope, dy: string): readonly string[] {
  const { node, builder, shape } = scope;
  return node.inputs.map((name, index) => (scope.wants(index) ? unbroadcast(builder, dy, shape(name)) : ''));
}

function extreme(compute: (x: number, y: number) => number, op: 'Max' | 'Min', beats: string): Operator {
  return {
    traits: ['broadcast'],
    infer: (_node, inputs) => [broadcastOf(inputs)],
    evaluate: (_node, inputs) => [folded(inputs, compute)],
    gradient: (scope) => extremeGradient(scope, op, beats),
  };
}

/** From the last operand back: an operand that beats the best of those before it takes what is left of dy. */
function extremeGradient(scope: GradientScope, op: 'Max' | 'Min', beats: string): readonly string[] {
  const { node, builder, shape } = scope;
  const best = node.inputs.slice(0, 1);
  for (const name of node.inputs.slice(1, -1)) best.push(builder.add(op, [best.at(-1)!, name]));
  const gradients = node.inputs.map(() => '');
  let left = scope.dy();
  for (let index = node.inputs.length - 1; index >= 0; index--) {
    const name = node.inputs[index]!;
    const mask = index === 0 ? undefined : beatsMask(scope, op, beats, name, best[index - 1]!);
    const share = mask === undefined ? left : builder.add('Mul', [left, mask]);
    if (scope.wants(index)) gradients[index] = unbroadcast(builder, share, shape(name));
    if (mask !== undefined) left = builder.add('Sub', [left, share]);
  }
  return gradients;
}

function beatsMask(scope: GradientScope, op: 'Max' | 'Min', beats: string, name: string, before: string): string {
  const { builder, constant } = scope;
  const bound = constant(before);
  if (op === 'Max' && bound?.data.length === 1 && Number.isFinite(bound.data[0]))
    return aboveMask(builder, name, bound.data[0]!);
  return builder.add('Cast', [builder.add(beats, [name, before])], { to: 1 });
}
