import type { ElementType, Shape, Tensor, TypedShape } from './tensor';

/** A body of control flow. What it takes from around it is named: the last inputs of its node, in this order. */
export interface Subgraph {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly captures: readonly string[];
  readonly nodes: readonly GraphNode[];
  readonly constants: ReadonlyMap<string, Tensor>;
}

/** An attribute as ONNX has them. */
export type Attribute = number | string | readonly number[] | readonly string[] | Tensor | Subgraph;
export type Attributes = Readonly<Record<string, Attribute>>;

/** One operation. An absent optional input or output has the name ''. */
export interface GraphNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
  /** Layers of the file whose values the node makes; see `origins.ts`. */
  readonly origins?: readonly Origin[];
}

/**
 * A layer of the file whose value is an output of a node: all that reads the layer's value in the file reads that output, so that a
 * derivative with respect to the one is one with respect to the other.
 */
export interface Origin {
  /** The layer's name, none of which another layer has: Keras's with those of the models that hold it, ONNX's of the value. */
  readonly layer: string;
  /** What the file calls its kind: Keras's class, the operator of ONNX or TensorFlow. */
  readonly kind: string;
  /** The module of PyTorch that it was exported from. */
  readonly scope?: string;
  /** Which output; the first unless told. */
  readonly output?: number;
  /** Where the file orders the axes otherwise: axis a of the layer's value is axis `permutation[a]` of the output. */
  readonly permutation?: readonly number[];
}

export interface GraphInput {
  readonly name: string;
  readonly type: ElementType;
  /** −1: the batch size, or a size that the file leaves open. */
  readonly shape: Shape;
}

/**
 * A network as ONNX operators (opset 21 semantics, NCHW as the file has it): values are names, nodes stand in topological
 * order, every value has one producer.
 */
export interface Graph {
  readonly inputs: readonly GraphInput[];
  readonly outputs: readonly string[];
  readonly nodes: readonly GraphNode[];
  readonly constants: ReadonlyMap<string, Tensor>;
}

/** A graph whose every size is known. */
export interface StaticGraph extends Graph {
  readonly types: ReadonlyMap<string, TypedShape>;
}

export function subgraphAttribute({ op, attributes }: GraphNode, name: string): Subgraph {
  const value = attributes[name];
  if (!isSubgraph(value)) throw new Error(`${op}: ${name} is missing`);
  return value;
}

export function isSubgraph(value: Attribute | undefined): value is Subgraph {
  return typeof value === 'object' && 'captures' in value;
}

export function numberAttribute(node: GraphNode, name: string, fallback: number): number {
  const value = node.attributes[name];
  return typeof value === 'number' ? value : fallback;
}

export function textAttribute(node: GraphNode, name: string, fallback: string): string {
  const value = node.attributes[name];
  return typeof value === 'string' ? value : fallback;
}

export function numbersAttribute(node: GraphNode, name: string): readonly number[] | undefined {
  const value = node.attributes[name];
  return Array.isArray(value) && value.every((each) => typeof each === 'number') ? value : undefined;
}
