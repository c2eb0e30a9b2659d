import { numberAttribute, textAttribute } from '../graph';
import type { GradientScope, Operator } from '../operator';
import { floats, type Tensor } from '../tensor';

/**
 * Activations: one input, element by element; dx = dy · f′. Where f bends, the derivative is the field's: ReLU′(0) = 0, and
 * Clip, HardSigmoid and HardSwish have 0 where they saturate.
 */
export const activation: Readonly<Record<string, Operator>> = {
  Relu: unary((scope) => stepMask(scope, scope.node.outputs[0]!)),
  LeakyRelu: unary((scope) => leaky(scope, numberAttribute(scope.node, 'alpha', 0.01))),
  PRelu: {
    infer: (_node, { types: [x] }) => [x!],
    gradient: (scope) => {
      const { builder, node, dy } = scope;
      const [x, slope] = node.inputs as [string, string];
      const mask = stepMask(scope, x);
      const below = builder.add('Mul', [builder.add('Sub', [builder.scalar(1), mask]), slope]);
      return [builder.add('Mul', [dy(), builder.add('Add', [mask, below])]), ''];
    },
  },
  Sigmoid: unary(({ builder, node: { outputs } }) =>
    builder.add('Mul', [outputs[0]!, builder.add('Sub', [builder.scalar(1), outputs[0]!])]),
  ),
  Tanh: unary(({ builder, node: { outputs } }) =>
    builder.add('Sub', [builder.scalar(1), builder.add('Mul', [outputs[0]!, outputs[0]!])]),
  ),
  // f′ = 1 for x > 0, else y + α.
  Elu: unary((scope) => eluSlope(scope, 1, numberAttribute(scope.node, 'alpha', 1))),
  // f′ = γ for x > 0, else y + γα.
  Selu: unary((scope) => {
    const gamma = numberAttribute(scope.node, 'gamma', 1.0507009873554805);
    return eluSlope(scope, gamma, gamma * numberAttribute(scope.node, 'alpha', 1.6732632423543772));
  }),
  // f = max(0, x) + min(0, α(exp(x/α) − 1)): f′ = 1 for x > 0, else y/α + 1.
  Celu: unary((scope) => {
    const { builder, node } = scope;
    const below = builder.add('Add', [
      builder.add('Mul', [node.outputs[0]!, builder.scalar(1 / numberAttribute(node, 'alpha', 1))]),
      builder.scalar(1),
    ]);
    return choose(scope, stepMask(scope, node.inputs[0]!), builder.scalar(1), below);
  }),
  HardSigmoid: unary(({ builder, node }) => {
    const alpha = numberAttribute(node, 'alpha', 0.2);
    return builder.add('Mul', [insideMask(builder, node.outputs[0]!, 0, 1), builder.scalar(alpha)]);
  }),
  // y = x·s, s = HardSigmoid(x, 1/6, ½): f′ = s + x/6 where 0 < s < 1.
  HardSwish: unary(({ builder, node }) => {
    const s = builder.add('HardSigmoid', [node.inputs[0]!], { alpha: 1 / 6, beta: 0.5 });
    const rise = builder.add('Mul', [node.inputs[0]!, builder.scalar(1 / 6)]);
    return builder.add('Add', [s, builder.add('Mul', [rise, insideMask(builder, s, 0, 1)])]);
  }),
  Softplus: unary(({ builder, node }) => builder.add('Sigmoid', [node.inputs[0]!])),
  // f′ = 1 / (1 + |x|)².
  Softsign: unary(({ builder, node }) => {
    const base = builder.add('Add', [builder.add('Abs', [node.inputs[0]!]), builder.scalar(1)]);
    return builder.add('Div', [builder.scalar(1), builder.add('Mul', [base, base])]);
  }),
  // y = x·t, t = tanh(softplus(x)): f′ = t + x·(1 − t²)·σ(x).
  Mish: unary(({ builder, node }) => {
    const x = node.inputs[0]!;
    const t = builder.add('Tanh', [builder.add('Softplus', [x])]);
    const bend = builder.add('Sub', [builder.scalar(1), builder.add('Mul', [t, t])]);
    const rise = builder.add('Mul', [builder.add('Mul', [x, bend]), builder.add('Sigmoid', [x])]);
    return builder.add('Add', [t, rise]);
  }),
  Gelu: unary((scope) =>
    textAttribute(scope.node, 'approximate', 'none') === 'tanh' ? geluTanhSlope(scope) : geluSlope(scope),
  ),
  ThresholdedRelu: unary((scope) => {
    const { builder, node } = scope;
    const threshold = numberAttribute(node, 'alpha', 1);
    return stepMask(scope, builder.add('Sub', [node.inputs[0]!, builder.scalar(threshold)]));
  }),
  Clip: {
    infer: (_node, { types: [x] }) => [x!],
    evaluate: (node, [x, minimum, maximum]) => {
      const low = minimum?.data[0] ?? numberAttribute(node, 'min', -Infinity);
      const high = maximum?.data[0] ?? numberAttribute(node, 'max', Infinity);
      return [{ ...x!, data: x!.data.map((value) => Math.min(high, Math.max(low, value))) } as Tensor];
    },
    gradient: ({ node, builder, dy, constant }) => {
      const bound = (index: number, name: string, fallback: number): number =>
        constant(node.inputs[index] ?? '')?.data[0] ?? numberAttribute(node, name, fallback);
      const low = bound(1, 'min', -Infinity);
      const high = bound(2, 'max', Infinity);
      return [builder.add('Mul', [dy(), insideMask(builder, node.outputs[0]!, low, high)]), '', ''];
    },
  },
};

