import type { OperatorTable } from './builder';
import { numberAttribute, type Graph, type GraphNode } from './graph';
import { producersOf } from './inspect/producers';
import { typesOf } from './inspect/types';
import { freshNames } from './names';
import { valueOf } from './origins';
import { inverse, type Permutation } from './permutation';
import { integers, type Shape, type Tensor, type TypedShape } from './tensor';

/** A value as the tail behind it takes it. */
export interface CutPlace {
  readonly value: string;
  /** Of one picture, as it is given. */
  readonly shape: Shape;
  /** Axis a of what is given, the batch first, is axis `order[a]` of the value; undefined: the same. */
  readonly order: Permutation | undefined;
}

/** The tail, or what else of the network goes past the value: layers of the file, by name, in their order. */
export type Cut = { readonly graph: Graph } | { readonly past: readonly string[] };

/**
 * The part of the network from a value on: it takes that value instead of the picture. There is one if every way from the picture to
 * the outputs leads through the value. Shapes of what lies before it, which are known before any picture is, are put in.
 */
export function cutAt(graph: Graph, place: CutPlace, operators: OperatorTable): Cut {
  const producers = producersOf(graph);
  const nodes = nodesBehind(graph, place.value, producers);
  const behind = madeOf(graph, place.value);
  const ofPicture = madeOf(graph, graph.inputs[0]!.name);
  const before = [...graph.outputs, ...nodes.flatMap(readBy)].filter(
    (name) => ofPicture.has(name) && !behind.has(name),
  );
  if (before.length > 0) {
    const readers = nodes.filter(({ outputs }) => outputs.some((name) => behind.has(name)));
    const last = new Set([...graph.outputs, ...readers.flatMap(readBy)]);
    return { past: layersNear(graph, new Set(before.filter((name) => last.has(name))), producers) };
  }
  return { graph: takingValue({ ...graph, nodes }, graph, place, operators) };
}

/** What the outputs are made of, up to `value`. */
function nodesBehind(
  { nodes, outputs }: Graph,
  value: string,
  producers: ReadonlyMap<string, GraphNode>,
): readonly GraphNode[] {
  const needed = new Set(outputs);
  // Grows while it is walked.
  for (const name of needed) {
    const node = name === value ? undefined : producers.get(name);
    for (const input of node === undefined ? [] : readBy(node)) if (input !== '') needed.add(input);
  }
  return nodes.filter((node) => !node.outputs.includes(value) && node.outputs.some((name) => needed.has(name)));
}

/** What a node reads the numbers of. */
function readBy(node: GraphNode): readonly string[] {
  return isOfShape(node) ? [] : node.inputs;
}

function isOfShape({ op }: GraphNode): boolean {
  return op === 'Shape' || op === 'Size';
}

/** All values that are made of the numbers of `value`, itself among them. */
function madeOf({ nodes }: Graph, value: string): ReadonlySet<string> {
  const found = new Set([value]);
  for (const node of nodes)
    if (readBy(node).some((name) => found.has(name))) for (const name of node.outputs) if (name !== '') found.add(name);
  return found;
}

/** The layers whose values these are, or that they are made of, in the order of the network. */
function layersNear(
  graph: Graph,
  values: ReadonlySet<string>,
  producers: ReadonlyMap<string, GraphNode>,
): readonly string[] {
  const found = new Set<string>();
  const passed = new Set(values);
  // Grows while it is walked.
  for (const name of passed) {
    const node = producers.get(name);
    const origin = node?.origins?.find((each) => valueOf(node, each) === name);
    if (origin !== undefined) found.add(origin.layer);
    else for (const input of node === undefined ? [] : readBy(node)) if (input !== '') passed.add(input);
  }
  return graph.nodes
    .flatMap(({ origins = [] }) => origins.map(({ layer }) => layer))
    .filter((layer) => found.has(layer));
}

/** `tail`, which reads the place's value, as a network of its own. */
function takingValue(tail: Graph, whole: Graph, { value, shape, order }: CutPlace, operators: OperatorTable): Graph {
  const fresh = freshNames(whole, 'cut');
  const input = order === undefined ? value : fresh();
  const constants = new Map(whole.constants);
  const known = new Set([value, ...constants.keys(), ...tail.nodes.flatMap(({ outputs }) => outputs)]);
  const shapes = new ShapesBefore(whole, input, operators, fresh, constants);
  const turn: readonly GraphNode[] =
    order === undefined
      ? []
      : [{ op: 'Transpose', inputs: [input], outputs: [value], attributes: { perm: inverse(order) } }];
  const nodes = tail.nodes.flatMap((node) =>
    isOfShape(node) && !known.has(node.inputs[0]!) ? shapes.inPlaceOf(node) : [node],
  );
  const read = new Set(nodes.flatMap(({ inputs }) => inputs));
  return {
    inputs: [{ name: input, type: 'float32', shape: [whole.inputs[0]!.shape[0]!, ...shape] }],
    outputs: whole.outputs,
    nodes: [...turn, ...nodes],
    constants: new Map([...constants].filter(([name]) => read.has(name) || whole.outputs.includes(name))),
  };
}

/** Shapes of values that a tail does not have, from the batch of its input: each size is slope · batch + rest. */
class ShapesBefore {
  #types: readonly ReadonlyMap<string, TypedShape>[] | undefined;

  constructor(
    readonly whole: Graph,
    readonly input: string,
    readonly operators: OperatorTable,
    readonly fresh: () => string,
    readonly constants: Map<string, Tensor>,
  ) {}

  /** What makes the output of `node`, a Shape or Size. */
  inPlaceOf(node: GraphNode): readonly GraphNode[] {
    const [one, two] = this.#shapesOf(node.inputs[0]!);
    const start = numberAttribute(node, 'start', 0);
    const end = numberAttribute(node, 'end', one.length);
    const slope = one.map((size, axis) => two[axis]! - size).slice(start, end);
    const rest = one.map((size, axis) => 2 * size - two[axis]!).slice(start, end);
    const [batch, product, sizes] = [this.fresh(), this.fresh(), node.op === 'Size' ? this.fresh() : node.outputs[0]!];
    const all = { op: 'ReduceProd', inputs: [sizes], outputs: node.outputs, attributes: { keepdims: 0 } };
    return [
      { op: 'Shape', inputs: [this.input], outputs: [batch], attributes: { start: 0, end: 1 } },
      { op: 'Mul', inputs: [batch, this.#constant(slope)], outputs: [product], attributes: {} },
      { op: 'Add', inputs: [product, this.#constant(rest)], outputs: [sizes], attributes: {} },
      ...(node.op === 'Size' ? [all] : []),
    ];
  }

  /** Of one picture and of two; of a network that cannot run two, twice that of one. */
  #shapesOf(name: string): readonly [Shape, Shape] {
    this.#types ??= [1, 2].map((batch) => this.#typesOf(batch) ?? typesOf(this.whole, 1, this.operators));
    const [one, two] = this.#types.map((types) => types.get(name)!.shape);
    return [one!, two!];
  }

  #typesOf(batch: number): ReadonlyMap<string, TypedShape> | undefined {
    try {
      return typesOf(this.whole, batch, this.operators);
    } catch {
      return undefined;
    }
  }

  #constant(values: readonly number[]): string {
    const name = this.fresh();
    this.constants.set(name, integers(values));
    return name;
  }
}
