import type { NodeBuilder } from '../operator';
import { floats, sizeOf, type Shape } from '../tensor';

/** Zeros of `shape`; large ones are made when the graph is loaded, so that they do not swell the file. */
export function zeros(builder: NodeBuilder, shape: Shape): string {
  const size = sizeOf(shape);
  if (size > 4096) return builder.add('ConstantOfShape', [builder.indices(shape)], { value: floats([1], [0]) });
  return builder.constant(floats(shape, new Float32Array(size)), 'zeros');
}
