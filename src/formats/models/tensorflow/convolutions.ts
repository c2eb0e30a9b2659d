import type { Attributes } from '../../../core/graph/graph';
import type { Tensor } from '../../../core/graph/tensor';
import { flagOf, integersOf, numberOf, textOf, textsOf } from './attributes';
import { activate } from './elementwise';
import {
  input,
  isChannelsFirst,
  onChannelsFirst,
  spatialPair,
  TO_LAST,
  type NodeReader,
  type NodeScope,
} from './scope';

/** Convolutions and what is fused into them. */
export const convolutions: Readonly<Record<string, NodeReader>> = {
  Conv2D: (scope) => convolution(scope),
  DepthwiseConv2dNative: (scope) => depthwiseConvolution(scope),
  DepthwiseConv2d: (scope) => depthwiseConvolution(scope),
  _FusedConv2D: (scope) => fused(scope, convolution(scope)),
  FusedConv2D: (scope) => fused(scope, convolution(scope)),
  FusedDepthwiseConv2dNative: (scope) => fused(scope, depthwiseConvolution(scope)),
  Conv2DBackpropInput: transposedConvolution,
  BiasAdd: (scope) => addBias(scope, input(scope, 0), input(scope, 1), scope.readersOf(0) === 1),
  BiasAddV1: (scope) => addBias(scope, input(scope, 0), input(scope, 1), scope.readersOf(0) === 1),
  FusedBatchNorm: batchNormalization,
  FusedBatchNormV2: batchNormalization,
  FusedBatchNormV3: batchNormalization,
};

/** Filters are [height, width, in, out]. */
function convolution(scope: NodeScope): string {
  const { emitter } = scope;
  const filter = input(scope, 1);
  const weights = emitter.add('Transpose', [filter], { perm: [3, 2, 0, 1] });
  const attributes = windowAttributes(scope, emitter.constantOf(filter));
  return onChannelsFirst(scope, input(scope, 0), (x) => emitter.add('Conv', [x, weights], attributes));
}

/** Filters are [height, width, channels, multiplier]; output channel c·multiplier + m reads channel c. */
function depthwiseConvolution(scope: NodeScope): string {
  const { emitter } = scope;
  const filter = emitter.constantOf(input(scope, 1));
  if (filter?.shape.length !== 4) throw new Error('its weights are no constant of four axes');
  const [height, width, channels, multiplier] = filter.shape as unknown as readonly [number, number, number, number];
  const turned = emitter.add('Transpose', [input(scope, 1)], { perm: [2, 3, 0, 1] });
  const weights = emitter.add('Reshape', [turned, emitter.integers([channels * multiplier, 1, height, width])]);
  const attributes = { ...windowAttributes(scope, filter), group: channels };
  return onChannelsFirst(scope, input(scope, 0), (x) => emitter.add('Conv', [x, weights], attributes));
}

/** Strides, dilations and padding of a convolution by `filter` (undefined: computed). SAME puts the odd row at the end. */
function windowAttributes(scope: NodeScope, filter: Tensor | undefined): Attributes {
  const { node } = scope;
  if (filter !== undefined && filter.shape.length !== 4) throw new Error('its weights do not have four axes');
  const strides = spatialPair(scope, integersOf(node, 'strides'), 1);
  const dilations = spatialPair(scope, integersOf(node, 'dilations'), 1);
  const kernel = filter?.shape.slice(0, 2);
  const common = { strides, dilations, ...(kernel && { kernel_shape: kernel }) };
  const padding = textOf(node, 'padding', 'VALID');
  if (padding === 'VALID') return common;
  if (padding === 'EXPLICIT') return { ...common, pads: explicitPads(scope) };
  if (padding !== 'SAME') throw new Error(`the padding ${padding.slice(0, 20)} is not known`);
  // Without strides the padding is the same for every size.
  if (kernel !== undefined && strides.every((stride) => stride === 1)) {
    const total = kernel.map((size, axis) => dilations[axis]! * (size - 1));
    const begin = total.map((pad) => Math.floor(pad / 2));
    return { ...common, pads: [...begin, ...total.map((pad, axis) => pad - begin[axis]!)] };
  }
  if (dilations.some((dilation) => dilation !== 1))
    throw new Error('strides together with dilations are not supported');
  return { ...common, auto_pad: 'SAME_UPPER' };
}

/** [top, left, bottom, right] out of [before, after] for each axis. */
export function explicitPads(scope: NodeScope): readonly number[] {
  const list = integersOf(scope.node, 'explicit_paddings');
  if (list?.length !== 8) throw new Error('its explicit paddings are missing');
  const [height, width] = isChannelsFirst(scope) ? [4, 6] : [2, 4];
  return [list[height]!, list[width]!, list[height + 1]!, list[width + 1]!];
}

