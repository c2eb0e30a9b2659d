import type { GraphNode } from '../graph';
import { NotWrittenOut } from '../notWrittenOut';
import type { OperatorInputs } from '../operator';
import type { Tensor } from '../tensor';

/** An axis (or index) counted from the end if negative, from 0 on. Throws if there is none. */
export function positive(axis: number, rank: number): number {
  const result = axis < 0 ? axis + rank : axis;
  if (!(result >= 0 && result < Math.max(1, rank))) throw new Error(`There is no axis ${axis} in rank ${rank}`);
  return result;
}

/** Input `index`, which shapes depend on. Throws if it is computed from the picture. */
export function requiredConstant(node: GraphNode, constants: OperatorInputs['constants'], index: number): Tensor {
  const tensor = constants[index];
  if (tensor === undefined) throw new NotWrittenOut(node.op, `input ${index}`);
  return tensor;
}
