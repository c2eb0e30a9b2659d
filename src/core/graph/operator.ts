import type { Attributes, GraphNode } from './graph';
import type { Shape, Tensor, TypedShape } from './tensor';

/**
 * What an operator does with the elements of its inputs, whatever their numbers are: passes and inspectors ask for it.
 * `elementwise`: computes each element of its first input by itself, in its place; other inputs are parameters.
 * `broadcast`: computes elements of all inputs, lined up by broadcasting, in their place.
 * `reduces`: makes one element of all along its axes, given as its second input or attribute, with `keepdims`.
 * `passes`: hands every element of its first input on in the same order. `reshapes`: each of them once, in another shape.
 * `selects`: hands elements of its first input on, some or all, to other places.
 * `within`: what it makes lies between the least and the greatest element of its first input.
 * `channels-second`: takes and gives pictures [batch, channels, …], which it keeps apart.
 */
export type Trait =
  'elementwise' | 'broadcast' | 'reduces' | 'passes' | 'reshapes' | 'selects' | 'within' | 'channels-second';

/** An operator: what it does, what it makes of shapes, how it is folded, and its derivative, side by side. */
export interface Operator {
  readonly traits?: readonly Trait[];
  /** Type and shape of each output. Throws if the inputs do not fit. */
  readonly infer: (node: GraphNode, inputs: OperatorInputs) => readonly TypedShape[];
  /** The result for constant inputs; given for everything that computes shapes or prepares weights. */
  readonly evaluate?: (node: GraphNode, inputs: readonly (Tensor | undefined)[]) => readonly Tensor[];
  /**
   * Defined by other operators: adds them and returns the value of each output, '' where one is not made. Such nodes are written
   * out as soon as their inputs' shapes are known, so that derivative and writer meet only what they are made of. Undefined: this
   * node stands for itself.
   */
  readonly decompose?: (node: GraphNode, builder: DecomposingBuilder) => readonly string[] | undefined;
  /** The same node in a form that ONNX Runtime computes as it should, once its inputs' shapes are known. */
  readonly settle?: (node: GraphNode, builder: SettledBuilder) => GraphNode;
  /**
   * Adds the nodes of the vector–Jacobian product and returns the gradient of each input, '' where none flows. `'zero'`: the
   * derivative is zero everywhere that it exists (Round, Sign); callers warn. Absent: cannot be differentiated.
   */
  readonly gradient?: ((scope: GradientScope) => readonly string[]) | 'zero';
}

/** Types of a node's inputs (undefined: absent) and the values of those that are constant. */
export interface OperatorInputs {
  readonly types: readonly (TypedShape | undefined)[];
  readonly constants: readonly (Tensor | undefined)[];
}

/** What a derivative sees: the node, the gradients of its outputs ('' where none arrived) and a builder to add to. */
export interface GradientScope {
  readonly node: GraphNode;
  readonly builder: NodeBuilder;
  /** Gradient of output `index`; throws if none arrived. */
  readonly dy: (index?: number) => string;
  readonly hasGradient: (index: number) => boolean;
  /** Is the gradient of input `index` wanted? */
  readonly wants: (index: number) => boolean;
  readonly shape: (value: string) => Shape;
  readonly constant: (value: string) => Tensor | undefined;
}

/** What writing a node out may ask and add. */
export type DecomposingBuilder = NodeBuilder & { readonly constantOf: (value: string) => Tensor | undefined };

/** What settling a node may ask and add. */
export type SettledBuilder = Pick<NodeBuilder, 'constant' | 'indices' | 'shape'> & {
  readonly constantOf: (value: string) => Tensor | undefined;
};

/** The part of a builder that operators add nodes with; every value's type is known as soon as it exists. */
export interface NodeBuilder {
  /** Adds a node with one output and returns that output's name. */
  add(op: string, inputs: readonly string[], attributes?: Attributes): string;
  /** Adds a node with `count` outputs. */
  addMany(op: string, inputs: readonly string[], count: number, attributes?: Attributes): readonly string[];
  constant(tensor: Tensor, hint?: string): string;
  scalar(value: number): string;
  indices(values: readonly number[]): string;
  type(value: string): TypedShape;
  shape(value: string): Shape;
}
