import { sizeOf, stridesOf, type ElementType, type Shape, type Tensor } from '../tensor';

/** Folded constants may not grow beyond this many elements. */
const FOLD_LIMIT = 64 * 1024 * 1024;

/** A tensor of zeros. Throws for a shape that is impossible or too large to be folded. */
export function allocate(type: ElementType, shape: Shape): Tensor {
  const count = sizeOf(shape);
  if (!shape.every((size) => Number.isInteger(size) && size >= 0))
    throw new Error(`[${shape.join(', ')}] is not a shape`);
  if (count > FOLD_LIMIT) throw new Error(`A constant of ${count} elements is too large`);
  switch (type) {
    case 'float32':
      return { type, shape, data: new Float32Array(count) };
    case 'int64':
      return { type, shape, data: new Float64Array(count) };
    case 'int32':
      return { type, shape, data: new Int32Array(count) };
    case 'uint8':
    case 'bool':
      return { type, shape, data: new Uint8Array(count) };
    case 'int8':
      return { type, shape, data: new Int8Array(count) };
    case 'uint16':
      return { type, shape, data: new Uint16Array(count) };
    case 'int16':
      return { type, shape, data: new Int16Array(count) };
  }
}

/**
 * The elements of `tensor` at offset + Σ position·stride for each position of `shape`, in row-major order. Transposition,
 * slicing and broadcasting are all such views.
 */
export function stridedCopy(tensor: Tensor, shape: Shape, strides: readonly number[], offset = 0): Tensor {
  const result = allocate(tensor.type, shape);
  const [target, source] = [result.data, tensor.data];
  const last = shape.length - 1;
  const inner = shape[last] ?? 1;
  const step = strides[last] ?? 0;
  const position = new Array<number>(Math.max(0, last)).fill(0);
  let from = offset;
  for (let to = 0; to < target.length;) {
    for (let index = 0; index < inner; index++) target[to++] = source[from + index * step]!;
    for (let axis = last - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++position[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      position[axis] = 0;
    }
  }
  return result;
}

/** Row-major strides of `own` as it is broadcast to `shape`: 0 along the axes that are repeated. */
export function broadcastStrides(own: Shape, shape: Shape): number[] {
  const lead = shape.length - own.length;
  const strides = stridesOf(own);
  return shape.map((_, axis) => (axis < lead || own[axis - lead] === 1 ? 0 : strides[axis - lead]!));
}

/** `tensor` broadcast to `shape`; itself if it has that shape. */
export function broadcastTo(tensor: Tensor, shape: Shape): Tensor {
  const same = tensor.shape.length === shape.length && shape.every((size, axis) => size === tensor.shape[axis]);
  return same ? tensor : stridedCopy(tensor, shape, broadcastStrides(tensor.shape, shape));
}

/** A tensor whose element at each position of `shape` is the element of `tensor` at the flat index `from(position)`. */
export function gatherElements(
  tensor: Tensor,
  shape: Shape,
  from: (position: readonly number[], index: number) => number,
): Tensor {
  const result = allocate(tensor.type, shape);
  forEachPosition(shape, (position, index) => {
    result.data[index] = tensor.data[from(position, index)]!;
  });
  return result;
}

/** Visits the positions of `shape` in row-major order; the position is reused. */
export function forEachPosition(shape: Shape, visit: (position: readonly number[], index: number) => void): void {
  const position = new Array<number>(shape.length).fill(0);
  const count = sizeOf(shape);
  for (let index = 0; index < count; index++) {
    visit(position, index);
    for (let axis = shape.length - 1; axis >= 0 && ++position[axis]! >= shape[axis]!; axis--) position[axis] = 0;
  }
}

/** Dot product of a position with strides: a flat index. */
export function flatIndex(position: readonly number[], strides: readonly number[]): number {
  let sum = 0;
  for (let axis = 0; axis < position.length; axis++) sum += position[axis]! * strides[axis]!;
  return sum;
}
