import { numberAttribute, textAttribute } from '../graph';
import type { GradientScope, Operator } from '../operator';
import { unbroadcast } from './broadcast';
import { geluSlope, geluTanhSlope } from './gelu';
import { aboveMask, insideMask, stepMask } from './masks';

/**
 * Activations: one input, element by element; dx = dy · f′. Where f bends, the derivative is the field's: ReLU′(0) = 0, and
 * HardSigmoid and HardSwish saturate with derivative 0.
 */
export const activation: Readonly<Record<string, Operator>> = {
  Relu: unary(({ builder, node }) => stepMask(builder, node.outputs[0]!)),
  LeakyRelu: unary((scope) => leaky(scope, numberAttribute(scope.node, 'alpha', 0.01))),
  // y = x for x > 0, else s·x; ds = Σ dy·x where x ≤ 0.
  PRelu: {
    traits: ['broadcast'],
    infer: (_node, { types: [x] }) => [x!],
    gradient: (scope) => {
      const { builder, node, dy, shape } = scope;
      const [x, slope] = node.inputs as [string, string];
      const mask = stepMask(builder, x);
      const outside = builder.add('Sub', [builder.scalar(1), mask]);
      const factor = (): string => builder.add('Add', [mask, builder.add('Mul', [outside, slope])]);
      const below = (): string => builder.add('Mul', [builder.add('Mul', [dy(), x]), outside]);
      return [
        scope.wants(0) ? builder.add('Mul', [dy(), factor()]) : '',
        scope.wants(1) ? unbroadcast(builder, below(), shape(slope)) : '',
      ];
    },
  },
  // y·(1 − y); 1 − y as a HardSigmoid is one pass.
  Sigmoid: unary(({ builder, node: { outputs } }) =>
    builder.add('Mul', [outputs[0]!, builder.add('HardSigmoid', [outputs[0]!], { alpha: -1, beta: 1 })]),
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
  // f = max(0, x) + min(0, α(exp(x/α) − 1)): f′ = min(1, y/α + 1).
  Celu: unary(({ builder, node }) => {
    const ratio = builder.add('Mul', [node.outputs[0]!, builder.scalar(1 / numberAttribute(node, 'alpha', 1))]);
    const slope = builder.add('Add', [ratio, builder.scalar(1)]);
    return builder.add('Min', [slope, builder.scalar(1)]);
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
  ThresholdedRelu: unary(({ builder, node }) => aboveMask(builder, node.inputs[0]!, numberAttribute(node, 'alpha', 1))),
};

function unary(slope: (scope: GradientScope) => string): Operator {
  return {
    traits: ['elementwise'],
    infer: (_node, { types: [x] }) => [x!],
    gradient: (scope) => [scope.builder.add('Mul', [scope.dy(), slope(scope)])],
  };
}

/** 1 for x > 0, else α. */
function leaky({ builder, node }: GradientScope, alpha: number): string {
  const mask = stepMask(builder, node.inputs[0]!);
  if (alpha >= 0 && alpha <= 1) return builder.add('Max', [mask, builder.scalar(alpha)]);
  const rise = builder.add('Mul', [mask, builder.scalar(1 - alpha)]);
  return builder.add('Add', [rise, builder.scalar(alpha)]);
}

/** `above` for x > 0, else y + `shift`. */
function eluSlope({ builder, node }: GradientScope, above: number, shift: number): string {
  const negative = builder.add('Min', [node.outputs[0]!, builder.scalar(0)]);
  const below = builder.add('Add', [negative, builder.scalar(shift)]);
  if (above === shift) return below;
  const mask = stepMask(builder, node.inputs[0]!);
  return builder.add('Add', [below, builder.add('Mul', [mask, builder.scalar(above - shift)])]);
}
