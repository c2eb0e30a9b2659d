import { stringAt } from '../../json/json';
import { perAxisAt } from './configNumbers';
import type { LayerScope } from './scope';
import { channelsFirstValue, plainValue, type LayerValue } from './value';

/** The order that a layer's `data_format` says; channels come last unless told. */
export function isChannelsFirst({ config }: Pick<LayerScope, 'config'>): boolean {
  return /^channels_?first$/i.test(stringAt(config, 'data_format') ?? '');
}

/** A layer's input as [batch, channels, height, width], whichever of Keras's two formats the layer has. */
export function pictureOf(scope: LayerScope, x: LayerValue): string {
  if (x.shape.length !== 4) throw new Error(`it needs a picture, but its input has ${x.shape.length} axes`);
  return isChannelsFirst(scope) ? x.plain() : x.channelsFirst();
}

/** What a layer makes of its picture, in the format of that layer. */
export function pictureValue(scope: LayerScope, name: string): LayerValue {
  return isChannelsFirst(scope) ? plainValue(scope.builder, name) : channelsFirstValue(scope.builder, name);
}

export interface WindowAttributes extends Record<string, readonly number[]> {
  readonly kernel_shape: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly pads: readonly number[];
}

/** Strides, dilations and pads of a convolution or pooling over `x`; `same` puts the odd row of padding at the end. */
export function windowAttributes(
  scope: LayerScope,
  x: string,
  kernel: readonly number[],
  strides: readonly number[],
): WindowAttributes {
  const dilations = perAxisAt(scope.config, 'dilation_rate', [1, 1]);
  const spatial = scope.builder.shape(x).slice(2);
  const pads = isSame(scope) ? samePads(spatial, kernel, strides, dilations) : [0, 0, 0, 0];
  return { kernel_shape: kernel, strides, dilations, pads };
}

/** `same` or `valid`. Throws for any other padding. */
export function isSame({ config }: LayerScope): boolean {
  const padding = (stringAt(config, 'padding') ?? 'valid').toLowerCase();
  if (padding !== 'same' && padding !== 'valid') throw new Error(`its padding “${padding.slice(0, 40)}” is not known`);
  return padding === 'same';
}

function samePads(
  sizes: readonly number[],
  kernel: readonly number[],
  strides: readonly number[],
  dilations: readonly number[],
): number[] {
  const total = sizes.map((size, axis) => {
    const count = Math.ceil(size / strides[axis]!);
    return Math.max(0, (count - 1) * strides[axis]! + dilations[axis]! * (kernel[axis]! - 1) + 1 - size);
  });
  const begin = total.map((pad) => Math.floor(pad / 2));
  return [...begin, ...total.map((pad, axis) => pad - begin[axis]!)];
}
