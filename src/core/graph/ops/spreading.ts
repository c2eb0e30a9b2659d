import type { NodeBuilder } from '../operator';
import { floats, sizeOf } from '../tensor';
import { forEachPosition } from './strided';

/**
 * `value` [N, C, …] with stride − 1 zeros after every element along each spatial axis: repeated, then masked, which ONNX
 * Runtime does many times as fast as any way to write zeros in between.
 */
export function spreadApart(builder: NodeBuilder, value: string, strides: readonly number[]): string {
  const scales = builder.constant(floats([strides.length + 2], [1, 1, ...strides]));
  const repeated = builder.add('Resize', [value, '', scales], {
    mode: 'nearest',
    coordinate_transformation_mode: 'asymmetric',
    nearest_mode: 'floor',
  });
  const spatial = builder.shape(repeated).slice(2);
  const mask = new Float32Array(sizeOf(spatial));
  forEachPosition(spatial, (position, index) => {
    mask[index] = position.every((at, axis) => at % (strides[axis] ?? 1) === 0) ? 1 : 0;
  });
  return builder.add('Mul', [repeated, builder.constant(floats([1, 1, ...spatial], mask), 'comb')]);
}
