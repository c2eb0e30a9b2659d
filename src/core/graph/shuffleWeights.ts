import type { Graph, GraphNode } from './graph';
import { producersOf } from './inspect/producers';
import { freshNames } from './names';
import { tensorOf, type Tensor } from './tensor';

/**
 * The network with the numbers of every weight of `layers` in random order (each constant by itself, so that it keeps its mean, its
 * spread and its sign, as variances need), and how many weights that are. A layer's weights are the constants between its value and
 * those of the layers before it. `order` draws 0 … size − 1 in an order that belongs to the layer's place in the network and to the
 * weight of the layer alone, so that it does not matter which others are shuffled.
 */
export function shuffleWeights(
  graph: Graph,
  layers: readonly string[],
  order: (size: number, layer: number, weight: number) => ArrayLike<number>,
): { readonly graph: Graph; readonly count: number } {
  const chosen = new Set(layers);
  const producers = producersOf(graph);
  const ofPicture = valuesOfPicture(graph);
  const constants = new Map(graph.constants);
  const fresh = freshNames(graph, 'shuffled');
  const inputs = new Map<GraphNode, readonly string[]>();
  let count = 0;
  graph.nodes.forEach((layer, place) => {
    if (!layer.origins?.some((origin) => chosen.has(origin.layer))) return;
    const made = new Map<string, string>();
    for (const node of nodesOf(layer, producers, ofPicture)) {
      const changed = (inputs.get(node) ?? node.inputs).map((name, index) => {
        const tensor = graph.constants.get(name);
        if (tensor === undefined || !isWeight(node, index, tensor)) return name;
        const known = made.get(name) ?? fresh();
        if (!made.has(name)) constants.set(known, shuffled(tensor, order(tensor.data.length, place, made.size)));
        made.set(name, known);
        return known;
      });
      inputs.set(node, changed);
    }
    count += made.size;
  });
  const nodes = graph.nodes.map((node) => (inputs.has(node) ? { ...node, inputs: inputs.get(node)! } : node));
  return { graph: { ...graph, nodes, constants }, count };
}

/** The nodes that make the layer's value of those of other layers, and what they make of constants alone. */
function nodesOf(
  layer: GraphNode,
  producers: ReadonlyMap<string, GraphNode>,
  ofPicture: ReadonlySet<string>,
): ReadonlySet<GraphNode> {
  const found = new Set([layer]);
  // Grows while it is walked.
  for (const node of found)
    for (const name of node.inputs) {
      const before = producers.get(name);
      const isOther = before?.origins !== undefined && ofPicture.has(name);
      if (before !== undefined && !isOther) found.add(before);
    }
  return found;
}

/** Every value that depends on the network's inputs. */
function valuesOfPicture({ inputs, nodes }: Graph): ReadonlySet<string> {
  const found = new Set(inputs.map(({ name }) => name));
  for (const node of nodes)
    if (node.inputs.some((name) => found.has(name))) for (const name of node.outputs) found.add(name);
  return found;
}

/** Numbers that were learned, and not a shape, a scale or a bound. */
function isWeight({ op }: GraphNode, index: number, { type, data }: Tensor): boolean {
  if (data.length < 2) return false;
  if (op === 'DequantizeLinear') return index === 0;
  return type === 'float32' && op !== 'QuantizeLinear' && op !== 'Resize' && op !== 'Clip';
}

function shuffled({ type, shape, data }: Tensor, order: ArrayLike<number>): Tensor {
  return tensorOf(
    type,
    shape,
    Float64Array.from(order, (at) => data[at]!),
  );
}
