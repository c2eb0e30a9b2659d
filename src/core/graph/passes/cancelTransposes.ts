import { numberAttribute, numbersAttribute, type Graph, type GraphNode } from '../graph';
import { freshNames } from '../names';
import { hasTrait } from '../ops/traits';
import { Handover, turned } from '../origins';
import { integers, type Tensor } from '../tensor';
import { composed, isIdentity, transposedTensor, type Permutation } from '../permutation';
import { sink } from './transposes/sinking';
import type { Moved, SinkContext } from './transposes/sunk';

/**
 * Moves Transposes towards the outputs through operators that work alike in any order of axes (element by element, joining,
 * cutting, padding, reducing: constants, axes and pads are changed to match), and leaves out those that meet their inverse, so
 * that a network written for channels last runs channels first. Nodes stand in topological order; shapes need not be known. The
 * graph computes what it computed, bit for bit up to the order of sums.
 */
export function cancelTransposes(graph: Graph): Graph {
  return new Cancellation(graph).run();
}

class Cancellation implements SinkContext {
  readonly #graph: Graph;
  readonly #nodes: GraphNode[] = [];
  readonly #constants: Map<string, Tensor>;
  readonly #producers = new Map<string, GraphNode>();
  /** Values that are Transposes of others and made only when something needs them. */
  readonly #moved = new Map<string, Moved>();
  /** Transposes that were made, by source and permutation. */
  readonly #made = new Map<string, string>();
  readonly #fresh: () => string;
  readonly #handover: Handover;

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#constants = new Map(graph.constants);
    this.#fresh = freshNames(graph, 'turned');
    this.#handover = new Handover(graph);
  }

  run(): Graph {
    for (const node of this.#graph.nodes) this.#visit(node);
    for (const name of new Set(this.#graph.outputs)) {
      const value = this.plain(name);
      if (value !== name) this.#add({ op: 'Identity', inputs: [value], outputs: [name], attributes: {} });
    }
    return { ...this.#graph, nodes: this.#handover.given(this.#nodes), constants: this.#constants };
  }

  readonly moved = (value: string): Moved | undefined => this.#moved.get(value);

  readonly constant = (value: string): Tensor | undefined => this.#constants.get(value);

  readonly addConstant = (tensor: Tensor): string => {
    const name = this.#fresh();
    this.#constants.set(name, tensor);
    return name;
  };

  readonly plain = (value: string): string => {
    const moved = this.#moved.get(value);
    return moved === undefined ? value : this.#transposed(moved, value);
  };

  readonly transposedSmall = (value: string, permutation: Permutation): string | undefined =>
    this.#isPerChannel(value, permutation.length)
      ? this.#transposed({ source: value, permutation }, this.#fresh())
      : undefined;

  #visit(node: GraphNode): void {
    if (node.op === 'Transpose' && this.#visitTranspose(node)) return;
    if (node.op === 'Shape' && this.#visitShape(node)) return;
    // An output of a node with several may be absent, and a Transpose of it with it.
    const sunk = sink(node, this);
    if (sunk === undefined) {
      this.#add({ ...node, inputs: node.inputs.map(this.plain) });
      return;
    }
    const { inputs, attributes, permutation } = sunk;
    const isPlain = isIdentity(permutation);
    const outputs = isPlain ? node.outputs : node.outputs.map((name) => (name === '' ? '' : this.#fresh()));
    const origins = node.origins?.map((origin) => (isPlain ? origin : turned(origin, permutation)));
    this.#add({ op: node.op, inputs, outputs, attributes, ...(origins && { origins }) });
    if (isPlain) return;
    node.outputs.forEach((name, index) => {
      if (name === '') return;
      this.#moved.set(name, { source: outputs[index]!, permutation });
      this.#handover.place(name, outputs[index]!, permutation);
    });
  }

  #visitTranspose(node: GraphNode): boolean {
    const [input, output] = [node.inputs[0]!, node.outputs[0]!];
    const before = this.#moved.get(input);
    const constant = this.#constants.get(input);
    const rank = before?.permutation.length ?? constant?.shape.length;
    const permutation =
      numbersAttribute(node, 'perm') ??
      (rank === undefined ? undefined : Array.from({ length: rank }, (_, axis) => rank - 1 - axis));
    if (permutation === undefined || (rank !== undefined && rank !== permutation.length)) return false;
    if (new Set(permutation).size !== permutation.length || !permutation.every((axis) => axis in permutation))
      return false;
    if (constant !== undefined) this.#constants.set(output, transposedTensor(constant, permutation));
    else if (before === undefined) this.#moved.set(output, { source: input, permutation });
    else this.#moved.set(output, { source: before.source, permutation: composed(before.permutation, permutation) });
    if (constant === undefined) this.#handover.take(node, input, permutation);
    return true;
  }

  /** The sizes of a Transpose are those of its source in another order. */
  #visitShape(node: GraphNode): boolean {
    const moved = this.#moved.get(node.inputs[0]!);
    if (moved === undefined) return false;
    const { length } = moved.permutation;
    const chosen = moved.permutation.slice(numberAttribute(node, 'start', 0), numberAttribute(node, 'end', length));
    const sizes = this.#fresh();
    this.#add({ op: 'Shape', inputs: [moved.source], outputs: [sizes], attributes: {} });
    const order = this.addConstant(integers(chosen));
    this.#add({ op: 'Gather', inputs: [sizes, order], outputs: node.outputs, attributes: { axis: 0 } });
    return true;
  }

  #transposed({ source, permutation }: Moved, name: string): string {
    if (isIdentity(permutation)) return source;
    const key = `${permutation.join()}|${source}`;
    const made = this.#made.get(key);
    if (made !== undefined) return made;
    this.#made.set(key, name);
    this.#add({ op: 'Transpose', inputs: [source], outputs: [name], attributes: { perm: permutation } });
    return name;
  }

  /**
   * One number a picture and channel, so that a Transpose costs nothing: a Reshape to sizes of which all but two are 1, perhaps
   * with functions of one value behind it.
   */
  #isPerChannel(value: string, rank: number): boolean {
    let producer = this.#producers.get(value);
    while (producer !== undefined && hasTrait(producer.op, 'elementwise'))
      producer = this.#producers.get(producer.inputs[0]!);
    if (producer?.op !== 'Reshape') return false;
    const target = this.#constants.get(producer.inputs[1]!);
    if (target?.data.length !== rank) return false;
    return Array.from(target.data).filter((size) => size === 1).length >= rank - 2;
  }

  #add(node: GraphNode): void {
    this.#nodes.push(node);
    for (const name of node.outputs) if (name !== '') this.#producers.set(name, node);
  }
}
