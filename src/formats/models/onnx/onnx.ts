import { UserError } from '../../../core/errors';
import {
  isSubgraph,
  type Attribute,
  type Graph,
  type GraphInput,
  type GraphNode,
  type Origin,
  type Subgraph,
} from '../../../core/graph/graph';
import type { Tensor } from '../../../core/graph/tensor';
import {
  readModelProto,
  type AttributeProto,
  type GraphProto,
  type NodeProto,
  type ValueInfoProto,
} from './onnxSchema';
import { inlineFunctions } from './onnxFunctions';
import { withoutNames } from './mlOperators';
import { torchScope } from './onnxScope';
import {
  checkExternal,
  checkSizes,
  elementTypeOf,
  FOUR_BITS,
  readTensorProto,
  shownName,
  type ExternalData,
} from './onnxTensor';

/** A network as an ONNX file has it, and the operator set that its nodes are meant in. */
export interface OnnxModel {
  readonly graph: Graph;
  readonly opset: number;
  readonly producer: string;
  /** What the file itself says of its outputs, by name. */
  readonly declared: ReadonlyMap<string, DeclaredOutput>;
  /** The shorter floats that the network computes with; they are read as float32. */
  readonly half: HalfPrecision | undefined;
}

export type HalfPrecision = 'float16' | 'bfloat16';

export interface DeclaredOutput {
  /** With the batch; null: open. */
  readonly shape?: readonly (number | null)[];
  readonly isInteger: boolean;
}

/** TensorProto.DataType of what is no score: whole numbers and text. */
const NO_FLOATS: ReadonlySet<number> = new Set([2, 3, 4, 5, 6, 7, 8, 12, 13]);

/** TensorProto.DataType. */
const TEXT = 8;

const decoder = new TextDecoder();

/** Far more than any network has; what follows takes time that grows with them. */
const MOST_NODES = 50_000;
const LONGEST_OPERATOR = 100;
/** The oldest operator set whose meaning is known. */
const OLDEST_OPSET = 7;
/** What newer ones mean by an operator is not known. */
const NEWEST_OPSET = 28;

/**
 * Reads an ONNX file into the IR, nodes in topological order. Throws an Error that says what is wrong for a file that is
 * damaged, cyclic, uses a value that nothing makes, makes one twice, or holds operators of other domains.
 */
export function readOnnx(bytes: Uint8Array, external: ExternalData): OnnxModel {
  const model = readModelProto(bytes);
  const file = model.graph;
  if (file === undefined || file.outputs.length === 0) throw new Error('The file holds no network');
  const called = inlineFunctions({ ...model, graph: file }, MOST_NODES);
  const { nodes: protos, outputs } = withoutNames(
    called,
    file.outputs.map(({ name }) => name),
  );
  const read = new Set([...outputs, ...protos.flatMap(({ inputs }) => inputs)]);
  // Names of classes, once nothing reads them any more.
  const initializers = file.initializers.filter(({ dataType, name }) => dataType !== TEXT || read.has(name));
  if (protos.length > MOST_NODES) throw new Error(`The network has ${protos.length} nodes`);
  const isOnnx = ({ domain }: { readonly domain: string }): boolean => domain === '' || domain === 'ai.onnx';
  const opsets = [...model.opsets, ...model.functions.flatMap((each) => each.opsets)];
  const opset = opsets.find(isOnnx)?.version ?? 0;
  if (!(opset >= OLDEST_OPSET && opset <= NEWEST_OPSET))
    throw new UserError(
      'model-unsupported',
      `The file needs operator set ${opset} of ONNX; those from ${OLDEST_OPSET} to ${NEWEST_OPSET} are understood.`,
      'Export it again with opset_version=21.',
    );
  const constants = new Map<string, Tensor>();
  const define = (name: string, tensor: Tensor): void => {
    if (name === '') throw new Error('A constant has no name');
    if (constants.has(name)) throw new Error(`The value ${shownName(name)} is made twice`);
    constants.set(name, tensor);
  };
  const inNodes = protos.flatMap(({ attributes }) => attributes.flatMap(({ tensor }) => tensor ?? []));
  checkExternal([...initializers, ...inNodes], external);
  for (const proto of initializers) define(proto.name, readTensorProto(proto, external));
  const graph = { ...file, nodes: protos, initializers };
  refuseFourBits(graph);
  const inputs = readInputs(file.inputs, constants);
  const nodes: GraphNode[] = [];
  for (const proto of protos) {
    const node = readNode(proto, external);
    const constant = node.op === 'Constant' ? constantValue(node) : undefined;
    if (constant === undefined) nodes.push(node);
    else define(node.outputs[0] ?? '', constant);
  }
  const sorted = sortTopologically(nodes, [...inputs.map(({ name }) => name), ...constants.keys()], outputs);
  const declared = new Map(file.outputs.map((output) => [output.name, declaredOutput(output)]));
  const half = halfOf(graph);
  return { graph: { inputs, outputs, nodes: sorted, constants }, opset, producer: model.producer, declared, half };
}

