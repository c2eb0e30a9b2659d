import type { Attributes, Graph, GraphNode } from '../../../../src/core/graph/graph';
import type { Tensor } from '../../../../src/core/graph/tensor';
import type { Draw } from './draw';
import type { Network } from './network';

/** Operator sets between which operators changed their form. */
const OPSETS = [8, 9, 10, 11, 12, 13, 15, 17, 18, 20];

/** The first operator set that has the operator, where that is later than 8. */
const SINCE: Readonly<Record<string, number>> = {
  Where: 9,
  Erf: 9,
  QuantizeLinear: 10,
  DequantizeLinear: 10,
  Celu: 12,
  GreaterOrEqual: 12,
  HardSwish: 14,
  LayerNormalization: 17,
  Mish: 18,
  Gelu: 20,
  GroupNormalization: 21,
};

type Older = (node: GraphNode, opset: number, constant: (name: string) => Tensor | undefined) => GraphNode | undefined;

/**
 * The network's nodes in the forms of an older operator set, which need not compute the same: what it computes there is the truth
 * for what it is rewritten to. Itself if there is no older form of one of its nodes.
 */
export function aged(network: Network, draw: Draw): Network {
  for (const opset of draw.shuffled(OPSETS)) {
    const graph = inOpset(network.graph, opset);
    if (graph !== undefined) return { ...network, graph: { ...network.graph, ...graph }, opset };
  }
  return network;
}

function inOpset(graph: Graph, opset: number): Graph | undefined {
  const nodes = graph.nodes.map((node) => {
    if ((SINCE[node.op] ?? 0) > opset) return undefined;
    const older = OLDER.get(node.op);
    return older === undefined ? node : older(node, opset, (name) => graph.constants.get(name));
  });
  return nodes.every((node) => node !== undefined) ? { ...graph, nodes } : undefined;
}

/** The list that was an attribute before it became input `at` in operator set `since`. */
function listed(name: string, at: number, since: number): Older {
  return (node, opset, constant) => {
    if (opset >= since) return node;
    const given = node.inputs[at] ?? '';
    const rest = { ...node.attributes };
    delete rest.noop_with_empty_axes;
    if (given === '') return { ...node, inputs: node.inputs.slice(0, at), attributes: rest };
    const list = constant(given);
    if (list === undefined) return undefined;
    return { ...node, inputs: node.inputs.slice(0, at), attributes: { ...rest, [name]: numbersOf(list) } };
  };
}

const OLDER: ReadonlyMap<string, Older> = new Map<string, Older>([
  ['Squeeze', listed('axes', 1, 13)],
  ['Unsqueeze', listed('axes', 1, 13)],
  ['ReduceSum', listed('axes', 1, 13)],
  ...'ReduceMean ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceSumSquare ReduceLogSumExp'
    .split(' ')
    .map((op): [string, Older] => [op, listed('axes', 1, 18)]),
  [
    'Split',
    (node, opset, constant) => {
      const attributes = { ...node.attributes };
      if (opset < 18) delete attributes.num_outputs;
      return listed('split', 1, 13)({ ...node, attributes }, opset, constant);
    },
  ],
  ['Clip', (node, opset, constant) => (opset >= 11 ? node : numbers(node, constant, ['', 'min', 'max'], {}))],
  [
    'Pad',
    (node, opset, constant) => {
      if (node.inputs.length > 3 && opset < 18) return undefined;
      if (opset >= 11) return node;
      const pads = constant(node.inputs[1]!);
      if (pads === undefined) return undefined;
      return numbers(node, constant, ['', '', 'value'], { ...node.attributes, pads: Array.from(pads.data) });
    },
  ],
  [
    'Slice',
    (node, opset, constant) => {
      if (opset >= 10) return node;
      if (node.inputs.length > 4) return undefined;
      const lists = node.inputs.slice(1).map((name) => constant(name));
      if (lists.some((list) => list === undefined)) return undefined;
      const named = lists.map((list, index) => [['starts', 'ends', 'axes'][index]!, numbersOf(list!)] as const);
      return { ...node, inputs: node.inputs.slice(0, 1), attributes: Object.fromEntries(named) };
    },
  ],
  ['Resize', resize],
  ['Gemm', (node, opset) => (opset < 11 && (node.inputs[2] ?? '') === '' ? undefined : node)],
  ['Shape', (node, opset) => (opset < 15 && Object.keys(node.attributes).length > 0 ? undefined : node)],
  ['DepthToSpace', (node, opset) => (opset < 11 && node.attributes.mode === 'CRD' ? undefined : node)],
  ['QuantizeLinear', quantisation],
  ['DequantizeLinear', quantisation],
]);

/** Inputs that were numbers among the attributes. */
function numbers(
  node: GraphNode,
  constant: (name: string) => Tensor | undefined,
  names: readonly string[],
  rest: Attributes,
): GraphNode | undefined {
  const attributes: Record<string, Attributes[string]> = { ...rest };
  for (const [index, name] of names.entries()) {
    const given = node.inputs[index] ?? '';
    if (name === '' || given === '') continue;
    const tensor = constant(given);
    if (tensor === undefined) return undefined;
    attributes[name] = tensor.data[0]!;
  }
  return { ...node, inputs: node.inputs.slice(0, 1), attributes };
}

/** Until operator set 11 there were scales only, before 10 under another name, before 9 as an attribute. */
function resize(node: GraphNode, opset: number, constant: (name: string) => Tensor | undefined): GraphNode | undefined {
  if (opset >= 13) return node;
  const [x, , scales] = node.inputs as [string, string, string | undefined];
  if ((scales ?? '') === '') return undefined;
  if (opset >= 11) return undefined;
  const attributes = { mode: node.attributes.mode! };
  if (opset === 10) return { ...node, inputs: [x, scales!], attributes };
  const values = constant(scales!);
  if (values === undefined || values.data.some((each) => each < 1)) return undefined;
  if (opset === 9) return { ...node, op: 'Upsample', inputs: [x, scales!], attributes };
  return { ...node, op: 'Upsample', inputs: [x], attributes: { ...attributes, scales: Array.from(values.data) } };
}

function quantisation(
  node: GraphNode,
  opset: number,
  constant: (name: string) => Tensor | undefined,
): GraphNode | undefined {
  if (opset >= 13) return node;
  return constant(node.inputs[1]!)?.shape.length === 0 ? { ...node, attributes: {} } : undefined;
}

/** 2⁶³, an open end, is none that an attribute can have. */
function numbersOf({ data }: Tensor): readonly number[] {
  return Array.from(data, (each) => Math.min(each, 2 ** 40));
}
