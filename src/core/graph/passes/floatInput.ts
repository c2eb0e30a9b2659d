import type { Graph, GraphNode } from '../graph';
import { hasTrait } from '../ops/traits';
import { inPlaceOf } from '../origins';
import { floats, type Tensor } from '../tensor';

/** Beside those that hand numbers on, operators that do the same to numbers of every type. */
const JOINING: ReadonlySet<string> = new Set(['Concat', 'Pad']);
const FLOAT = 1;

/**
 * The network with an input of floats instead of whole numbers: where those become floats (Cast, DequantizeLinear), they are ones
 * already. Undefined if something computes with whole numbers before, which floats would not do alike.
 */
export function floatInput(graph: Graph): Graph | undefined {
  const [input, ...others] = graph.inputs;
  if (input === undefined || input.type === 'float32') return graph;
  const whole = new Set([input.name]);
  const constants = new Map(graph.constants);
  const nodes: GraphNode[] = [];
  for (const node of graph.nodes) {
    if (!node.inputs.some((name) => whole.has(name))) nodes.push(node);
    else if (node.op === 'Cast') {
      if (node.attributes.to !== FLOAT) return undefined;
      nodes.push({ ...node, op: 'Identity', inputs: [node.inputs[0]!], attributes: {} });
    } else if (node.op === 'DequantizeLinear') {
      const dequantized = dequantizedFloats(node, constants);
      if (dequantized === undefined) return undefined;
      nodes.push(...inPlaceOf(node, dequantized));
    } else if (node.op === 'Shape') nodes.push(node);
    else if (hasTrait(node.op, 'passes') || hasTrait(node.op, 'selects') || JOINING.has(node.op)) {
      for (const name of node.outputs) whole.add(name);
      nodes.push(node);
    } else return undefined;
  }
  if (graph.outputs.some((name) => whole.has(name))) return undefined;
  return { ...graph, inputs: [{ ...input, type: 'float32' }, ...others], nodes, constants };
}

/** (y − zero) · scale of one scale for all. */
function dequantizedFloats(node: GraphNode, constants: Map<string, Tensor>): readonly GraphNode[] | undefined {
  const [value, scaleName, zeroName] = node.inputs as [string, string, string | undefined];
  const scale = constants.get(scaleName);
  if (scale?.data.length !== 1) return undefined;
  const zero = constants.get(zeroName ?? '')?.data[0] ?? 0;
  const [output] = node.outputs as [string];
  const names = [`${output}:zero`, `${output}:scale`, `${output}:shifted`] as const;
  constants.set(names[0], floats([], [zero]));
  constants.set(names[1], floats([], [scale.data[0]!]));
  return [
    { op: 'Sub', inputs: [value, names[0]], outputs: [names[2]], attributes: {} },
    { op: 'Mul', inputs: [names[2], names[1]], outputs: [output], attributes: {} },
  ];
}