type Network = Omit<GraphProto, 'nodes'> & { readonly nodes: readonly NodeProto[] };

/** Four bits are read as bytes, which is the same for weights and not where values are rounded to them. */
function refuseFourBits({ initializers, nodes, inputs, outputs }: Network): void {
  const few = new Set(initializers.filter(({ dataType }) => FOUR_BITS.has(dataType)).map(({ name }) => name));
  const isRounded = nodes.some(
    ({ op, inputs: names, attributes }) =>
      (op === 'QuantizeLinear' &&
        (few.has(names[2] ?? '') ||
          attributes.some(({ name, integer }) => name === 'output_dtype' && FOUR_BITS.has(integer)))) ||
      (op === 'Cast' && attributes.some(({ name, integer }) => name === 'to' && FOUR_BITS.has(integer))),
  );
  if (isRounded || [...inputs, ...outputs].some(({ elementType }) => FOUR_BITS.has(elementType)))
    throw new Error('The network rounds its values to four bits, which is not supported; weights of four bits are');
}

/** TensorProto.DataType. */
const HALVES: ReadonlyMap<number, HalfPrecision> = new Map([
  [10, 'float16'],
  [16, 'bfloat16'],
]);

/** What an input holds, or weights that are not made longer before anything is computed with them. */
function halfOf({ inputs, initializers, nodes }: Network): HalfPrecision | undefined {
  const kinds = new Map<string, HalfPrecision>();
  const learn = (name: string, type: number): void => {
    const kind = HALVES.get(type);
    if (kind !== undefined) kinds.set(name, kind);
  };
  for (const { name, dataType } of initializers) learn(name, dataType);
  for (const { name, elementType } of inputs) learn(name, elementType);
  for (const { op, outputs, attributes } of nodes)
    if (op === 'Constant') for (const { tensor } of attributes) if (tensor) learn(outputs[0] ?? '', tensor.dataType);
  const isInput = inputs.map(({ name }) => kinds.get(name)).find((kind) => kind !== undefined);
  const used = nodes.flatMap(({ op, inputs: names }) =>
    op === 'Cast' ? [] : names.flatMap((name) => kinds.get(name) ?? []),
  );
  return isInput ?? used[0];
}

function declaredOutput({ elementType, shape }: ValueInfoProto): DeclaredOutput {
  const sizes = shape?.map((size) => (size > 0 ? size : null));
  return { isInteger: NO_FLOATS.has(elementType), ...(sizes && { shape: sizes }) };
}

/** Older files list their initialisers among the inputs. */
function readInputs(protos: readonly ValueInfoProto[], constants: ReadonlyMap<string, Tensor>): readonly GraphInput[] {
  return protos
    .filter(({ name }) => !constants.has(name))
    .map(({ name, elementType, shape = [] }) => {
      if (name === '') throw new Error('An input has no name');
      checkSizes(`Input ${shownName(name)}`, shape, true);
      return { name, type: elementTypeOf(elementType), shape };
    });
}

function readNode(proto: NodeProto, external: ExternalData): GraphNode {
  if (proto.op.length + proto.domain.length > LONGEST_OPERATOR)
    throw new Error(`The operator ${shownName(proto.op)} is not part of ONNX`);
  // Of a domain that is not known nothing is known by name, and the file can only be run as it is.
  const op = ['', 'ai.onnx', 'com.microsoft'].includes(proto.domain) ? proto.op : `${proto.domain}.${proto.op}`;
  const attributes: Record<string, Attribute> = Object.fromEntries(
    proto.attributes.flatMap((attribute) => {
      const value = readAttribute(attribute, external);
      return value === undefined ? [] : [[attribute.name, value] as const];
    }),
  );
  const captures = [
    ...new Set(Object.values(attributes).flatMap((value) => (isSubgraph(value) ? value.captures : []))),
  ];
  for (const [name, value] of Object.entries(attributes))
    if (isSubgraph(value)) attributes[name] = { ...value, captures };
  const inputs = [...proto.inputs, ...captures];
  return { op, inputs, outputs: proto.outputs, attributes, origins: originsOf(proto) };
}