/** What follows a fused product: arguments stand after the two operands, in the order of the operations. */
export function fused(scope: NodeScope, product: string): string {
  let next = 2;
  const argument = (): string => input(scope, next++);
  return textsOf(scope.node, 'fused_ops').reduce((x, name) => {
    if (name === 'BiasAdd') return addBias(scope, x, argument(), true);
    if (name === 'Add') return scope.emitter.add('Add', [x, argument()]);
    if (name === 'FusedBatchNorm') {
      const statistics = [argument(), argument(), argument(), argument()];
      return normalized(scope, x, statistics);
    }
    return activate(scope, name, x, argument);
  }, product);
}

/** Adds a bias per channel; into the convolution that makes `x`, if nothing else reads it (`only`). */
function addBias(scope: NodeScope, x: string, bias: string, only: boolean): string {
  const { emitter } = scope;
  const first = isChannelsFirst(scope);
  const last = emitter.producerOf(x);
  const turned = !first && last?.op === 'Transpose' && last.attributes.perm === TO_LAST;
  const convolution = turned ? emitter.producerOf(last.inputs[0]!) : last;
  const isBare = convolution?.op === 'Conv' && convolution.inputs.length === 2 && (first || turned);
  if (only && isBare && emitter.constantOf(bias) !== undefined) {
    const biased = emitter.add('Conv', [...convolution.inputs, bias], convolution.attributes);
    return first ? biased : emitter.add('Transpose', [biased], { perm: TO_LAST });
  }
  return emitter.add('Add', [x, first ? emitter.add('Reshape', [bias, emitter.integers([-1, 1, 1])]) : bias]);
}

function batchNormalization(scope: NodeScope): string {
  if (flagOf(scope.node, 'is_training', false)) throw new Error('it normalises by the batch, as in training');
  return normalized(
    scope,
    input(scope, 0),
    [1, 2, 3, 4].map((index) => input(scope, index)),
  );
}

/** Statistics: scale, offset, mean, variance. */
function normalized(scope: NodeScope, x: string, statistics: readonly string[]): string {
  const epsilon = numberOf(scope.node, 'epsilon', 1e-4);
  return onChannelsFirst(scope, x, (picture) =>
    scope.emitter.add('BatchNormalization', [picture, ...statistics], { epsilon }),
  );
}

/** The derivative of a convolution as a layer: inputs are the result's shape, filters [height, width, out, in], the picture. */
function transposedConvolution(scope: NodeScope): string {
  const { emitter, node, parts } = scope;
  const filter = emitter.constantOf(input(scope, 1));
  if (filter?.shape.length !== 4) throw new Error('its weights are no constant of four axes');
  const weights = emitter.add('Transpose', [input(scope, 1)], { perm: [3, 2, 0, 1] });
  const kernel = filter.shape.slice(0, 2);
  const strides = spatialPair(scope, integersOf(node, 'strides'), 1);
  const dilations = spatialPair(scope, integersOf(node, 'dilations'), 1);
  const shape = input(scope, 0);
  const constant = emitter.constantOf(shape);
  const sizes = constant === undefined ? (parts.get(shape) ?? []) : Array.from(constant.data);
  const asked = isChannelsFirst(scope) ? sizes.slice(2, 4) : sizes.slice(1, 3);
  const padding = textOf(node, 'padding', 'VALID');
  if (padding !== 'SAME' && padding !== 'VALID') throw new Error('its padding is not supported');
  // A size that is computed is the usual one: `stride` times the picture's.
  const fit = kernel.map((size, axis) => {
    const span = dilations[axis]! * (size - 1) + 1;
    const stride = strides[axis]!;
    const wanted = asked[axis];
    if (padding === 'VALID') return wanted === undefined ? -Math.max(0, stride - span) : -((wanted - span) % stride);
    return wanted === undefined ? span - stride : (Math.ceil(wanted / stride) - 1) * stride + span - wanted;
  });
  const begin = fit.map((pad) => Math.floor(Math.max(0, pad) / 2));
  const attributes = {
    kernel_shape: kernel,
    strides,
    dilations,
    pads: [...begin, ...fit.map((pad, axis) => Math.max(0, pad) - begin[axis]!)],
    output_padding: fit.map((pad) => Math.max(0, -pad)),
  };
  return onChannelsFirst(scope, input(scope, 2), (x) => emitter.add('ConvTranspose', [x, weights], attributes));
}
