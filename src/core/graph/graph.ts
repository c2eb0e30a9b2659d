import type { ElementType, Shape, Tensor, TypedShape } from './tensor';

/** An attribute as ONNX has them. */
export type Attribute = number | string | readonly number[] | readonly string[] | Tensor;
export type Attributes = Readonly<Record<string, Attribute>>;

/** One operation. An absent optional input or output has the name ''. */
export interface GraphNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
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
