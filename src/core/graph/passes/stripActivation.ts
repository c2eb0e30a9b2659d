import { numberAttribute, type Graph } from '../graph';

export interface Stripped {
  readonly graph: Graph;
  readonly activation: 'logits' | 'softmax' | 'sigmoid';
}

/** Operators that only rename positions, through which a final activation is looked for. */
const PASSING: ReadonlySet<string> = new Set([
  'Identity',
  'Reshape',
  'Flatten',
  'Squeeze',
  'Unsqueeze',
  'Dropout',
  'Cast',
]);

/**
 * Takes a final softmax, log-softmax or sigmoid off, found by what makes the output and not by its name, so that the graph
 * puts out logits. Log-softmax outputs differ from logits by a constant per image and are kept as logits of their own softmax.
 */
export function stripActivation(graph: Graph): Stripped {
  const producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  let node = producers.get(graph.outputs[0]!);
  while (node !== undefined && PASSING.has(node.op)) node = producers.get(node.inputs[0]!);
  if (node === undefined || !['Softmax', 'LogSoftmax', 'Sigmoid'].includes(node.op))
    return { graph, activation: 'logits' };
  // A softmax over other axes than the classes is part of the network.
  if (node.op !== 'Sigmoid' && ![-1, 1].includes(numberAttribute(node, 'axis', -1)))
    return { graph, activation: 'logits' };
  const passing = { ...node, op: 'Identity', attributes: {} };
  const nodes = graph.nodes.map((each) => (each === node ? passing : each));
  return { graph: { ...graph, nodes }, activation: node.op === 'Sigmoid' ? 'sigmoid' : 'softmax' };
}
