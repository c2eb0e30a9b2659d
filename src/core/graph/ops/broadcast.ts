import type { NodeBuilder } from '../operator';
import type { Shape } from '../tensor';

/** What arrives at each operand before broadcasting is undone; called only where it is wanted. */
export interface Sides {
  readonly x: () => string;
  readonly y: () => string;
}

/** Sums `gradient` over the axes along which an operand of `shape` was broadcast: the adjoint of broadcasting. */
export function unbroadcast(builder: NodeBuilder, gradient: string, shape: Shape): string {
  const from = builder.shape(gradient);
  const lead = from.length - shape.length;
  const axes = from.flatMap((size, axis) => (axis < lead || (shape[axis - lead] === 1 && size !== 1) ? [axis] : []));
  const summed =
    axes.length === 0 ? gradient : builder.add('ReduceSum', [gradient, builder.indices(axes)], { keepdims: 1 });
  return lead === 0 ? summed : builder.add('Reshape', [summed, builder.indices(shape)]);
}

/** Broadcasts `value` to `shape`; returns it unchanged if it has that shape. */
export function expandTo(builder: NodeBuilder, value: string, shape: Shape): string {
  const own = builder.shape(value);
  const same = own.length === shape.length && own.every((size, axis) => size === shape[axis]);
  return same ? value : builder.add('Expand', [value, builder.indices(shape)]);
}
