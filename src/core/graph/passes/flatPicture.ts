import type { Graph } from '../graph';
import { freshNames } from '../names';

/**
 * A network that takes a list of numbers as one that takes pictures of these axes (without the batch), which it lays out in their
 * order: the same under the same names, behind a Flatten.
 */
export function flatPicture(graph: Graph, axes: readonly number[]): Graph {
  const [input, ...others] = graph.inputs;
  const { name, shape } = input!;
  const list = freshNames(graph, 'list')();
  const nodes = graph.nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map((each) => (each === name ? list : each)),
  }));
  return {
    ...graph,
    inputs: [{ ...input!, shape: [shape[0]!, ...axes] }, ...others],
    nodes: [{ op: 'Flatten', inputs: [name], outputs: [list], attributes: { axis: 1 } }, ...nodes],
  };
}
