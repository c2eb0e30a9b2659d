import {
  isSubgraph,
  numberAttribute,
  numbersAttribute,
  textAttribute,
  type Attribute,
  type Attributes,
  type Graph,
  type GraphNode,
} from '../graph';
import { freshNames } from '../names';
import { inPlaceOf } from '../origins';
import { floats, integers, tensorOf, type Tensor } from '../tensor';

/** Collects what rewriting one node adds. */
interface Rewriter {
  readonly opset: number;
  readonly constant: (tensor: Tensor) => string;
  readonly fresh: () => string;
  readonly valueOf: (name: string) => Tensor | undefined;
}

type Rule = (node: GraphNode, rewriter: Rewriter) => readonly GraphNode[];

/**
 * Rewrites nodes of older operator sets (7 and on) to the meaning that they have in opset 21: attributes that became inputs,
 * softmax that flattened its input, Upsample, Dropout outside training, element types that reading turned into others. What
 * newer sets have in common with 21 means the same. The graph computes what it computed.
 */
export function modernise(graph: Graph, opset: number): Graph {
  const constants = new Map(graph.constants);
  const fresh = freshNames(graph, 'modern');
  const constant = (tensor: Tensor): string => {
    const name = fresh();
    constants.set(name, tensor);
    return name;
  };
  const rewriter: Rewriter = { opset, constant, fresh, valueOf: (name) => constants.get(name) };
  const nodes = graph.nodes
    .map((node) => withBodies(node, opset))
    .flatMap((node) => {
      const rule = RULES.get(node.op);
      return rule === undefined ? [node] : inPlaceOf(node, rule(node, rewriter));
    });
  return { ...graph, nodes, constants };
}

/** The node with its bodies of control flow rewritten too. */
function withBodies(node: GraphNode, opset: number): GraphNode {
  if (!Object.values(node.attributes).some(isSubgraph)) return node;
  const attributes = Object.entries(node.attributes).map(([name, value]) => {
    if (!isSubgraph(value)) return [name, value] as const;
    const { nodes, constants } = modernise({ ...value, inputs: [] }, opset);
    return [name, { ...value, nodes, constants }] as const;
  });
  return { ...node, attributes: Object.fromEntries<Attribute>(attributes) };
}

const RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ...[
    'Squeeze',
    'Unsqueeze',
    'ReduceSum',
    'ReduceMean',
    'ReduceMax',
    'ReduceMin',
    'ReduceProd',
    'ReduceL1',
    'ReduceL2',
    'ReduceSumSquare',
    'ReduceLogSum',
    'ReduceLogSumExp',
  ].map((op): [string, Rule] => [op, (node, { constant }) => [listToInput(node, 'axes', constant)]]),
  ...['Softmax', 'LogSoftmax', 'Hardmax'].map((op): [string, Rule] => [op, flatteningSoftmax]),
  ...['Add', 'Sub', 'Mul', 'Div'].map((op): [string, Rule] => [op, (node) => [{ ...node, attributes: {} }]]),
  ['Split', split],
  ['Clip', (node, { opset, constant }) => [opset < 11 ? clip(node, constant) : node]],
  ['Pad', (node, { opset, constant }) => [opset < 11 ? pad(node, constant) : node]],
  ['Slice', (node, { opset, constant }) => [opset < 10 ? slice(node, constant) : node]],
  ['Dropout', dropout],
  ['BatchNormalization', batchNormalization],
  ['GroupNormalization', groupNormalization],
  ['Upsample', upsample],
  ['Resize', (node, rewriter) => (rewriter.opset < 11 ? upsample(node, rewriter) : [node])],
  ['Scatter', (node) => [{ ...node, op: 'ScatterElements' }]],
  ['Cast', (node) => [{ ...node, attributes: { to: castTarget(numberAttribute(node, 'to', 0)) } }]],
]);

function without(attributes: Attributes, ...names: readonly string[]): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !names.includes(name)));
}

function listToInput(node: GraphNode, name: string, constant: Rewriter['constant']): GraphNode {
  const list = numbersAttribute(node, name);
  if (list === undefined) return node;
  return { ...node, inputs: [node.inputs[0]!, constant(integers(list))], attributes: without(node.attributes, name) };
}

/** Outside training nothing is dropped: the mask is true throughout. */
function dropout(node: GraphNode, { fresh }: Rewriter): readonly GraphNode[] {
  const [x, [y, mask = '']] = [node.inputs[0]!, node.outputs as [string, string?]];
  const kept: GraphNode = { op: 'Identity', inputs: [x], outputs: [y], attributes: {} };
  if (mask === '') return [kept];
  const shape = fresh();
  const value = tensorOf('bool', [1], [1]);
  return [
    kept,
    { op: 'Shape', inputs: [x], outputs: [shape], attributes: {} },
    { op: 'ConstantOfShape', inputs: [shape], outputs: [mask], attributes: { value } },
  ];
}

