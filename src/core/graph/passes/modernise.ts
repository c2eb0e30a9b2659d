import {
  numberAttribute,
  numbersAttribute,
  textAttribute,
  type Attributes,
  type Graph,
  type GraphNode,
} from '../graph';
import { floats, integers, type Tensor } from '../tensor';

/** Collects what rewriting one node adds. */
interface Rewriter {
  readonly constant: (tensor: Tensor) => string;
  readonly fresh: () => string;
}

type Rule = (node: GraphNode, opset: number, rewriter: Rewriter) => readonly GraphNode[];

/**
 * Rewrites nodes of older operator sets to the meaning that they have in opset 21: attributes that became inputs, softmax that
 * flattened its input, Upsample, Dropout outside training. Newer ones mean the same. The graph computes what it computed.
 */
export function modernise(graph: Graph, opset: number): Graph {
  const constants = new Map(graph.constants);
  let counter = 0;
  const fresh = (): string => `modern:${counter++}`;
  const constant = (tensor: Tensor): string => {
    const name = fresh();
    constants.set(name, tensor);
    return name;
  };
  const nodes = graph.nodes.flatMap((node) => RULES[node.op]?.(node, opset, { constant, fresh }) ?? [node]);
  return { ...graph, nodes, constants };
}

const RULES: Readonly<Record<string, Rule>> = {
  Squeeze: axesToInput,
  Unsqueeze: axesToInput,
  ReduceSum: axesToInput,
  ReduceMean: axesToInput,
  ReduceMax: axesToInput,
  ReduceMin: axesToInput,
  ReduceProd: axesToInput,
  ReduceL1: axesToInput,
  ReduceL2: axesToInput,
  ReduceSumSquare: axesToInput,
  ReduceLogSumExp: axesToInput,
  Split: (node, _opset, { constant }) => [listToInput(node, 'split', 1, constant)],
  Clip: (node, opset, { constant }) => (opset < 11 ? [clip(node, constant)] : [node]),
  Pad: (node, opset, { constant }) => (opset < 11 ? [pad(node, constant)] : [node]),
  Slice: (node, opset, { constant }) => (opset < 10 ? [slice(node, constant)] : [node]),
  Dropout: (node) => [
    { ...node, op: 'Identity', inputs: node.inputs.slice(0, 1), outputs: node.outputs.slice(0, 1), attributes: {} },
  ],
  BatchNormalization: (node) => [
    {
      ...node,
      outputs: node.outputs.slice(0, 1),
      attributes: without(node.attributes, 'spatial', 'is_test', 'consumed_inputs'),
    },
  ],
  Softmax: flatteningSoftmax,
  LogSoftmax: flatteningSoftmax,
  Upsample: (node, opset, { constant }) => [upsample(node, opset, constant)],
  Add: oldBroadcast,
  Sub: oldBroadcast,
  Mul: oldBroadcast,
  Div: oldBroadcast,
};

function without(attributes: Attributes, ...names: readonly string[]): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !names.includes(name)));
}

function axesToInput(node: GraphNode, _opset: number, { constant }: Rewriter): readonly GraphNode[] {
  return [listToInput(node, 'axes', 1, constant)];
}

function listToInput(node: GraphNode, name: string, index: number, constant: Rewriter['constant']): GraphNode {
  const list = numbersAttribute(node, name);
  if (list === undefined) return node;
  const inputs = [...node.inputs];
  inputs[index] = constant(integers(list));
  return { ...node, inputs, attributes: without(node.attributes, name) };
}

function clip(node: GraphNode, constant: Rewriter['constant']): GraphNode {
  const bound = (name: string): string => {
    const value = node.attributes[name];
    return typeof value === 'number' ? constant(floats([], [value])) : '';
  };
  return { ...node, inputs: [node.inputs[0]!, bound('min'), bound('max')], attributes: {} };
}

function pad(node: GraphNode, constant: Rewriter['constant']): GraphNode {
  const pads = numbersAttribute(node, 'pads') ?? numbersAttribute(node, 'paddings') ?? [];
  return {
    ...node,
    inputs: [node.inputs[0]!, constant(integers(pads)), constant(floats([], [numberAttribute(node, 'value', 0)]))],
    attributes: { mode: textAttribute(node, 'mode', 'constant') },
  };
}

function slice(node: GraphNode, constant: Rewriter['constant']): GraphNode {
  const starts = numbersAttribute(node, 'starts') ?? [];
  const axes = numbersAttribute(node, 'axes') ?? starts.map((_, axis) => axis);
  const lists = [starts, numbersAttribute(node, 'ends') ?? [], axes];
  return { ...node, inputs: [node.inputs[0]!, ...lists.map((list) => constant(integers(list)))], attributes: {} };
}

/** Until opset 12 softmax ran over all axes from `axis` (1 unless told) on, as if they were one. */
function flatteningSoftmax(node: GraphNode, opset: number, { fresh }: Rewriter): readonly GraphNode[] {
  if (opset >= 13) return [node];
  const [input, output] = [node.inputs[0]!, node.outputs[0]!];
  const [matrix, normal, shape] = [fresh(), fresh(), fresh()];
  return [
    { op: 'Flatten', inputs: [input], outputs: [matrix], attributes: { axis: numberAttribute(node, 'axis', 1) } },
    { op: node.op, inputs: [matrix], outputs: [normal], attributes: { axis: 1 } },
    { op: 'Shape', inputs: [input], outputs: [shape], attributes: {} },
    { op: 'Reshape', inputs: [normal, shape], outputs: [output], attributes: {} },
  ];
}

function upsample(node: GraphNode, opset: number, constant: Rewriter['constant']): GraphNode {
  const list = node.attributes.scales;
  const scales =
    opset < 9 && Array.isArray(list) ? constant(floats([list.length], list as readonly number[])) : node.inputs[1]!;
  const attributes = {
    mode: textAttribute(node, 'mode', 'nearest'),
    coordinate_transformation_mode: 'asymmetric',
    nearest_mode: 'floor',
  };
  return { op: 'Resize', inputs: [node.inputs[0]!, '', scales], outputs: node.outputs, attributes };
}

/** The `broadcast` and `axis` attributes of opset 6 have no meaning from 7 on. */
function oldBroadcast(node: GraphNode): readonly GraphNode[] {
  return [{ ...node, attributes: {} }];
}
