import { activate } from './activations';
import { flagAt, numberAt } from '../../json/json';
import { integersAt, perAxisAt } from './configNumbers';
import { only, type LayerReader, type LayerScope } from './scope';
import type { LayerValue } from './value';
import { isSame, pictureOf, pictureValue, windowAttributes } from './window';

/** Convolutions over pictures. Keras keeps kernels as [height, width, in, out]. */
export const CONVOLUTIONS: Readonly<Record<string, LayerReader>> = {
  Conv2D: (scope, inputs) => {
    const x = pictureOf(scope, only(inputs));
    const kernel = scope.weight('kernel', 0, 4);
    const weight = scope.parameter('kernel', kernel, { permutation: [3, 2, 0, 1] });
    const strides = perAxisAt(scope.config, 'strides', [1, 1]);
    const y = scope.builder.add('Conv', [x, weight, ...bias(scope, 1)], {
      ...windowAttributes(scope, x, kernel.shape.slice(0, 2), strides),
      group: numberAt(scope.config, 'groups') ?? 1,
    });
    return finish(scope, y);
  },
  DepthwiseConv2D: (scope, inputs) => finish(scope, depthwise(scope, pictureOf(scope, only(inputs)), bias(scope, 1))),
  SeparableConv2D: (scope, inputs) => {
    const spread = depthwise(scope, pictureOf(scope, only(inputs)), []);
    const pointwise = scope.parameter('pointwise', scope.weight('pointwise_kernel', 1, 4), {
      permutation: [3, 2, 0, 1],
    });
    return finish(scope, scope.builder.add('Conv', [spread, pointwise, ...bias(scope, 2)]));
  },
  Conv2DTranspose: (scope, inputs) => {
    const x = pictureOf(scope, only(inputs));
    const kernel = scope.weight('kernel', 0, 4);
    // [height, width, out, in] to [in, out, height, width].
    const weight = scope.parameter('kernel', kernel, { permutation: [3, 2, 0, 1] });
    const y = scope.builder.add('ConvTranspose', [x, weight, ...bias(scope, 1)], {
      ...transposedAttributes(scope, scope.builder.shape(x).slice(2), kernel.shape.slice(0, 2)),
      group: numberAt(scope.config, 'groups') ?? 1,
    });
    return finish(scope, y);
  },
};

function finish(scope: LayerScope, y: string): LayerValue {
  return activate(scope, pictureValue(scope, y), scope.config.activation);
}

function bias(scope: LayerScope, index: number): string[] {
  return flagAt(scope.config, 'use_bias', true) ? [scope.parameter('bias', scope.weight('bias', index, 1))] : [];
}

/** One small convolution a channel: weights [height, width, channels, multiplier] become [channels·multiplier, 1, …]. */
function depthwise(scope: LayerScope, x: string, offset: readonly string[]): string {
  const kernel = scope.weight('depthwise_kernel', 0, 4);
  const [height, width, channels, multiplier] = kernel.shape as [number, number, number, number];
  const weight = scope.parameter('depthwise', kernel, {
    permutation: [2, 3, 0, 1],
    shape: [channels * multiplier, 1, height, width],
  });
  const strides = perAxisAt(scope.config, 'strides', [1, 1]);
  const attributes = windowAttributes(scope, x, [height, width], strides);
  return scope.builder.add('Conv', [x, weight, ...offset], { ...attributes, group: channels });
}

/**
 * Keras's output size: `same` in·stride, `valid` in·stride + max(span − stride, 0); with `output_padding` p
 * stride·(in − 1) + span + p, less 2·⌊span/2⌋ for `same`. Pads are those of the forward convolution on that size.
 */
function transposedAttributes(
  scope: LayerScope,
  sizes: readonly number[],
  kernel: readonly number[],
): Readonly<Record<string, readonly number[]>> {
  const strides = perAxisAt(scope.config, 'strides', [1, 1]);
  const dilations = perAxisAt(scope.config, 'dilation_rate', [1, 1]);
  const extra = integersAt(scope.config, 'output_padding') && perAxisAt(scope.config, 'output_padding', [0, 0], 0);
  const same = isSame(scope);
  const axes = sizes.map((size, axis) => {
    const stride = strides[axis]!;
    const span = dilations[axis]! * (kernel[axis]! - 1) + 1;
    const full = stride * (size - 1) + span;
    let output = same ? size * stride : size * stride + Math.max(span - stride, 0);
    if (extra) output = full + extra[axis]! - (same ? 2 * Math.floor(span / 2) : 0);
    const total = same ? Math.max(0, full - output) : 0;
    const begin = Math.floor(total / 2);
    return { begin, end: total - begin, more: output - (full - total) };
  });
  if (axes.some(({ more }) => more < 0)) throw new Error('its output is smaller than its kernel allows');
  return {
    kernel_shape: kernel,
    strides,
    dilations,
    pads: [...axes.map(({ begin }) => begin), ...axes.map(({ end }) => end)],
    output_padding: axes.map(({ more }) => more),
  };
}