/** Equal parts became explicit in opset 18. Outputs that nothing reads get names: ONNX Runtime cannot do without. */
function split(node: GraphNode, { constant, fresh }: Rewriter): readonly GraphNode[] {
  const named = { ...node, outputs: node.outputs.map((name) => (name === '' ? fresh() : name)) };
  const listed = listToInput(named, 'split', constant);
  if ((listed.inputs[1] ?? '') !== '') return [{ ...listed, attributes: without(listed.attributes, 'num_outputs') }];
  return [{ ...listed, attributes: { ...listed.attributes, num_outputs: node.outputs.length } }];
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
function flatteningSoftmax(node: GraphNode, { opset, fresh }: Rewriter): readonly GraphNode[] {
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

/**
 * Until opset 13 a node with outputs for running statistics was one in training mode, which takes mean and variance from the
 * pictures at hand; `training_mode` says so since.
 */
function batchNormalization(node: GraphNode, { opset }: Rewriter): readonly GraphNode[] {
  if (numberAttribute(node, 'spatial', 1) === 0)
    throw new Error('BatchNormalization of every single element (spatial = 0) is not supported');
  const attributes = without(node.attributes, 'spatial', 'is_test', 'momentum', 'consumed_inputs');
  const hasStatistics = node.outputs.slice(1).some((name) => name !== '');
  if (!hasStatistics) return [{ ...node, outputs: node.outputs.slice(0, 1), attributes }];
  return [{ ...node, attributes: opset < 14 ? { ...attributes, training_mode: 1 } : attributes }];
}

/** Until opset 20 scale and bias were per group: a normalisation of groups as if each were one channel. */
function groupNormalization(node: GraphNode, { opset, constant, fresh }: Rewriter): readonly GraphNode[] {
  if (opset >= 21) return [node];
  const [x, scale, bias] = node.inputs as [string, string, string];
  const groups = numberAttribute(node, 'num_groups', 1);
  const [grouped, normal, shape] = [fresh(), fresh(), fresh()];
  const epsilon = numberAttribute(node, 'epsilon', 1e-5);
  return [
    { op: 'Reshape', inputs: [x, constant(integers([0, groups, -1]))], outputs: [grouped], attributes: {} },
    { op: 'InstanceNormalization', inputs: [grouped, scale, bias], outputs: [normal], attributes: { epsilon } },
    { op: 'Shape', inputs: [x], outputs: [shape], attributes: {} },
    { op: 'Reshape', inputs: [normal, shape], outputs: node.outputs, attributes: {} },
  ];
}

/**
 * Upsample, and Resize before opset 11: asymmetric coordinates, whose nearest element was, axis by axis, the one before when
 * enlarging and the one behind when shrinking (as ONNX Runtime has it). Scales of both kinds, or that are computed, enlarge
 * first and shrink then.
 */
function upsample(node: GraphNode, { constant, valueOf, fresh }: Rewriter): readonly GraphNode[] {
  const list = node.attributes.scales;
  const scales = Array.isArray(list) ? constant(floats([list.length], list.map(Number))) : (node.inputs[1] ?? '');
  const mode = textAttribute(node, 'mode', 'nearest');
  const resize = (x: string, by: string, nearest: 'floor' | 'ceil', outputs: readonly string[]): GraphNode => ({
    op: 'Resize',
    inputs: [x, '', by],
    outputs,
    attributes: {
      mode: mode === 'bilinear' ? 'linear' : mode,
      coordinate_transformation_mode: 'asymmetric',
      nearest_mode: nearest,
    },
  });
  const [x, one] = [node.inputs[0]!, floats([], [1])];
  const known = valueOf(scales)?.data;
  if (mode !== 'nearest' || known?.every((scale) => scale >= 1)) return [resize(x, scales, 'floor', node.outputs)];
  if (known?.every((scale) => scale <= 1)) return [resize(x, scales, 'ceil', node.outputs)];
  const [growth, shrinkage, larger] = [fresh(), fresh(), fresh()];
  return [
    { op: 'Max', inputs: [scales, constant(one)], outputs: [growth], attributes: {} },
    { op: 'Min', inputs: [scales, constant(one)], outputs: [shrinkage], attributes: {} },
    resize(x, growth, 'floor', [larger]),
    resize(larger, shrinkage, 'ceil', node.outputs),
  ];
}

/** Floats of every width are float32 in the IR, and whole numbers that it does not have are int64. */
function castTarget(type: number): number {
  const [FLOAT, INT64] = [1, 7];
  if ([10, 11, 16].includes(type)) return FLOAT;
  return [4, 5, 12, 13].includes(type) ? INT64 : type;
}
