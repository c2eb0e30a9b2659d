import type { GraphBuilder } from '../../../core/graph/builder';
import type { Shape } from '../../../core/graph/tensor';

/**
 * What a layer puts out. Keras orders pictures [batch, height, width, channels]; in the graph a value of four axes can be had
 * in that order (plain) and as [batch, channels, height, width] (first), whichever its reader wants, and is converted once.
 */
export interface LayerValue {
  /** Keras's shape; the first axis is the batch and stands for any size. */
  readonly shape: Shape;
  readonly plain: () => string;
  readonly channelsFirst: () => string;
  /** The order that needs no conversion. */
  readonly native: Order;
}

export type Order = 'plain' | 'channelsFirst';

/** A value that the graph has in Keras's own order. */
export function plainValue(builder: GraphBuilder, name: string): LayerValue {
  const shape = builder.shape(name);
  const [, height, width, channels] = shape as [number, number, number, number];
  return {
    shape,
    native: 'plain',
    plain: () => name,
    channelsFirst: once(() =>
      moved(builder, name, shape, [0, 3, 1, 2], [channels, height, width], channels === 1 || height * width === 1),
    ),
  };
}

/** A value of four axes that the graph has as [batch, channels, height, width]. */
export function channelsFirstValue(builder: GraphBuilder, name: string): LayerValue {
  const [batch, channels, height, width] = builder.shape(name) as [number, number, number, number];
  const shape = [batch, height, width, channels];
  return {
    shape,
    native: 'channelsFirst',
    channelsFirst: () => name,
    plain: once(() =>
      moved(builder, name, shape, [0, 2, 3, 1], [height, width, channels], channels === 1 || height * width === 1),
    ),
  };
}

/** The same value known in both orders, so that either costs nothing. */
export function bothOrders(plain: LayerValue, native: Order): LayerValue {
  return { ...plain, native };
}

/** A value in one order or the other. */
export function valueIn(order: Order, builder: GraphBuilder, name: string): LayerValue {
  return order === 'plain' ? plainValue(builder, name) : channelsFirstValue(builder, name);
}

/** The value in the order that costs nothing. */
export function inOrder(x: LayerValue): string {
  return x.native === 'plain' ? x.plain() : x.channelsFirst();
}

const CHANNELS_LAST = [0, 2, 3, 1] as const;

/** Axis a of Keras's is this axis of what the graph has; undefined: the same. */
export function inKerasOrder(native: Order): readonly number[] | undefined {
  return native === 'plain' ? undefined : CHANNELS_LAST;
}

/** Where an axis of Keras's order lies in `order`. */
export function axisIn(order: Order, axis: number, rank: number): number {
  const from = axis < 0 ? axis + rank : axis;
  if (!(from >= 0 && from < rank)) throw new Error(`There is no axis ${axis} in ${rank}`);
  return order === 'plain' ? from : [0, 2, 3, 1][from]!;
}

/** A Transpose, or a Reshape where that keeps the elements in their order. */
function moved(
  builder: GraphBuilder,
  name: string,
  shape: Shape,
  perm: readonly number[],
  sizes: readonly number[],
  same: boolean,
): string {
  if (shape.length !== 4) throw new Error(`The layer needs four axes, not ${shape.length}`);
  return same
    ? builder.add('Reshape', [name, builder.indices([0, ...sizes])])
    : builder.add('Transpose', [name], { perm });
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
