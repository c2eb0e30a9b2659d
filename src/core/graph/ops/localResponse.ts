import { numberAttribute } from '../graph';
import type { GradientScope, Operator } from '../operator';
import { floats } from '../tensor';

/** Normalisation by the energy of neighbouring channels (Krizhevsky et al., 2012). */
export const localResponse: Readonly<Record<string, Operator>> = {
  LRN: {
    traits: ['channels-second'],
    infer: (_node, { types: [x] }) => [x!],
    gradient: (scope) => [lrnGradient(scope)],
  },
};

/**
 * y = x·s^−β, s = bias + (α/n)·Σ x² over n neighbouring channels: dx = dy·s^−β − (2αβ/n)·x·Σ (dy·x·s^(−β−1)), the sums by a
 * 1×1 Conv with a band of ones, mirrored for even n.
 */
function lrnGradient({ node, builder, dy, shape }: GradientScope): string {
  const x = node.inputs[0]!;
  const channels = shape(x)[1]!;
  const size = numberAttribute(node, 'size', 1);
  const alpha = numberAttribute(node, 'alpha', 1e-4);
  const beta = numberAttribute(node, 'beta', 0.75);
  const before = Math.floor((size - 1) / 2);
  const band = (transposed: boolean): string => {
    const data = new Float32Array(channels * channels);
    for (let out = 0; out < channels; out++)
      for (let at = Math.max(0, out - before); at < Math.min(channels, out - before + size); at++)
        data[transposed ? at * channels + out : out * channels + at] = 1;
    return builder.constant(
      floats(
        [
          channels,
          channels,
          ...shape(x)
            .slice(2)
            .map(() => 1),
        ],
        data,
      ),
      'band',
    );
  };
  const power = (value: string, exponent: number): string => builder.add('Pow', [value, builder.scalar(exponent)]);
  const squares = builder.add('Conv', [builder.add('Mul', [x, x]), band(false)]);
  const s = builder.add('Add', [
    builder.add('Mul', [squares, builder.scalar(alpha / size)]),
    builder.scalar(numberAttribute(node, 'bias', 1)),
  ]);
  const direct = builder.add('Mul', [dy(), power(s, -beta)]);
  const inner = builder.add('Mul', [builder.add('Mul', [dy(), x]), power(s, -beta - 1)]);
  const gathered = builder.add('Conv', [inner, band(true)]);
  const indirect = builder.add('Mul', [builder.add('Mul', [x, gathered]), builder.scalar((2 * alpha * beta) / size)]);
  return builder.add('Sub', [direct, indirect]);
}
