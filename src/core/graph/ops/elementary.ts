import type { GradientScope, Operator } from '../operator';
import { tensorOf, type Tensor } from '../tensor';
import { roundHalfEven } from './quantization';

/** Elementary functions of one input; dx = dy · f′. */
export const elementary: Readonly<Record<string, Operator>> = {
  Identity: passing(),
  Neg: unary(
    (x) => -x,
    ({ builder, dy }) => builder.add('Neg', [dy()]),
  ),
  Abs: unary(Math.abs, ({ builder, dy, node }) => builder.add('Mul', [dy(), builder.add('Sign', [node.inputs[0]!])])),
  Exp: unary(Math.exp, ({ builder, dy, node }) => builder.add('Mul', [dy(), node.outputs[0]!])),
  Log: unary(Math.log, ({ builder, dy, node }) => builder.add('Div', [dy(), node.inputs[0]!])),
  Sqrt: unary(Math.sqrt, ({ builder, dy, node }) =>
    builder.add('Mul', [builder.add('Div', [dy(), node.outputs[0]!]), builder.scalar(0.5)]),
  ),
  // −y²·dy.
  Reciprocal: unary(
    (x) => 1 / x,
    ({ builder, dy, node }) => {
      const square = builder.add('Mul', [node.outputs[0]!, node.outputs[0]!]);
      return builder.add('Neg', [builder.add('Mul', [dy(), square])]);
    },
  ),
  // (2/√π)·exp(−x²)·dy.
  Erf: unary(undefined, ({ builder, dy, node }) => {
    const square = builder.add('Neg', [builder.add('Mul', [node.inputs[0]!, node.inputs[0]!])]);
    const density = builder.add('Mul', [builder.add('Exp', [square]), builder.scalar(2 / Math.sqrt(Math.PI))]);
    return builder.add('Mul', [dy(), density]);
  }),
  Sin: unary(Math.sin, ({ builder, dy, node }) => builder.add('Mul', [dy(), builder.add('Cos', [node.inputs[0]!])])),
  Cos: unary(Math.cos, ({ builder, dy, node }) =>
    builder.add('Neg', [builder.add('Mul', [dy(), builder.add('Sin', [node.inputs[0]!])])]),
  ),
  Tan: unary(Math.tan, ({ builder, dy, node }) => {
    const square = builder.add('Mul', [node.outputs[0]!, node.outputs[0]!]);
    return builder.add('Mul', [dy(), builder.add('Add', [square, builder.scalar(1)])]);
  }),
  Atan: unary(Math.atan, ({ builder, dy, node }) => {
    const square = builder.add('Mul', [node.inputs[0]!, node.inputs[0]!]);
    return builder.add('Div', [dy(), builder.add('Add', [square, builder.scalar(1)])]);
  }),
  // 1/√(1 − x²), and −1/√(1 − x²).
  Asin: unary(Math.asin, (scope) => overRoot(scope, -1, 1)),
  Acos: unary(Math.acos, (scope) => scope.builder.add('Neg', [overRoot(scope, -1, 1)])),
  // 1/√(x² + 1), 1/√(x² − 1), 1/(1 − x²).
  Asinh: unary(Math.asinh, (scope) => overRoot(scope, 1, 1)),
  Acosh: unary(Math.acosh, (scope) => overRoot(scope, 1, -1)),
  Atanh: unary(Math.atanh, ({ builder, dy, node }) => {
    const square = builder.add('Mul', [node.inputs[0]!, node.inputs[0]!]);
    return builder.add('Div', [dy(), builder.add('Sub', [builder.scalar(1), square])]);
  }),
  Sinh: unary(Math.sinh, ({ builder, dy, node }) => builder.add('Mul', [dy(), builder.add('Cosh', [node.inputs[0]!])])),
  Cosh: unary(Math.cosh, ({ builder, dy, node }) => builder.add('Mul', [dy(), builder.add('Sinh', [node.inputs[0]!])])),
  Sign: flat(Math.sign),
  Floor: flat(Math.floor),
  Ceil: flat(Math.ceil),
  Round: flat(roundHalfEven),
};

/** dy / √(factor·x² + shift). */
function overRoot({ builder, dy, node }: GradientScope, factor: 1 | -1, shift: 1 | -1): string {
  const square = builder.add('Mul', [node.inputs[0]!, node.inputs[0]!]);
  const term = builder.scalar(shift);
  const inside = factor === 1 ? builder.add('Add', [square, term]) : builder.add('Sub', [term, square]);
  return builder.add('Div', [dy(), builder.add('Sqrt', [inside])]);
}

function passing(): Operator {
  return {
    traits: ['elementwise', 'passes', 'within'],
    infer: (_node, { types: [x] }) => [x!],
    evaluate: (_node, [x]) => [x!],
    gradient: ({ dy }) => [dy()],
  };
}

function unary(compute: ((x: number) => number) | undefined, derivative: (scope: GradientScope) => string): Operator {
  return {
    traits: ['elementwise'],
    infer: (_node, { types: [x] }) => [x!],
    ...(compute && { evaluate: (_node, [x]) => [mapped(x!, compute)] }),
    gradient: (scope) => [derivative(scope)],
  };
}

/** Constant between its jumps: the derivative is zero wherever it exists. */
function flat(compute: (x: number) => number): Operator {
  return {
    traits: ['elementwise'],
    infer: (_node, { types: [x] }) => [x!],
    evaluate: (_node, [x]) => [mapped(x!, compute)],
    gradient: 'zero',
  };
}

function mapped(x: Tensor, compute: (value: number) => number): Tensor {
  return tensorOf(x.type, x.shape, Float64Array.from(x.data, compute));
}
