import { stridedCopy } from './ops/strided';
import { stridesOf, type Tensor } from './tensor';

/** Axis `a` of the result is axis `permutation[a]` of the source. */
export type Permutation = readonly number[];

export function isIdentity(permutation: Permutation): boolean {
  return permutation.every((axis, index) => axis === index);
}

/** Transposing by `first` and then by `second`, at once. */
export function composed(first: Permutation, second: Permutation): Permutation {
  return second.map((axis) => first[axis]!);
}

export function inverse(permutation: Permutation): Permutation {
  return permutation.map((_, axis) => permutation.indexOf(axis));
}

export function samePermutation(left: Permutation, right: Permutation): boolean {
  return left.length === right.length && left.every((axis, index) => axis === right[index]);
}

/** An axis counted from the end if negative, from 0 on; undefined: there is none. */
export function countedAxis(axis: number, rank: number): number | undefined {
  const counted = axis < 0 ? axis + rank : axis;
  return Number.isInteger(counted) && counted >= 0 && counted < rank ? counted : undefined;
}

export function transposedTensor(tensor: Tensor, permutation: Permutation): Tensor {
  const strides = stridesOf(tensor.shape);
  return stridedCopy(
    tensor,
    permutation.map((axis) => tensor.shape[axis]!),
    permutation.map((axis) => strides[axis]!),
  );
}

/**
 * The constant that broadcasts against a source as `tensor` does against that source transposed by `permutation`. Undefined: it
 * has more axes than the source.
 */
export function untransposedOperand(tensor: Tensor, permutation: Permutation): Tensor | undefined {
  const rank = permutation.length;
  if (tensor.shape.length > rank) return undefined;
  if (tensor.data.length === 1) return tensor;
  const lined: Tensor = {
    ...tensor,
    shape: [...new Array<number>(rank - tensor.shape.length).fill(1), ...tensor.shape],
  };
  return transposedTensor(lined, inverse(permutation));
}
