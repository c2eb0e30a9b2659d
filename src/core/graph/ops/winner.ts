import type { NodeBuilder } from '../operator';
import { integers, sizeOf } from '../tensor';

/** 1 at the first largest (ArgMax) or smallest (ArgMin) element over `axes`, else 0; shape of `x`. */
export function winnerMask(builder: NodeBuilder, x: string, axes: readonly number[], op: 'ArgMax' | 'ArgMin'): string {
  const shape = builder.shape(x);
  const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const perm = [...kept, ...shape.map((_, axis) => axis).filter((axis) => axes.includes(axis))];
  const turned = perm.every((axis, at) => axis === at) ? x : builder.add('Transpose', [x], { perm });
  const sizes = perm.map((axis) => shape[axis]!);
  const inner = sizeOf(sizes.slice(kept.length));
  const rows = builder.add('Reshape', [turned, builder.indices([sizeOf(sizes) / inner, inner])]);
  const winners = builder.add(op, [rows], { axis: 1, keepdims: 1 });
  const places = builder.constant(
    integers(
      Array.from({ length: inner }, (_, index) => index),
      [1, inner],
    ),
  );
  const mask = builder.add('Cast', [builder.add('Equal', [places, winners])], { to: 1 });
  const spread = builder.add('Reshape', [mask, builder.indices(sizes)]);
  if (turned === x) return spread;
  return builder.add('Transpose', [spread], { perm: perm.map((_, axis) => perm.indexOf(axis)) });
}
