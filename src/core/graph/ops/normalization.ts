import { UserError } from '../../errors';
import { numberAttribute, type GraphNode } from '../graph';
import type { GradientScope, Operator } from '../operator';
import { floats, sizeOf, type Shape, type Tensor, type TypedShape } from '../tensor';
import { positive } from './axis';
import { unbroadcast } from './broadcast';
import { refuseOtherInputs } from './guard';

/** Normalisations in inference mode. */
export const normalization: Readonly<Record<string, Operator>> = {
  BatchNormalization: {
    traits: ['channels-second'],
    infer: (node, { types: [x, ...statistics], constants: [weights] }) => {
      if (isTraining(node) && weights === undefined)
        throw new UserError(
          'model-unsupported',
          'The model normalises by the pictures at hand (BatchNormalization in training mode), so that each changes the others.',
          'Export it for inference: in PyTorch, call model.eval() before.',
        );
      if (statistics.some((each) => each?.shape.length !== 1 || each.shape[0] !== x!.shape[1]))
        throw new Error(`BatchNormalization: the statistics do not fit ${x!.shape[1]} channels`);
      return [x!];
    },
    evaluate: (node, inputs) => [normalizeConstant(node, inputs)],
    gradient: batchNormalizationGradient,
  },
  // The second and third output are the mean and the inverse deviation.
  LayerNormalization: {
    infer: (node, { types: [x] }) => {
      const first = firstAxis(node, x!.shape);
      const reduced: TypedShape = { type: 'float32', shape: x!.shape.map((size, axis) => (axis < first ? size : 1)) };
      return [x!, reduced, reduced];
    },
    gradient: (scope) => {
      const { node, shape } = scope;
      if (scope.hasGradient(1) || scope.hasGradient(2))
        throw new Error('LayerNormalization: its statistics cannot be differentiated');
      const x = node.inputs[0]!;
      const axes = range(firstAxis(node, shape(x)), shape(x).length);
      return [
        scope.wants(0) ? normalizedGradient(scope, x, scaled(scope), axes) : '',
        scope.wants(1) ? broadcastSum(scope, 1, normalized(scope, x, axes).normal) : '',
        scope.wants(2) ? broadcastSum(scope, 2) : '',
      ];
    },
  },
  InstanceNormalization: {
    traits: ['channels-second'],
    infer: (_node, { types: [x] }) => [x!],
    gradient: (scope) => {
      const x = scope.node.inputs[0]!;
      const rank = scope.shape(x).length;
      return [
        scope.wants(0) ? normalizedGradient(scope, x, scaled(scope, rank), range(2, rank)) : '',
        scope.wants(1) ? channelSum(scope, normalized(scope, x, range(2, rank)).normal) : '',
        scope.wants(2) ? channelSum(scope) : '',
      ];
    },
  },
  // Over each group of channels and all of space; scale and bias per channel.
  GroupNormalization: {
    traits: ['channels-second'],
    infer: (node, { types: [x, scale] }) => {
      const channels = x!.shape[1]!;
      const groups = numberAttribute(node, 'num_groups', 1);
      if (groups < 1 || channels % groups !== 0 || scale!.shape[0] !== channels)
        throw new Error(`GroupNormalization: ${channels} channels do not fit its groups or scale`);
      return [x!];
    },
    gradient: (scope) => {
      const { node, builder, shape } = scope;
      refuseOtherInputs(scope, 0);
      const input = shape(node.inputs[0]!);
      const grouped = builder.indices([input[0]!, numberAttribute(node, 'num_groups', 1), -1]);
      const x = builder.add('Reshape', [node.inputs[0]!, grouped]);
      const g = builder.add('Reshape', [scaled(scope, input.length), grouped]);
      return [builder.add('Reshape', [normalizedGradient(scope, x, g, [2]), builder.indices(input)]), '', ''];
    },
  },
};

function isTraining(node: GraphNode): boolean {
  return numberAttribute(node, 'training_mode', 0) === 1;
}

/**
 * y = γ·(x − μ)/√(σ² + ε) + β of weights, along their second axis; in training mode, as weight standardisation has it, with their own
 * mean and variance.
 */
