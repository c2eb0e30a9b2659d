import { PbfWriter } from 'pbf';

/** TensorProto.DataType of the element types that the generated files use. */
export const ELEMENTS = { float: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9, float16: 10, double: 11 } as const;
export type ElementName = keyof typeof ELEMENTS;

export interface FileTensor {
  readonly type: ElementName;
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/** Whole numbers are ints, `{ float }` says otherwise. */
export type FileAttribute = number | string | readonly number[] | { readonly float: number };
export type FileAttributes = Readonly<Record<string, FileAttribute>>;

export interface FileNode {
  readonly op: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: FileAttributes;
}

export interface FileValue {
  readonly name: string;
  readonly type: ElementName;
  /** A name is a size that the file leaves open; no shape: its rank too. */
  readonly shape?: readonly (number | string)[];
}

/** A network as an ONNX file says it, older operator sets and other domains included. */
export interface FileGraph {
  readonly opset: number;
  readonly inputs: readonly FileValue[];
  readonly outputs: readonly FileValue[];
  readonly nodes: readonly FileNode[];
  readonly constants: ReadonlyMap<string, FileTensor>;
}

/** The bytes of an ONNX file; it shares nothing with the product's writer. Field numbers are onnx.proto's. */
export function writeOnnxFile(graph: FileGraph): Uint8Array {
  const writer = new PbfWriter();
  writer.writeVarintField(1, 8);
  writer.writeStringField(2, 'generated');
  writer.writeMessage(7, writeGraph, graph);
  for (const [domain, version] of [['', graph.opset] as const, ['com.microsoft', 1] as const])
    writer.writeMessage(
      8,
      (_, opset) => {
        opset.writeStringField(1, domain);
        opset.writeVarintField(2, version);
      },
      undefined,
    );
  return writer.finish();
}

function writeGraph(graph: FileGraph, writer: PbfWriter): void {
  for (const node of graph.nodes) writer.writeMessage(1, writeNode, node);
  writer.writeStringField(2, 'generated');
  for (const [name, tensor] of graph.constants) writer.writeMessage(5, writeTensor, { name, tensor });
  for (const value of graph.inputs) writer.writeMessage(11, writeValue, value);
  for (const value of graph.outputs) writer.writeMessage(12, writeValue, value);
}

function writeNode(node: FileNode, writer: PbfWriter): void {
  for (const name of node.inputs) writer.writeStringField(1, name);
  for (const name of node.outputs) writer.writeStringField(2, name);
  writer.writeStringField(3, `/${node.outputs[0] ?? ''}/${node.op}`);
  writer.writeStringField(4, node.op);
  for (const attribute of Object.entries(node.attributes)) writer.writeMessage(5, writeAttribute, attribute);
  if (node.domain !== '') writer.writeStringField(7, node.domain);
}

function writeAttribute([name, value]: readonly [string, FileAttribute], writer: PbfWriter): void {
  writer.writeStringField(1, name);
  if (typeof value === 'number') writer.writeVarintField(3, value);
  else if (typeof value === 'string') writer.writeStringField(4, value);
  else if ('float' in value) writer.writeFloatField(2, value.float);
  else for (const each of value) writer.writeVarintField(8, each);
  writer.writeVarintField(20, typeOf(value));
}

function typeOf(value: FileAttribute): number {
  if (typeof value === 'number') return 2;
  if (typeof value === 'string') return 3;
  return 'float' in value ? 1 : 7;
}

function writeTensor({ name, tensor }: { name: string; tensor: FileTensor }, writer: PbfWriter): void {
  for (const size of tensor.shape) writer.writeVarintField(1, size);
  writer.writeVarintField(2, ELEMENTS[tensor.type]);
  writer.writeStringField(8, name);
  writer.writeBytesField(9, rawBytes(tensor));
}

function writeValue({ name, type, shape }: FileValue, writer: PbfWriter): void {
  writer.writeStringField(1, name);
  writer.writeMessage(
    2,
    (_, typeProto) =>
      typeProto.writeMessage(
        1,
        (__, tensor) => {
          tensor.writeVarintField(1, ELEMENTS[type]);
          if (shape !== undefined) tensor.writeMessage(2, writeShape, shape);
        },
        undefined,
      ),
    undefined,
  );
}

function writeShape(shape: readonly (number | string)[], writer: PbfWriter): void {
  for (const size of shape)
    writer.writeMessage(
      1,
      (_, dimension) => {
        if (typeof size === 'number') dimension.writeVarintField(1, size);
        else if (size !== '') dimension.writeStringField(2, size);
      },
      undefined,
    );
}

function rawBytes({ type, data }: FileTensor): Uint8Array {
  const array = arrayOf(type, data);
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** Numbers as the element type stores them; float16 as its bits. */
export function arrayOf(type: ElementName, data: ArrayLike<number>) {
  switch (type) {
    case 'float':
      return Float32Array.from(data);
    case 'double':
      return Float64Array.from(data);
    case 'float16':
      return Uint16Array.from(data, halfBits);
    case 'int64':
      return BigInt64Array.from(Array.from(data), (value) => (value >= 2 ** 63 ? 2n ** 63n - 1n : BigInt(value)));
    case 'int32':
      return Int32Array.from(data);
    case 'int8':
      return Int8Array.from(data);
    case 'uint8':
    case 'bool':
      return Uint8Array.from(data);
  }
}

/** IEEE 754 binary16, to nearest, halves to even; for the sizes that weights have. */
function halfBits(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size >= 65_520) return sign | 0x7c00;
  const exponent = Math.max(-14, Math.floor(Math.log2(size || 1e-30)));
  const steps = toEven(size * 2 ** (10 - exponent));
  if (steps < 1024) return sign | steps;
  const [carried, fraction] = steps === 2048 ? [exponent + 1, 0] : [exponent, steps - 1024];
  return sign | ((carried + 15) << 10) | fraction;
}

export function halfValue(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const size = exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15);
  return bits & 0x8000 ? -size : size;
}

function toEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
