import type { GradientScope } from '../operator';

/** Φ(x) + x·φ(x). */
export function geluSlope({ builder, node }: GradientScope): string {
  const x = node.inputs[0]!;
  const erf = builder.add('Erf', [builder.add('Mul', [x, builder.scalar(Math.SQRT1_2)])]);
  const cumulative = builder.add('Mul', [builder.add('Add', [erf, builder.scalar(1)]), builder.scalar(0.5)]);
  const square = builder.add('Mul', [builder.add('Mul', [x, x]), builder.scalar(-0.5)]);
  const density = builder.add('Mul', [builder.add('Exp', [square]), builder.scalar(1 / Math.sqrt(2 * Math.PI))]);
  return builder.add('Add', [cumulative, builder.add('Mul', [x, density])]);
}

/** ½(1 + t) + ½x(1 − t²)·√(2/π)(1 + 3·0.044715x²), t = tanh(√(2/π)(x + 0.044715x³)). */
export function geluTanhSlope({ builder, node }: GradientScope): string {
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
