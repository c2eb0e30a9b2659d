import { numberAttribute } from '../graph';
import type { GradientScope, Operator } from '../operator';

/** Element by element, one input; dx = dy · f′, written on the output where that is cheaper. */
export const activation: Readonly<Record<string, Operator>> = {
  Relu: unary((scope) => mulMask(scope, stepMask(scope, scope.node.outputs[0]!))),
  Sigmoid: unary(({ builder, dy, node }) => {
    const y = node.outputs[0]!;
    const slope = builder.add('Mul', [y, builder.add('Sub', [builder.scalar(1), y])]);
    return builder.add('Mul', [dy(), slope]);
  }),
  Tanh: unary(({ builder, dy, node }) => {
    const y = node.outputs[0]!;
    const slope = builder.add('Sub', [builder.scalar(1), builder.add('Mul', [y, y])]);
    return builder.add('Mul', [dy(), slope]);
  }),
  LeakyRelu: unary((scope) => {
    const alpha = numberAttribute(scope.node, 'alpha', 0.01);
    const mask = stepMask(scope, scope.node.inputs[0]!);
    const { builder } = scope;
    const slope = builder.add('Add', [builder.add('Mul', [mask, builder.scalar(1 - alpha)]), builder.scalar(alpha)]);
    return mulMask(scope, slope);
  }),
  Neg: unary(({ builder, dy }) => builder.add('Neg', [dy()])),
  Exp: unary(({ builder, dy, node }) => builder.add('Mul', [dy(), node.outputs[0]!])),
  Identity: unary(({ dy }) => dy()),
};

function unary(derivative: (scope: GradientScope) => string): Operator {
  return { infer: (_node, { types }) => [types[0]!], gradient: (scope) => [derivative(scope)] };
}

/**
 * 1 where `value` > 0, else 0, exactly: HardSigmoid with the steepest finite slope, which ONNX Runtime vectorises and fuses
 * where Greater + Cast is several passes.
 */
export function stepMask({ builder }: GradientScope, value: string): string {
  return builder.add('HardSigmoid', [value], { alpha: 3e38, beta: 0 });
}

function mulMask({ builder, dy }: GradientScope, mask: string): string {
  return builder.add('Mul', [dy(), mask]);
}
