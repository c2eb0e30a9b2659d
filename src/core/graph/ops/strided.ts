import { sizeOf, stridesOf, tensorOf, type Shape, type Tensor } from '../tensor';

/** A tensor whose element at each position of `shape` is the element of `tensor` that `from` names (flat index; −1: `fill`). */
export function gatherElements(
  tensor: Tensor,
  shape: Shape,
  from: (position: readonly number[]) => number,
  fill = 0,
): Tensor {
  const strides = stridesOf(shape);
  const position = new Array<number>(shape.length).fill(0);
  const values = Array.from({ length: sizeOf(shape) }, (_, index) => {
    for (let axis = 0; axis < shape.length; axis++) position[axis] = Math.floor(index / strides[axis]!) % shape[axis]!;
    const source = from(position);
    return source < 0 ? fill : tensor.data[source]!;
  });
  return tensorOf(tensor.type, shape, values);
}

/** Dot product of a position with strides: a flat index. */
export function flatIndex(position: readonly number[], strides: readonly number[]): number {
  return position.reduce((sum, each, axis) => sum + each * strides[axis]!, 0);
}
