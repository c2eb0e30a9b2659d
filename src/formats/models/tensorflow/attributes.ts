import type { ElementType } from '../../../core/graph/tensor';
import { arrayAt, isJsonArray, isJsonObject, objectAt, type JsonValue } from '../../json/json';
import type { TensorFlowNode } from './topology';

/** The attribute as the JSON form of AttrValue has it: `{ i }`, `{ f }`, `{ b }`, `{ s }`, `{ type }`, `{ shape }`, `{ list }`. */
function field(node: TensorFlowNode, name: string, kind: string): JsonValue | undefined {
  const attribute = objectAt(node.attributes, name);
  return attribute !== undefined && Object.hasOwn(attribute, kind) ? attribute[kind] : undefined;
}

/** A number, which the file has as a number or, if it is an integer, perhaps as text. */
export function numberOf(node: TensorFlowNode, name: string, fallback: number): number {
  const value = field(node, name, 'f') ?? field(node, name, 'i');
  const number = typeof value === 'string' || typeof value === 'number' ? Number(value) : NaN;
  return Number.isFinite(number) ? number : fallback;
}

export function flagOf(node: TensorFlowNode, name: string, fallback = false): boolean {
  const value = field(node, name, 'b');
  return typeof value === 'boolean' ? value : fallback;
}

/** A list of integers; undefined if there is none or it is empty. Throws if it holds anything else. */
export function integersOf(node: TensorFlowNode, name: string): readonly number[] | undefined {
  const list = arrayAt(objectAt(objectAt(node.attributes, name), 'list'), 'i');
  if (list === undefined || list.length === 0) return undefined;
  const numbers = list.map(Number);
  if (!numbers.every(Number.isSafeInteger)) throw new Error(`${name} is not made of whole numbers`);
  return numbers;
}

/** Text, which the file has in base64 (bytes in JSON), as character codes, or plain. */
export function textOf(node: TensorFlowNode, name: string, fallback: string): string {
  const text = decodeText(field(node, name, 's'));
  return text === undefined || text === '' ? fallback : text;
}

export function textsOf(node: TensorFlowNode, name: string): readonly string[] {
  const list = arrayAt(objectAt(objectAt(node.attributes, name), 'list'), 's') ?? [];
  return list.map((each) => decodeText(each) ?? '');
}

/** Words that are base64 by accident when they are written plainly. */
const PLAIN: ReadonlySet<string> = new Set(['SAME', 'NHWC', 'NCHW', 'Relu', 'Relu6', 'LeakyRelu', 'BiasAdd']);

function decodeText(value: JsonValue | undefined): string | undefined {
  if (isJsonArray(value)) return String.fromCharCode(...value.slice(0, 10_000).map(Number));
  if (typeof value !== 'string') return undefined;
  if (PLAIN.has(value) || value.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(value)) return value;
  const text = atob(value);
  // Plain text that looks like base64 decodes to bytes that are no text.
  return /^[\x20-\x7e]*$/.test(text) ? text : value;
}

/** DataType of types.proto; float64, half and bfloat16 are kept as float32, the smaller integers as int32. */
const TYPES: Readonly<Record<string, ElementType>> = {
  DT_FLOAT: 'float32',
  DT_DOUBLE: 'float32',
  DT_HALF: 'float32',
  DT_BFLOAT16: 'float32',
  DT_INT32: 'int32',
  DT_INT16: 'int32',
  DT_UINT16: 'int32',
  DT_INT64: 'int64',
  DT_UINT8: 'uint8',
  DT_INT8: 'int8',
  DT_BOOL: 'bool',
};

const NUMBERED: Readonly<Record<number, string>> = {
  1: 'DT_FLOAT',
  2: 'DT_DOUBLE',
  3: 'DT_INT32',
  4: 'DT_UINT8',
  5: 'DT_INT16',
  6: 'DT_INT8',
  7: 'DT_STRING',
  9: 'DT_INT64',
  10: 'DT_BOOL',
  14: 'DT_BFLOAT16',
  17: 'DT_UINT16',
  19: 'DT_HALF',
};

/** An element type by name or number. Throws for one that the IR does not have. */
export function elementTypeOf(node: TensorFlowNode, name: string, fallback: ElementType): ElementType {
  return toElementType(field(node, name, 'type'), fallback);
}

export function toElementType(given: JsonValue | undefined, fallback: ElementType): ElementType {
  if (given === undefined || given === null || given === 0 || given === 'DT_INVALID') return fallback;
  const named =
    typeof given === 'number' ? (NUMBERED[given] ?? String(given)) : typeof given === 'string' ? given : '?';
  const type = Object.hasOwn(TYPES, named) ? TYPES[named] : undefined;
  if (type === undefined) throw new Error(`numbers of the type ${named.slice(0, 40)} are not supported`);
  return type;
}

/** Sizes of a TensorShapeProto, −1 where open; undefined: not even the rank is known. */
export function dimensionsOf(shape: JsonValue | undefined): readonly number[] | undefined {
  if (!isJsonObject(shape) || shape.unknownRank === true) return undefined;
  return (arrayAt(shape, 'dim') ?? []).map((dimension) => {
    const size = Number(isJsonObject(dimension) ? (dimension.size ?? -1) : -1);
    return Number.isSafeInteger(size) && size > 0 ? size : -1;
  });
}
