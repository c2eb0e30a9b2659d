import type { Graph } from '../graph';
import { operators } from '../ops/registry';
import type { Tensor } from '../tensor';

/** Larger ones are weights, of which nothing here is asked. */
const LARGEST = 16;

/** The graph for looking at: small constants that go through bytes are among its constants as the numbers that come out. */
export function withKnownConstants(graph: Graph): Graph {
  const constants = new Map<string, Tensor>(graph.constants);
  for (const node of graph.nodes) {
    if (node.op !== 'QuantizeLinear' && node.op !== 'DequantizeLinear') continue;
    const inputs = node.inputs.map((name) => constants.get(name));
    if (inputs[0] === undefined || inputs[0].data.length > LARGEST || inputs[1] === undefined) continue;
    constants.set(node.outputs[0]!, operators.get(node.op)!.evaluate!(node, inputs)[0]!);
  }
  return constants.size === graph.constants.size ? graph : { ...graph, constants };
}
