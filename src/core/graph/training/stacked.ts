import { GraphBuilder, type OperatorTable } from '../builder';
import { differentiateAll } from '../differentiate';
import type { Graph, GraphNode } from '../graph';
import { floats, sizeOf } from '../tensor';
import { softmaxLogits } from './softmaxLogits';
import { sized } from './sized';

interface Stack {
  /** The network, its batch open. */
  readonly graph: Graph;
  /** Holds the forward pass of `count` pictures, which has the names that `graph` gives. */
  readonly builder: GraphBuilder;
  readonly count: number;
  readonly pictures: string;
  readonly logits: string;
  /** [2·count, K]. */
  readonly seeds: string;
  readonly operators: OperatorTable;
}

/**
 * The derivatives for two seeds by one backward pass of twice the batch, added to `builder`; [2·count, …]. The pass is made
 * for a forward pass of 2·count pictures, and what it reads of that is the real forward pass's value twice over: fewer and
 * larger operations than two passes, and nothing forward is computed twice. Throws if a value cannot be doubled so.
 */
export function stackedGradient({ graph, builder, count, pictures, logits, seeds, operators }: Stack): string {
  const twin = GraphBuilder.from(sized(graph, 2 * count, operators), operators);
  const twinLogits = softmaxLogits(twin, graph.outputs[0]!);
  const seed = twin.input(twin.fresh('seed'), { type: 'float32', shape: twin.shape(twinLogits) });
  const forward = twin.build([twinLogits]);
  const known = new Set(forward.nodes.flatMap(({ outputs }) => outputs));
  const { gradients } = differentiateAll(twin, forward, twinLogits, [pictures], seed);
  const gradient = gradients.get(pictures);
  if (gradient === undefined) {
    const shape = twin.shape(pictures);
    return builder.constant(floats(shape, new Float32Array(sizeOf(shape))));
  }
  const backward = twin.build([gradient]);
  const names = new Map<string, string>([[seed, seeds]]);
  const doubled = (name: string): string => {
    const own = builder.shape(name);
    const wanted = twin.shape(name);
    if (own.every((size, axis) => size === wanted[axis])) return name;
    if (own[0]! * 2 !== wanted[0] || !own.every((size, axis) => axis === 0 || size === wanted[axis]))
      throw new Error(`A value of the shape [${own.join(', ')}] cannot be doubled along the batch`);
    return builder.add('Concat', [name, name], { axis: 0 });
  };
  const resolve = (name: string): string => {
    if (name === '') return '';
    let found = names.get(name);
    if (found !== undefined) return found;
    const constant = twin.constantOf(name);
    if (constant === undefined) found = doubled(name === twinLogits ? logits : name);
    else found = builder.constantOf(name) === constant ? name : builder.constant(constant);
    names.set(name, found);
    return found;
  };
  for (const node of backward.nodes) if (!node.outputs.some((name) => known.has(name))) copy(node);
  return names.get(gradient)!;

  function copy(node: GraphNode): void {
    const inputs = node.inputs.map(resolve);
    const outputs = builder.addMany(node.op, inputs, node.outputs.length, node.attributes);
    node.outputs.forEach((name, index) => names.set(name, outputs[index]!));
  }
}
