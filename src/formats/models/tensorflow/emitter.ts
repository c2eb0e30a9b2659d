import { numberAttribute, type Attributes, type GraphNode, type Origin } from '../../../core/graph/graph';
import { operators } from '../../../core/graph/ops/registry';
import { floats, integers, sizeOf, type Tensor } from '../../../core/graph/tensor';

/** Elements that constants which reading computes may have in all, beside twice those of the weights. */
const FOLD_LIMIT = 8 * 1024 * 1024;
/** Operators whose result shares its input's elements. */
const SHARING: ReadonlySet<string> = new Set(['Identity', 'Reshape', 'Squeeze', 'Unsqueeze', 'Flatten']);

/** Collects nodes without knowing shapes; what depends only on constants is computed at once. */
export class Emitter {
  readonly nodes: GraphNode[] = [];
  readonly constants = new Map<string, Tensor>();
  readonly #producers = new Map<string, GraphNode>();
  readonly #origins = new Map<GraphNode, readonly Origin[]>();
  readonly #taken: Set<string>;
  #counter = 0;
  #left = FOLD_LIMIT;

  /** `reserved` names are never made up. */
  constructor(reserved: Iterable<string>) {
    this.#taken = new Set(reserved);
  }

  fresh(hint: string): string {
    let name: string;
    do name = `${hint}:${this.#counter++}`;
    while (this.#taken.has(name));
    return name;
  }

  /** A constant of the file, under its own name. */
  addWeight(name: string, tensor: Tensor): void {
    this.constants.set(name, tensor);
    this.#left += 2 * tensor.data.length;
  }

  constant(tensor: Tensor, hint = 'constant'): string {
    const name = this.fresh(hint);
    this.constants.set(name, tensor);
    return name;
  }

  scalar(value: number): string {
    return this.constant(floats([], [value]), 'scalar');
  }

  integers(values: readonly number[]): string {
    return this.constant(integers(values), 'integers');
  }

  constantOf(value: string): Tensor | undefined {
    return this.constants.get(value);
  }

  /** The node that makes a value; undefined for constants and inputs. */
  producerOf(value: string): GraphNode | undefined {
    return this.#producers.get(value);
  }

  /** Says of which layer a value is, unless it is a constant, an input, or that of another layer that was handed on. */
  mark(value: string, origin: Origin): void {
    const node = this.#producers.get(value);
    if (node === undefined) return;
    const known = this.#origins.get(node) ?? [];
    const output = node.outputs.indexOf(value);
    if (known.some((other) => (other.output ?? 0) === output)) return;
    this.#origins.set(node, [...known, output === 0 ? origin : { ...origin, output }]);
  }

  /** The nodes with their layers. */
  layered(): readonly GraphNode[] {
    return this.nodes.map((node) => {
      const origins = this.#origins.get(node);
      return origins === undefined ? node : { ...node, origins };
    });
  }

  add(op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.addMany(op, inputs, 1, attributes)[0]!;
  }

  addMany(op: string, inputs: readonly string[], count: number, attributes: Attributes = {}): readonly string[] {
    const outputs = Array.from({ length: count }, () => this.fresh(op));
    this.addNode({ op, inputs, outputs, attributes });
    return outputs;
  }

  addNode(node: GraphNode): void {
    const tensors = node.inputs.map((name) => this.constants.get(name));
    const evaluate = node.op === 'Shape' ? shapeOf : operators.get(node.op)?.evaluate;
    const known = node.inputs.every((name, index) => name === '' || tensors[index] !== undefined);
    if (!known || evaluate === undefined || (node.inputs.length === 0 && node.op !== 'Constant')) {
      this.nodes.push(node);
      for (const name of node.outputs) this.#producers.set(name, node);
      return;
    }
    this.#pay(node, tensors);
    const results = evaluate(node, tensors);
    node.outputs.forEach((name, index) => {
      const tensor = results[index];
      if (tensor === undefined) throw new Error(`${node.op} has no output ${index}`);
      this.constants.set(name, tensor);
    });
  }

  /** Throws before anything is computed that would be too large. */
  #pay(node: GraphNode, tensors: readonly (Tensor | undefined)[]): void {
    if (SHARING.has(node.op)) return;
    const types = operators.get(node.op)!.infer(node, { types: tensors, constants: tensors });
    for (const { shape } of types) this.#left -= sizeOf(shape);
    if (!(this.#left >= 0)) throw new Error('The constants of the model are too large');
  }
}

/** Of constants; the shape of everything else is known only later. */
function shapeOf(node: GraphNode, [tensor]: readonly (Tensor | undefined)[]): readonly Tensor[] {
  const { shape } = tensor!;
  return [integers(shape.slice(numberAttribute(node, 'start', 0), numberAttribute(node, 'end', shape.length)))];
}
