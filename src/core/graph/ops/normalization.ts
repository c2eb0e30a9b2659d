import { numberAttribute } from '../graph';
import type { GradientScope, Operator } from '../operator';
import { floats, sizeOf, type Tensor } from '../tensor';

/** Normalisations in inference mode. */
export const normalization: Readonly<Record<string, Operator>> = {
  BatchNormalization: {
    infer: (node, { types: [x] }) => {
      if (numberAttribute(node, 'training_mode', 0) === 1)
        throw new Error('BatchNormalization in training mode is not supported');
      return [x!];
    },
    gradient: ({ node, builder, dy, shape, constant }) => {
      const [, scale, , , variance] = node.inputs.map((name) => constant(name));
      const rank = shape(node.inputs[0]!).length;
      const factor = batchNormScale(scale, variance, numberAttribute(node, 'epsilon', 1e-5));
      const along = builder.constant(floats([factor.length, ...new Array<number>(rank - 2).fill(1)], factor), 'scale');
      return [builder.add('Mul', [dy(), along]), '', '', '', ''];
    },
  },
  LayerNormalization: {
    infer: (_node, { types: [x] }) => [x!],
    gradient: (scope) => {
      const { node, shape } = scope;
      const rank = shape(node.inputs[0]!).length;
      const first = numberAttribute(node, 'axis', -1);
      const axes = range(first < 0 ? first + rank : first, rank);
      return [normalizedGradient(scope, node.inputs[0]!, scaled(scope), axes), '', ''];
    },
  },
  InstanceNormalization: {
    infer: (_node, { types: [x] }) => [x!],
    gradient: (scope) => {
      const rank = scope.shape(scope.node.inputs[0]!).length;
      return [normalizedGradient(scope, scope.node.inputs[0]!, scaled(scope, rank), range(2, rank)), '', ''];
    },
  },
  LRN: {
    infer: (_node, { types: [x] }) => [x!],
    gradient: (scope) => [lrnGradient(scope)],
  },
};

/** γ / √(σ² + ε) per channel. */
export function batchNormScale(scale: Tensor | undefined, variance: Tensor | undefined, epsilon: number): Float32Array {
  if (scale?.type !== 'float32' || variance?.type !== 'float32')
    throw new Error('BatchNormalization with computed statistics is not supported');
  return scale.data.map((gamma, channel) => gamma / Math.sqrt(variance.data[channel]! + epsilon));
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

/** dy·γ, γ per channel of NC… if `rank` is given, else over the last axes. */
function scaled({ node, builder, dy, shape }: GradientScope, rank?: number): string {
  const gamma = node.inputs[1] ?? '';
  if (gamma === '') return dy();
  const along =
    rank === undefined
      ? gamma
      : builder.add('Reshape', [gamma, builder.indices([sizeOf(shape(gamma)), ...range(2, rank).map(() => 1)])]);
  return builder.add('Mul', [dy(), along]);
}

/**
 * ∂/∂x of x̂ = (x − μ)/√(var + ε) over `axes` for the gradient g at x̂: (g − mean(g) − x̂·mean(g∘x̂)) / √(var + ε)
 * (Ba, Kiros, Hinton: Layer Normalization).
 */
export function normalizedGradient(scope: GradientScope, x: string, g: string, axes: readonly number[]): string {
  const { builder, node } = scope;
  const mean = (value: string): string => builder.add('ReduceMean', [value, builder.indices(axes)], { keepdims: 1 });
  const centred = builder.add('Sub', [x, mean(x)]);
  const variance = mean(builder.add('Mul', [centred, centred]));
  const deviation = builder.add('Sqrt', [
    builder.add('Add', [variance, builder.scalar(numberAttribute(node, 'epsilon', 1e-5))]),
  ]);
  const normal = builder.add('Div', [centred, deviation]);
  const along = builder.add('Mul', [normal, mean(builder.add('Mul', [g, normal]))]);
  const rest = builder.add('Sub', [builder.add('Sub', [g, mean(g)]), along]);
  return builder.add('Div', [rest, deviation]);
}

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
