import type { Graph, GraphNode, Origin } from './graph';
import { composed, isIdentity, type Permutation } from './permutation';

/** The output of `node` that is the layer's value. */
export function valueOf(node: GraphNode, { output = 0 }: Origin): string {
  return node.outputs[output] ?? '';
}

/** `rewritten`, which stand in for `node`: its layers belong to those that make its outputs, under whatever name they were. */
export function inPlaceOf(node: GraphNode, rewritten: readonly GraphNode[]): readonly GraphNode[] {
  const { origins = [] } = node;
  return rewritten.map((each) => {
    const own = origins.flatMap((origin) => {
      const output = each.outputs.indexOf(valueOf(node, origin));
      return output < 0 || valueOf(node, origin) === '' ? [] : [at(origin, output)];
    });
    return withOrigins(each, own);
  });
}

/** The node without a word of layers: a copy that computes another value. */
export function withoutOrigins(node: GraphNode): GraphNode {
  const { op, inputs, outputs, attributes, origins } = node;
  return origins === undefined ? node : { op, inputs, outputs, attributes };
}

function withOrigins(node: GraphNode, origins: readonly Origin[]): GraphNode {
  return origins.length === 0 ? withoutOrigins(node) : { ...node, origins };
}

type Changeable<T> = { -readonly [Key in keyof T]: T[Key] };

/** The layer's value is another output of its node. */
function at(origin: Origin, output: number): Origin {
  const moved: Changeable<Origin> = { ...origin, output };
  if (output === 0) delete moved.output;
  return moved;
}

/** The layer's value is that of `origin` with its axes in another order: axis a is axis `permutation[a]` of what is there now. */
export function turned(origin: Origin, permutation: Permutation): Origin {
  const all = origin.permutation === undefined ? permutation : composed(permutation, origin.permutation);
  const moved: Changeable<Origin> = { ...origin, permutation: all };
  if (isIdentity(all)) delete moved.permutation;
  return moved;
}

/** How often each value is read, by nodes and as an output of the graph. */
export function readerCounts(graph: Graph): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const count = (name: string): unknown => counts.set(name, (counts.get(name) ?? 0) + 1);
  for (const { inputs } of graph.nodes) inputs.forEach(count);
  graph.outputs.forEach(count);
  return counts;
}

/**
 * Layers whose nodes a pass takes out because others make the same value: each goes to the node that makes `value`, where nothing
 * but the layer reads that; else it is merged, that is, no node has it any more.
 */
export class Handover {
  readonly #readers: ReadonlyMap<string, number>;
  /** By the value that is taken out: what has it now, and in which order of axes. */
  readonly #places = new Map<string, { readonly value: string; readonly permutation: Permutation | undefined }>();
  readonly #origins = new Map<string, Origin[]>();

  constructor(graph: Graph) {
    this.#readers = readerCounts(graph);
  }

  /** `value` is what a new node makes under the name `made`, its axes by `permutation`. */
  place(value: string, made: string, permutation: Permutation): void {
    this.#places.set(value, { value: made, permutation });
  }

  /** `node`, which is taken out, makes its first output of `from` alone, its axes by `permutation`. */
  take(node: GraphNode, from: string, permutation?: Permutation): void {
    if (this.#readers.get(from) !== 1) return;
    const known = this.#places.get(from) ?? { value: from, permutation: undefined };
    const all = permutationAfter(known.permutation, permutation);
    const output = node.outputs[0]!;
    this.#places.set(output, { value: known.value, permutation: all });
    const origins = (node.origins ?? []).filter((origin) => valueOf(node, origin) === output);
    if (origins.length === 0) return;
    const moved = origins.map((origin) => (all === undefined ? origin : turned(origin, all)));
    this.#origins.set(known.value, [...(this.#origins.get(known.value) ?? []), ...moved]);
  }

  /** The nodes with the layers that they were handed. */
  given(nodes: readonly GraphNode[]): readonly GraphNode[] {
    if (this.#origins.size === 0) return nodes;
    return nodes.map((node) => {
      const handed = node.outputs.flatMap((name, output) =>
        (this.#origins.get(name) ?? []).map((origin) => at(origin, output)),
      );
      return handed.length === 0 ? node : { ...node, origins: [...(node.origins ?? []), ...handed] };
    });
  }
}

function permutationAfter(first: Permutation | undefined, second: Permutation | undefined): Permutation | undefined {
  return first === undefined || second === undefined ? (first ?? second) : composed(first, second);
}
