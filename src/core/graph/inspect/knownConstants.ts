import type { Graph, GraphNode } from '../graph';
import { freshNames } from '../names';
import { operators } from '../ops/registry';
import type { Tensor } from '../tensor';

/** Larger ones are weights, of which nothing here is asked. */
const LARGEST = 16;

/**
 * The graph for looking at: small constants that go through bytes are among its constants as the numbers that come out, and sums and
 * products of bytes with them are those of the numbers that the bytes stand for.
 */
export function withKnownConstants(graph: Graph): Graph {
  const constants = new Map<string, Tensor>(graph.constants);
  for (const node of graph.nodes) {
    if (node.op !== 'QuantizeLinear' && node.op !== 'DequantizeLinear') continue;
    const result = converted(node, constants);
    if (result !== undefined) constants.set(node.outputs[0]!, result);
  }
  const fresh = freshNames(graph, 'number');
  const nodes = graph.nodes.map((node) => ofNumbers(node, constants, fresh));
  return { ...graph, nodes, constants };
}

const OF_BYTES: Readonly<Record<string, string>> = { QLinearMul: 'Mul', QLinearAdd: 'Add' };

/** QLinearMul and QLinearAdd, whose operands are bytes, step and zero each, as Mul and Add, if one operand is known. */
function ofNumbers(node: GraphNode, constants: Map<string, Tensor>, fresh: () => string): GraphNode {
  const op = OF_BYTES[node.op];
  if (op === undefined) return node;
  const known = [0, 3].map((at) => {
    const inputs = node.inputs.slice(at, at + 3);
    return converted({ op: 'DequantizeLinear', inputs, outputs: [], attributes: {} }, constants);
  });
  if (known.every((operand) => operand === undefined)) return node;
  const inputs = known.map((operand, at) => {
    if (operand === undefined) return node.inputs[3 * at]!;
    const name = fresh();
    constants.set(name, operand);
    return name;
  });
  return { ...node, op, inputs };
}

/** The result of a QuantizeLinear or DequantizeLinear of small constants. */
function converted(node: GraphNode, constants: ReadonlyMap<string, Tensor>): Tensor | undefined {
  const inputs = node.inputs.map((name) => constants.get(name));
  if (inputs[0] === undefined || inputs[0].data.length > LARGEST || inputs[1] === undefined) return undefined;
  return operators.get(node.op)!.evaluate!(node, inputs)[0];
}
