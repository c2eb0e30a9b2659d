import { integers, tensorOf, type Tensor } from '../../../core/graph/tensor';
import type { Emitter } from './emitter';
import { elementTypeOf, textOf } from './attributes';
import type { TensorFlowNode } from './topology';

/** What the reader of one node sees. */
export interface NodeScope {
  readonly node: TensorFlowNode;
  readonly emitter: Emitter;
  /** Values of the node's inputs. */
  readonly inputs: readonly string[];
  /** How many nodes and outputs read what a value's node makes. */
  readonly readersOf: (input: number) => number;
  /** How many outputs of the node are used. */
  readonly outputs: number;
  /** Elements of a shape that is made of single numbers, where they are known. */
  readonly parts: Map<string, readonly (number | undefined)[]>;
}

/** Emits nodes for one TensorFlow node and returns its outputs. */
export type NodeReader = (scope: NodeScope) => string | readonly string[];

const TO_FIRST = [0, 3, 1, 2] as const;
export const TO_LAST = [0, 2, 3, 1] as const;

/** Input `index`. Throws if the node does not have it. */
export function input({ inputs }: Pick<NodeScope, 'inputs'>, index: number): string {
  const value = inputs[index];
  if (value === undefined) throw new Error(`it has no input ${index}`);
  return value;
}

/** The constant at input `index`. Throws if it is computed. */
export function constantInput(scope: NodeScope, index: number): Tensor {
  const tensor = scope.emitter.constantOf(input(scope, index));
  if (tensor === undefined) throw new Error(`input ${index} is not a constant`);
  return tensor;
}

export function numbersInput(scope: NodeScope, index: number): number[] {
  return Array.from(constantInput(scope, index).data);
}

export function numberInput(scope: NodeScope, index: number): number {
  const [number, ...rest] = numbersInput(scope, index);
  if (number === undefined || rest.length > 0) throw new Error(`input ${index} is not a single number`);
  return number;
}

/** Input `index` as a list of int64, which is how ONNX takes shapes, axes and the like. */
export function int64List({ emitter, inputs }: NodeScope, index: number): string {
  const value = input({ inputs }, index);
  const constant = emitter.constantOf(value);
  if (constant !== undefined) return emitter.constant(integers(Array.from(constant.data)), 'integers');
  return emitter.add('Reshape', [emitter.add('Cast', [value], { to: 7 }), emitter.integers([-1])]);
}

export function isChannelsFirst({ node }: Pick<NodeScope, 'node'>): boolean {
  const format = textOf(node, 'data_format', 'NHWC');
  if (format !== 'NHWC' && format !== 'NCHW') throw new Error(`the data format ${format.slice(0, 20)} is not known`);
  return format === 'NCHW';
}

/** Runs `make` on the picture as [batch, channels, height, width], whichever order the node has. */
export function onChannelsFirst(scope: NodeScope, x: string, make: (picture: string) => string): string {
  if (isChannelsFirst(scope)) return make(x);
  const { emitter } = scope;
  return emitter.add('Transpose', [make(emitter.add('Transpose', [x], { perm: TO_FIRST }))], { perm: TO_LAST });
}

/** Height and width out of a list for all four axes; `fallback` for both if there is none. */
export function spatialPair(
  scope: NodeScope,
  list: readonly number[] | undefined,
  fallback: number,
): readonly number[] {
  if (list === undefined) return [fallback, fallback];
  if (list.length !== 4) throw new Error('a list does not have one number for each axis');
  const [height, width] = isChannelsFirst(scope) ? [list[2]!, list[3]!] : [list[1]!, list[2]!];
  for (const size of [height, width])
    if (!(size >= 1 && size <= 65_536)) throw new Error(`a window cannot have the size or step ${size}`);
  return [height, width];
}

/** A number of the node's own element type (attribute `T`). */
export function numberLike({ node, emitter }: NodeScope, value: number): string {
  return emitter.constant(tensorOf(elementTypeOf(node, 'T', 'float32'), [], [value]), 'scalar');
}

export function isIntegral({ node }: NodeScope): boolean {
  return elementTypeOf(node, 'T', 'float32') !== 'float32';
}
