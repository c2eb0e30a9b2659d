import type { Graph, GraphInput } from '../graph';
import { freshNames } from '../names';
import { integers } from '../tensor';

/**
 * A network that takes one picture without an axis for the batch, or grey pictures without one for the channels, as one that has that
 * axis, of length 1, under the same names. Other networks as they are.
 */
export function fourAxes(graph: Graph): Graph {
  const [input, ...others] = graph.inputs;
  const lacking = input && lackingAxis(input);
  if (lacking === undefined) return graph;
  const { name, shape } = input!;
  const fresh = freshNames(graph, 'picture');
  const [inner, axis] = [fresh(), fresh()];
  const nodes = graph.nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map((each) => (each === name ? inner : each)),
  }));
  return {
    ...graph,
    inputs: [{ ...input!, shape: lacking === 0 ? [1, ...shape] : [...shape, 1] }, ...others],
    nodes: [{ op: 'Squeeze', inputs: [name, axis], outputs: [inner], attributes: {} }, ...nodes],
    constants: new Map(graph.constants).set(axis, integers([lacking])),
  };
}

/** Of three axes: 0 where they are a picture's own, its channels first or last; 3 where the first is open, as a batch is. */
function lackingAxis({ shape }: GraphInput): 0 | 3 | undefined {
  const [first, , last] = shape;
  if (shape.length !== 3) return undefined;
  if (first === -1) return 3;
  const isChannels = (size: number | undefined): boolean => size === 1 || size === 3;
  return isChannels(first) || isChannels(last) ? 0 : undefined;
}
