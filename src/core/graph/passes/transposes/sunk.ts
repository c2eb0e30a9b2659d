import type { Attributes, GraphNode } from '../../graph';
import type { Tensor } from '../../tensor';
import type { Permutation } from '../../permutation';

/** A value that is a source transposed. */
export interface Moved {
  readonly source: string;
  readonly permutation: Permutation;
}

export interface SinkContext {
  /** Undefined: the value is no Transpose of another. */
  readonly moved: (value: string) => Moved | undefined;
  readonly constant: (value: string) => Tensor | undefined;
  readonly addConstant: (tensor: Tensor) => string;
  /** The value as it is, its Transpose made if need be. */
  readonly plain: (value: string) => string;
  /** A Transpose of a value that is none; undefined if that would move many elements or the rank is not `permutation`'s. */
  readonly transposedSmall: (value: string, permutation: Permutation) => string | undefined;
}

/** The node on the source; its outputs are to be transposed by `permutation`. */
export interface Sunk {
  readonly inputs: readonly string[];
  readonly attributes: Attributes;
  readonly permutation: Permutation;
}

/** The first input replaced by its source, others by `replaced` or left plain. */
export function onSource(
  node: GraphNode,
  { plain }: SinkContext,
  { source }: Moved,
  replaced: Readonly<Record<number, string>>,
  permutation: Permutation,
  attributes: Attributes = node.attributes,
): Sunk {
  const rest = node.inputs.slice(1).map((name, index) => replaced[index + 1] ?? (name === '' ? '' : plain(name)));
  return { inputs: [source, ...rest], attributes, permutation };
}