function normalizeConstant(node: GraphNode, inputs: readonly (Tensor | undefined)[]): Tensor {
  const [x, gamma, beta, mean, variance] = inputs as [Tensor, Tensor, Tensor, Tensor, Tensor];
  const channels = x.shape[1]!;
  const inner = sizeOf(x.shape.slice(2));
  const epsilon = numberAttribute(node, 'epsilon', 1e-5);
  const data = new Float32Array(x.data.length);
  for (let channel = 0; channel < channels; channel++) {
    const places: number[] = [];
    for (let start = channel * inner; start < data.length; start += channels * inner)
      for (let at = start; at < start + inner; at++) places.push(at);
    const average = (value: (at: number) => number): number =>
      places.reduce((sum, at) => sum + value(at), 0) / places.length;
    const center = isTraining(node) ? average((at) => x.data[at]!) : mean.data[channel]!;
    const spread = isTraining(node) ? average((at) => (x.data[at]! - center) ** 2) : variance.data[channel]!;
    const factor = gamma.data[channel]! / Math.sqrt(spread + epsilon);
    for (const at of places) data[at] = (x.data[at]! - center) * factor + beta.data[channel]!;
  }
  return floats(x.shape, data);
}

function firstAxis(node: GraphNode, shape: Shape): number {
  return positive(numberAttribute(node, 'axis', -1), shape.length);
}

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

/** ∂/∂x, and ∂/∂γ = Σ dy∘(x − μ)/√(σ² + ε) and ∂/∂β = Σ dy, of inference with statistics μ and σ² that are given. */
function batchNormalizationGradient(scope: GradientScope): readonly string[] {
  const { node, builder, dy, shape, constant } = scope;
  refuseOtherInputs(scope, 0, 1, 2);
  const [x, gamma, , mean, variance] = node.inputs as [string, string, string, string, string];
  const epsilon = numberAttribute(node, 'epsilon', 1e-5);
  const sizes = [shape(gamma)[0]!, ...range(2, shape(x).length).map(() => 1)];
  const along = (value: string): string => builder.add('Reshape', [value, builder.indices(sizes)]);
  const deviation = (): string => builder.add('Sqrt', [builder.add('Add', [along(variance), builder.scalar(epsilon)])]);
  const factor = (): string =>
    constant(gamma) !== undefined && constant(variance) !== undefined
      ? builder.constant(floats(sizes, batchNormScale(constant(gamma), constant(variance), epsilon)), 'scale')
      : builder.add('Div', [along(gamma), deviation()]);
  const normal = (): string => builder.add('Div', [builder.add('Sub', [x, along(mean)]), deviation()]);
  return [
    scope.wants(0) ? builder.add('Mul', [dy(), factor()]) : '',
    scope.wants(1) ? channelSum(scope, normal()) : '',
    scope.wants(2) ? channelSum(scope) : '',
    '',
    '',
  ];
}

/** Σ dy∘value (value 1 if absent) per channel of NC…. */
function channelSum({ builder, dy, shape }: GradientScope, value?: string): string {
  const product = value === undefined ? dy() : builder.add('Mul', [dy(), value]);
  const axes = shape(product).flatMap((_, axis) => (axis === 1 ? [] : [axis]));
  return builder.add('ReduceSum', [product, builder.indices(axes)], { keepdims: 0 });
}

/** Σ dy∘value (value 1 if absent) over the axes along which input `index` is repeated. */
function broadcastSum({ node, builder, dy, shape }: GradientScope, index: number, value?: string): string {
  const product = value === undefined ? dy() : builder.add('Mul', [dy(), value]);
  return unbroadcast(builder, product, shape(node.inputs[index]!));
}

/** x̂ = (x − μ)/√(var + ε) over `axes` and its divisor. */
function normalized(
  { builder, node }: GradientScope,
  x: string,
  axes: readonly number[],
): { readonly normal: string; readonly deviation: string } {
  const mean = (value: string): string => builder.add('ReduceMean', [value, builder.indices(axes)], { keepdims: 1 });
  const centred = builder.add('Sub', [x, mean(x)]);
  const variance = mean(builder.add('Mul', [centred, centred]));
  const deviation = builder.add('Sqrt', [
    builder.add('Add', [variance, builder.scalar(numberAttribute(node, 'epsilon', 1e-5))]),
  ]);
  return { normal: builder.add('Div', [centred, deviation]), deviation };
}

/**
 * ∂/∂x of x̂ = (x − μ)/√(var + ε) over `axes` for the gradient g at x̂: (g − mean(g) − x̂·mean(g∘x̂)) / √(var + ε)
 * (Ba, Kiros, Hinton: Layer Normalization).
 */
function normalizedGradient(scope: GradientScope, x: string, g: string, axes: readonly number[]): string {
  const { builder } = scope;
  const mean = (value: string): string => builder.add('ReduceMean', [value, builder.indices(axes)], { keepdims: 1 });
  const { normal, deviation } = normalized(scope, x, axes);
  const along = builder.add('Mul', [normal, mean(builder.add('Mul', [g, normal]))]);
  const rest = builder.add('Sub', [builder.add('Sub', [g, mean(g)]), along]);
  return builder.add('Div', [rest, deviation]);
}
