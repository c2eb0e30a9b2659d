import { PbfWriter } from 'pbf';
import { isSubgraph, type Attribute, type GraphNode, type StaticGraph } from '../../../core/graph/graph';
import type { ElementType, Tensor, TypedShape } from '../../../core/graph/tensor';
import { soonest } from '../../../core/graph/write/order';

/** Nodes up to which their order is kept: masks made earlier than the way back needs them only take memory. */
const FEW = 2000;
const IR_VERSION = 10;
/** The operator set whose meaning the IR has. */
const OPSET = 21;
const DATA_TYPES: Readonly<Record<ElementType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  bool: 9,
};

/** The bytes of an ONNX file (IR 10) for a graph whose shapes are known and whose nodes are meant in `opset`. */
export function writeOnnx(graph: StaticGraph, opset = OPSET): Uint8Array {
  const writer = new PbfWriter(new Uint8Array(roomFor(graph)));
  writer.writeVarintField(1, IR_VERSION);
  writer.writeStringField(2, 'gradient-lens');
  writer.writeMessage(7, writeGraph, graph);
  writer.writeMessage(8, writeOpset, { domain: '', version: opset });
  return writer.finish();
}

const BYTES_OF_NODE = 256;

/** About as many bytes as the file has: a writer that starts small copies weights each time that it doubles. */
function roomFor({ nodes, constants }: StaticGraph): number {
  let room = BYTES_OF_NODE * (nodes.length + constants.size + 16);
  for (const { type, data } of constants.values()) room += type === 'int64' ? 8 * data.length : data.byteLength;
  return room;
}

function writeOpset({ domain, version }: { domain: string; version: number }, writer: PbfWriter): void {
  writer.writeStringField(1, domain);
  writer.writeVarintField(2, version);
}

function writeGraph(graph: StaticGraph, writer: PbfWriter): void {
  const nodes = graph.nodes.length <= FEW ? graph.nodes : soonest(graph.nodes);
  for (const node of nodes) writer.writeMessage(1, writeNode, node);
  writer.writeStringField(2, 'gradient-lens');
  for (const [name, tensor] of graph.constants) writer.writeMessage(5, writeTensor, { name, tensor });
  for (const { name, type, shape } of graph.inputs)
    writer.writeMessage(11, writeValueInfo, { name, type: { type, shape } });
  for (const name of graph.outputs) writer.writeMessage(12, writeValueInfo, { name, type: graph.types.get(name)! });
}

function writeNode(node: GraphNode, writer: PbfWriter): void {
  for (const name of node.inputs) writer.writeStringField(1, name);
  for (const name of node.outputs) writer.writeStringField(2, name);
  writer.writeStringField(4, node.op);
  for (const [name, value] of Object.entries(node.attributes)) writer.writeMessage(5, writeAttribute, { name, value });
}

/** Attributes whose numbers are floats; all others are integers (onnx operator definitions). */
const FLOAT_ATTRIBUTES: ReadonlySet<string> = new Set([
  'alpha',
  'beta',
  'gamma',
  'epsilon',
  'momentum',
  'bias',
  'lambd',
  'scale',
  'extrapolation_value',
  'cubic_coeff_a',
  'threshold',
  'ratio',
  // Of Clip and Pad before opset 11.
  'min',
  'max',
  'value',
]);
/** `scales` of Upsample and the like. */
const FLOAT_LISTS: ReadonlySet<string> = new Set(['scales', 'activation_params']);

function writeAttribute({ name, value }: { name: string; value: Attribute }, writer: PbfWriter): void {
  writer.writeStringField(1, name);
  const type = (number: number): void => writer.writeVarintField(20, number);
  if (typeof value === 'number') {
    if (FLOAT_ATTRIBUTES.has(name)) {
      writer.writeFloatField(2, value);
      type(1);
    } else {
      writer.writeVarintField(3, value);
      type(2);
    }
  } else if (typeof value === 'string') {
    writer.writeStringField(4, value);
    type(3);
  } else if (isSubgraph(value)) {
    throw new Error(`The body ${name} of control flow was not written out`);
  } else if ('data' in value) {
    writer.writeMessage(5, writeTensor, { name: '', tensor: value });
    type(4);
  } else if (value.every((each) => typeof each === 'number')) {
    const numbers = value;
    if (FLOAT_LISTS.has(name)) {
      for (const number of numbers) writer.writeFloatField(7, number);
      type(6);
    } else {
      for (const number of numbers) writer.writeVarintField(8, number);
      type(7);
    }
  } else {
    for (const text of value) writer.writeStringField(9, text);
    type(8);
  }
}

function writeTensor({ name, tensor }: { name: string; tensor: Tensor }, writer: PbfWriter): void {
  for (const size of tensor.shape) writer.writeVarintField(1, size);
  writer.writeVarintField(2, DATA_TYPES[tensor.type]);
  writer.writeStringField(8, name);
  const { data } = tensor.type === 'int64' ? { data: BigInt64Array.from(tensor.data, toInt64) } : tensor;
  writer.writeBytesField(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

/** 2⁶³ − 1, which marks an open end of a slice, is 2⁶³ as a double. */
function toInt64(value: number): bigint {
  return value >= 2 ** 63 ? 2n ** 63n - 1n : BigInt(value);
}

function writeValueInfo({ name, type }: { name: string; type: TypedShape }, writer: PbfWriter): void {
  writer.writeStringField(1, name);
  writer.writeMessage(2, writeType, type);
}

function writeType(type: TypedShape, writer: PbfWriter): void {
  writer.writeMessage(
    1,
    ({ type: element, shape }, tensor) => {
      tensor.writeVarintField(1, DATA_TYPES[element]);
      tensor.writeMessage(2, writeShape, shape);
    },
    type,
  );
}

function writeShape(shape: readonly number[], writer: PbfWriter): void {
  for (const size of shape) writer.writeMessage(1, (value, dimension) => dimension.writeVarintField(1, value), size);
}