function unary(slope: (scope: GradientScope) => string): Operator {
  return {
    infer: (_node, { types: [x] }) => [x!],
    gradient: (scope) => [scope.builder.add('Mul', [scope.dy(), slope(scope)])],
  };
}

type Builder = GradientScope['builder'];

/**
 * 1 where `value` > 0, else 0, exactly: HardSigmoid with the steepest finite slope, which ONNX Runtime vectorises and fuses
 * where Greater + Cast is several passes.
 */
export function stepMask({ builder }: { readonly builder: Builder }, value: string): string {
  return builder.add('HardSigmoid', [value], { alpha: 3e38, beta: 0 });
}

/** 1 where low < value < high, else 0. */
function insideMask(builder: Builder, value: string, low: number, high: number): string {
  const above = (): string =>
    stepMask({ builder }, low === 0 ? value : builder.add('Sub', [value, builder.scalar(low)]));
  const below = (): string => stepMask({ builder }, builder.add('Sub', [builder.scalar(high), value]));
  if (Number.isFinite(low) && Number.isFinite(high)) return builder.add('Mul', [above(), below()]);
  if (Number.isFinite(low)) return above();
  return Number.isFinite(high) ? below() : builder.constant(floats([], [1]));
}

/** mask·yes + (1 − mask)·no. */
function choose({ builder }: GradientScope, mask: string, yes: string, no: string): string {
  const other = builder.add('Sub', [builder.scalar(1), mask]);
  return builder.add('Add', [builder.add('Mul', [mask, yes]), builder.add('Mul', [other, no])]);
}

function leaky(scope: GradientScope, alpha: number): string {
  const { builder, node } = scope;
  const rise = builder.add('Mul', [stepMask(scope, node.inputs[0]!), builder.scalar(1 - alpha)]);
  return builder.add('Add', [rise, builder.scalar(alpha)]);
}

/** `above` for x > 0, else y + `shift`. */
function eluSlope(scope: GradientScope, above: number, shift: number): string {
  const { builder, node } = scope;
  const below = builder.add('Add', [node.outputs[0]!, builder.scalar(shift)]);
  return choose(scope, stepMask(scope, node.inputs[0]!), builder.scalar(above), below);
}

/** Φ(x) + x·φ(x). */
function geluSlope({ builder, node }: GradientScope): string {
  const x = node.inputs[0]!;
  const erf = builder.add('Erf', [builder.add('Mul', [x, builder.scalar(Math.SQRT1_2)])]);
  const cumulative = builder.add('Mul', [builder.add('Add', [erf, builder.scalar(1)]), builder.scalar(0.5)]);
  const square = builder.add('Mul', [builder.add('Mul', [x, x]), builder.scalar(-0.5)]);
  const density = builder.add('Mul', [builder.add('Exp', [square]), builder.scalar(1 / Math.sqrt(2 * Math.PI))]);
  return builder.add('Add', [cumulative, builder.add('Mul', [x, density])]);
}

/** ½(1 + t) + ½x(1 − t²)·√(2/π)(1 + 3·0.044715x²), t = tanh(√(2/π)(x + 0.044715x³)). */
function geluTanhSlope({ builder, node }: GradientScope): string {
  const x = node.inputs[0]!;
  const root = Math.sqrt(2 / Math.PI);
  const square = builder.add('Mul', [x, x]);
  const cubic = (factor: number): string =>
    builder.add('Add', [builder.add('Mul', [square, builder.scalar(factor * 0.044715 * root)]), builder.scalar(root)]);
  const t = builder.add('Tanh', [builder.add('Mul', [x, cubic(1)])]);
  const bend = builder.add('Sub', [builder.scalar(1), builder.add('Mul', [t, t])]);
  const rise = builder.add('Mul', [builder.add('Mul', [x, bend]), cubic(3)]);
  const sum = builder.add('Add', [builder.add('Add', [t, builder.scalar(1)]), rise]);
  return builder.add('Mul', [sum, builder.scalar(0.5)]);
}
