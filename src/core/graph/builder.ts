import type { Attributes, Graph, GraphInput, GraphNode, Origin, StaticGraph } from './graph';
import type { NodeBuilder, Operator } from './operator';
import { floats, integers, type Shape, type Tensor, type TypedShape } from './tensor';

/** Looks an operator up by its name; undefined: unknown. */
export type OperatorTable = ReadonlyMap<string, Operator>;

/** Grows a static graph node by node; every value's type is known as soon as it exists. */
export class GraphBuilder implements NodeBuilder {
  readonly #nodes: GraphNode[] = [];
  readonly #inputs: GraphInput[] = [];
  readonly #constants = new Map<string, Tensor>();
  readonly #types = new Map<string, TypedShape>();
  /** Places of the nodes that were added, by what they make. */
  readonly #producers = new Map<string, number>();
  readonly #reserved = new Set<string>();
  #counter = 0;

  constructor(readonly operators: OperatorTable) {}

  /** A builder that goes on where `graph` ends. */
  static from(graph: StaticGraph, operators: OperatorTable): GraphBuilder {
    const builder = new GraphBuilder(operators);
    // Not all at once as arguments: a network may have more nodes than a call can take.
    for (const node of graph.nodes) builder.#nodes.push(node);
    for (const input of graph.inputs) builder.#inputs.push(input);
    for (const [name, tensor] of graph.constants) builder.#constants.set(name, tensor);
    for (const [name, type] of graph.types) builder.#types.set(name, type);
    return builder;
  }

  /**
   * A builder that has the inputs and constants of `graph` and none of its nodes, for a pass that writes them anew one by one; new
   * values never get a name that a later node of `graph` brings along.
   */
  static rewriting(graph: StaticGraph, operators: OperatorTable): GraphBuilder {
    const builder = GraphBuilder.reserving(graph, operators);
    for (const { name, type, shape } of graph.inputs) builder.input(name, { type, shape });
    for (const [name, tensor] of graph.constants) builder.setConstant(name, tensor);
    return builder;
  }

  /** An empty builder that gives no new value a name of a node of `graph`. */
  static reserving(graph: Graph, operators: OperatorTable): GraphBuilder {
    const builder = new GraphBuilder(operators);
    builder.reserve(graph);
    return builder;
  }

  /** No new value gets a name of a node of `graph`. */
  reserve({ nodes }: Graph): void {
    for (const { outputs } of nodes) for (const name of outputs) this.#reserved.add(name);
  }

  input(name: string, type: TypedShape): string {
    this.#inputs.push({ name, ...type });
    this.#types.set(name, type);
    return name;
  }

  constant(tensor: Tensor, hint = 'constant'): string {
    const name = this.fresh(hint);
    this.setConstant(name, tensor);
    return name;
  }

  setConstant(name: string, tensor: Tensor): void {
    this.#constants.set(name, tensor);
    this.#types.set(name, { type: tensor.type, shape: tensor.shape });
  }

  scalar(value: number): string {
    return this.constant(floats([], [value]), 'scalar');
  }

  indices(values: readonly number[]): string {
    return this.constant(integers(values), 'indices');
  }

  /** Adds a node with one output and returns that output's name. */
  add(op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.addNode({ op, inputs, outputs: [this.fresh(op)], attributes })[0]!;
  }

  /** Adds a node with `count` outputs. */
  addMany(op: string, inputs: readonly string[], count: number, attributes: Attributes = {}): readonly string[] {
    return this.addNode({ op, inputs, outputs: Array.from({ length: count }, () => this.fresh(op)), attributes });
  }

  /** Adds a node as it is; infers the types of its outputs. */
  addNode(node: GraphNode): readonly string[] {
    const operator = this.operators.get(node.op);
    if (operator === undefined) throw new Error(`Unknown operator ${node.op}`);
    const written = this.writtenOut(node);
    if (written !== undefined) return written;
    const types = operator.infer(node, {
      types: node.inputs.map((name) => (name === '' ? undefined : this.type(name))),
      constants: node.inputs.map((name) => this.#constants.get(name)),
    });
    node.outputs.forEach((name, index) => {
      const type = types[index];
      if (name === '') return;
      if (type === undefined) throw new Error(`${node.op} has no output ${index}`);
      this.#types.set(name, type);
      this.#producers.set(name, this.#nodes.length);
    });
    this.#nodes.push(node);
    return node.outputs;
  }

  /** Adds what the node is made of and gives it the names of the node's outputs; undefined: the node stands for itself. */
  protected writtenOut(node: GraphNode): readonly string[] | undefined {
    const values = this.operators.get(node.op)?.decompose?.(node, this);
    if (values === undefined) return undefined;
    const { op, outputs, origins } = node;
    outputs.forEach((name, index) => {
      if (name === '') return;
      const value = values[index] ?? '';
      if (value === '') throw new Error(`${op}: output ${index} is not supported`);
      const own = origins?.flatMap(({ output = 0, ...origin }) => (output === index ? [origin] : []));
      this.addNode({ op: 'Identity', inputs: [value], outputs: [name], attributes: {}, ...(own && { origins: own }) });
    });
    return outputs;
  }

  /** Says of which layer `value` is; false if no node makes it, or the value of another layer, so that nothing is said. */
  mark(value: string, origin: Origin): boolean {
    const at = this.#producers.get(value);
    const node = at === undefined ? undefined : this.#nodes[at];
    if (node === undefined) return false;
    const output = node.outputs.indexOf(value);
    if (node.origins?.some((other) => (other.output ?? 0) === output)) return false;
    const own = output === 0 ? origin : { ...origin, output };
    this.#nodes[at!] = { ...node, origins: [...(node.origins ?? []), own] };
    return true;
  }

  type(value: string): TypedShape {
    const type = this.#types.get(value);
    if (type === undefined) throw new Error(`Unknown value ${value}`);
    return type;
  }

  shape(value: string): Shape {
    return this.type(value).shape;
  }

  constantOf(value: string): Tensor | undefined {
    return this.#constants.get(value);
  }

  /** A name that nothing has yet. */
  fresh(hint: string): string {
    let name: string;
    do name = `${hint}:${this.#counter++}`;
    while (this.#types.has(name) || this.#reserved.has(name));
    return name;
  }

  /** The graph with these outputs; what they do not need is left out. */
  build(outputs: readonly string[]): StaticGraph {
    const needed = new Set(outputs);
    const nodes: GraphNode[] = [];
    for (const node of [...this.#nodes].reverse()) {
      if (!node.outputs.some((name) => needed.has(name))) continue;
      nodes.push(node);
      for (const name of node.inputs) needed.add(name);
    }
    return {
      inputs: this.#inputs,
      outputs,
      nodes: nodes.reverse(),
      constants: new Map([...this.#constants].filter(([name]) => needed.has(name))),
      types: this.#types,
    };
  }
}