/** Every value that a node makes is a layer of its name. */
function originsOf({ op, name, outputs, metadata }: NodeProto): readonly Origin[] {
  const scope = torchScope(name, metadata);
  return outputs.flatMap((layer, output) =>
    layer === '' ? [] : [{ layer, kind: op, ...(scope !== undefined && { scope }), ...(output > 0 && { output }) }],
  );
}

/** AttributeProto.AttributeType. */
function readAttribute(attribute: AttributeProto, external: ExternalData): Attribute | undefined {
  switch (attribute.type) {
    case 1:
      return attribute.float;
    case 2:
      return attribute.integer;
    case 3:
      return decoder.decode(attribute.text);
    case 4:
      return attribute.tensor === undefined ? undefined : readTensorProto(attribute.tensor, external);
    case 5:
      return attribute.graph === undefined ? undefined : readSubgraph(attribute.graph, external);
    case 6:
      return attribute.floats;
    case 7:
      return attribute.integers;
    case 8:
      return attribute.texts.map((text) => decoder.decode(text));
    default:
      return undefined;
  }
}

/** A body of control flow, nodes in topological order; what nothing in it makes comes from around it. */
function readSubgraph(proto: GraphProto, external: ExternalData): Subgraph {
  const constants = new Map(proto.initializers.map((each) => [each.name, readTensorProto(each, external)] as const));
  const nodes: GraphNode[] = [];
  for (const each of proto.nodes) {
    const node = readNode(each, external);
    const constant = node.op === 'Constant' ? constantValue(node) : undefined;
    if (constant === undefined) nodes.push({ ...node, origins: [] });
    else constants.set(node.outputs[0] ?? '', constant);
  }
  const [inputs, outputs] = [proto.inputs, proto.outputs].map((list) => list.map(({ name }) => name)) as [
    string[],
    string[],
  ];
  const own = new Set([...inputs, ...constants.keys(), ...nodes.flatMap((node) => node.outputs), '']);
  const used = [...nodes.flatMap((node) => node.inputs), ...outputs];
  const captures = [...new Set(used.filter((name) => !own.has(name)))];
  const given = [...inputs, ...captures, ...constants.keys()];
  return { inputs, outputs, captures, nodes: sortTopologically(nodes, given), constants };
}

function constantValue({ attributes }: GraphNode): Tensor | undefined {
  const { value, value_float: float, value_int: integer, value_floats: floats, value_ints: integers } = attributes;
  if (typeof value === 'object' && 'data' in value) return value;
  if (typeof float === 'number') return { type: 'float32', shape: [], data: Float32Array.of(float) };
  if (typeof integer === 'number') return { type: 'int64', shape: [], data: Float64Array.of(integer) };
  if (Array.isArray(floats))
    return { type: 'float32', shape: [floats.length], data: Float32Array.from(floats as number[]) };
  if (Array.isArray(integers))
    return { type: 'int64', shape: [integers.length], data: Float64Array.from(integers as number[]) };
  return undefined;
}

/** Kahn's algorithm; throws for a cycle, a value or output that nothing makes, and a value made twice. */
function sortTopologically(
  nodes: readonly GraphNode[],
  given: readonly string[],
  outputs: readonly string[] = [],
): GraphNode[] {
  const known = new Set<string>();
  const define = (name: string): void => {
    if (known.has(name)) throw new Error(`The value ${shownName(name)} is made twice`);
    known.add(name);
  };
  given.forEach(define);
  const computed = new Set(nodes.flatMap((node) => node.outputs.filter((name) => name !== '')));
  for (const node of nodes) for (const name of node.outputs) if (name !== '') define(name);
  for (const name of outputs) if (!known.has(name)) throw new Error(`Nothing makes the output ${shownName(name)}`);
  const waiting = new Map<GraphNode, number>();
  const consumers = new Map<string, GraphNode[]>();
  for (const node of nodes) {
    const unknown = node.inputs.find((name) => name !== '' && !known.has(name));
    if (unknown !== undefined)
      throw new Error(`Nothing makes the value ${shownName(unknown)} that ${shownName(node.op)} uses`);
    const open = new Set(node.inputs.filter((name) => computed.has(name)));
    for (const name of open) {
      const others = consumers.get(name);
      if (others === undefined) consumers.set(name, [node]);
      else others.push(node);
    }
    waiting.set(node, open.size);
  }
  const ready = nodes.filter((node) => waiting.get(node) === 0);
  // Grows while it is walked.
  for (const node of ready)
    for (const name of node.outputs)
      for (const consumer of consumers.get(name) ?? []) {
        const left = waiting.get(consumer)! - 1;
        waiting.set(consumer, left);
        if (left === 0) ready.push(consumer);
      }
  if (ready.length !== nodes.length) throw new Error('The network is cyclic');
  return ready;
}
