import { floats, sizeOf, tensorOf, type Shape, type Tensor } from '../../../core/graph/tensor';
import type { TensorProto } from './onnxSchema';
import { countVarints, decodeVarints } from './onnxWire';

/** Finds the bytes of a tensor that lies outside the file; throws if they may not be read. */
export interface ExternalData {
  (location: string, offset: number, length: number): Uint8Array;
  /** Throws as reading would for each tensor that is named in turn, without reading any. */
  readonly check?: (location: string, offset: number, length: number) => void;
}

/** Of all weights outside the file; what is written for ONNX Runtime can have no more. */
const MOST_EXTERNAL_BYTES = 2 * 1024 ** 3;

/** Throws before any weight is read if one may not be or all together are too large: a file may have holes, and many share it. */
export function checkExternal(protos: readonly TensorProto[], external: ExternalData): void {
  let total = 0;
  for (const proto of protos) {
    if (!proto.isExternal) continue;
    const { location, offset, length } = placeOf(proto);
    external.check?.(location, offset, length);
    total += length;
  }
  if (total > MOST_EXTERNAL_BYTES)
    throw new Error(
      `The file declares ${Math.ceil(total / 1024 ** 2)} MB of weights, more than the ${MOST_EXTERNAL_BYTES / 1024 ** 2} MB that are read`,
    );
}

/** TensorProto.DataType. */
const FLOAT = 1,
  UINT8 = 2,
  INT8 = 3,
  UINT16 = 4,
  INT16 = 5,
  INT32 = 6,
  INT64 = 7,
  BOOL = 9,
  FLOAT16 = 10,
  DOUBLE = 11,
  BFLOAT16 = 16,
  UINT4 = 21,
  INT4 = 22;
const BYTES: Readonly<Record<number, number>> = {
  [FLOAT]: 4,
  [UINT8]: 1,
  [INT8]: 1,
  [UINT16]: 2,
  [INT16]: 2,
  [INT32]: 4,
  [INT64]: 8,
  [BOOL]: 1,
  [FLOAT16]: 2,
  [DOUBLE]: 8,
  [BFLOAT16]: 2,
  [UINT4]: 0.5,
  [INT4]: 0.5,
};

/** TensorProto.DataType of whole numbers of four bits, of which a byte holds two; they are read as bytes. */
export const FOUR_BITS: ReadonlySet<number> = new Set([UINT4, INT4]);

/** The most axes and the longest axis that a tensor may have. */
const MOST_AXES = 32;
const LONGEST_AXIS = 2 ** 31 - 1;

/** Throws unless the sizes (−1: open) can be those of a tensor that exists. */
export function checkSizes(what: string, sizes: readonly number[], openAllowed = false): void {
  const possible = (size: number): boolean =>
    Number.isInteger(size) && size <= LONGEST_AXIS && (size >= 0 || (openAllowed && size === -1));
  if (sizes.length > MOST_AXES || !sizes.every(possible) || !Number.isSafeInteger(sizeOf(sizes)))
    throw new Error(`${what} has the impossible shape [${sizes.slice(0, MOST_AXES).join(', ')}]`);
}

/** A name out of a file, short enough for a message. */
export function shownName(name: string): string {
  return name.length > 60 ? `${name.slice(0, 57)}…` : name;
}

/**
 * The IR's tensor for an initialiser, whichever way its data are stored. Throws if data and shape do not agree; nothing is
 * allocated before that is known.
 */
export function readTensorProto(proto: TensorProto, external: ExternalData): Tensor {
  const shape = proto.dims;
  const name = `Initialiser ${shownName(proto.name)}`;
  checkSizes(name, shape);
  const size = sizeOf(shape);
  const width = BYTES[proto.dataType];
  if (width === undefined) throw new Error(`${name} has the unsupported element type ${proto.dataType}`);
  const check = (available: number): void => {
    if (available !== size) throw new Error(`${name} has ${available} elements where its shape asks for ${size}`);
  };
  const raw = proto.isExternal ? readExternal(proto, external) : proto.raw;
  if (raw !== undefined) {
    if (FOUR_BITS.has(proto.dataType)) {
      if (raw.byteLength !== Math.ceil(size / 2)) check(2 * raw.byteLength);
      return fromNibbles(proto.dataType, shape, raw);
    }
    check(raw.byteLength / width);
    return fromRaw(proto.dataType, shape, raw);
  }
  if (proto.dataType === FLOAT || proto.dataType === DOUBLE) {
    const pieces = proto.dataType === FLOAT ? proto.floats : proto.doubles;
    check(pieces.reduce((sum, piece) => sum + piece.length, 0) / width);
    return fromRaw(proto.dataType, shape, joined(pieces));
  }
  const pieces = proto.dataType === INT64 ? proto.int64s : proto.int32s;
  if (FOUR_BITS.has(proto.dataType)) {
    const bytes = new Uint8Array(Math.ceil(size / 2));
    if (countVarints(pieces) !== bytes.length) check(2 * countVarints(pieces));
    decodeVarints(pieces, bytes);
    return fromNibbles(proto.dataType, shape, bytes);
  }
  check(countVarints(pieces));
  return fromVarints(proto.dataType, shape, pieces);
}

function readExternal(proto: TensorProto, external: ExternalData): Uint8Array {
  const { location, offset, length } = placeOf(proto);
  const bytes = external(location, offset, length);
  if (bytes.length !== length) throw wrongLength(proto);
  return bytes;
}

/** Where the bytes of an external tensor lie, as many as its shape asks for. */
function placeOf(proto: TensorProto): { readonly location: string; readonly offset: number; readonly length: number } {
  const expected = Math.ceil(sizeOf(proto.dims) * (BYTES[proto.dataType] ?? 0));
  const offset = Number(proto.external.get('offset') ?? 0);
  const length = Number(proto.external.get('length') ?? expected);
  if (!Number.isSafeInteger(offset) || offset < 0 || length !== expected) throw wrongLength(proto);
  return { location: proto.external.get('location') ?? '', offset, length };
}

function wrongLength({ name }: TensorProto): Error {
  return new Error(`Initialiser ${shownName(name)} points at data of the wrong length`);
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const [first = new Uint8Array(0)] = pieces;
  if (pieces.length <= 1) return first;
  const all = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

function fromVarints(type: number, shape: Shape, pieces: readonly Uint8Array[]): Tensor {
  const size = sizeOf(shape);
  if (type === FLOAT16 || type === BFLOAT16) {
    const bits = new Uint16Array(size);
    decodeVarints(pieces, bits);
    return floats(shape, type === FLOAT16 ? halvesToFloats(bits) : bfloatsToFloats(bits));
  }
  const tensor = tensorOf(elementTypeOf(type), shape, { length: size });
  decodeVarints(pieces, tensor.data);
  return tensor;
}

/** Two to a byte, the low half first. */
function fromNibbles(type: number, shape: Shape, bytes: Uint8Array): Tensor {
  const tensor = tensorOf(elementTypeOf(type), shape, { length: sizeOf(shape) });
  for (let index = 0; index < tensor.data.length; index++) {
    const half = (bytes[index >> 1]! >> (4 * (index % 2))) & 0xf;
    tensor.data[index] = type === INT4 && half > 7 ? half - 16 : half;
  }
  return tensor;
}

function fromRaw(type: number, shape: Shape, raw: Uint8Array): Tensor {
  // A copy is aligned; a slice of a Buffer would be a view. What was read for this tensor alone needs none.
  const { buffer } = isWhole(raw) ? raw : new Uint8Array(raw);
  switch (type) {
    case FLOAT:
      return floats(shape, new Float32Array(buffer));
    case DOUBLE:
      return floats(shape, new Float32Array(new Float64Array(buffer)));
    case FLOAT16:
      return floats(shape, halvesToFloats(new Uint16Array(buffer)));
    case BFLOAT16:
      return floats(shape, bfloatsToFloats(new Uint16Array(buffer)));
    case INT64:
      return { type: 'int64', shape, data: int64sToNumbers(new DataView(buffer)) };
    case INT32:
      return { type: 'int32', shape, data: new Int32Array(buffer) };
    case INT8:
      return { type: 'int8', shape, data: new Int8Array(buffer) };
    case UINT16:
      return { type: 'uint16', shape, data: new Uint16Array(buffer) };
    case INT16:
      return { type: 'int16', shape, data: new Int16Array(buffer) };
    default:
      return { type: type === BOOL ? 'bool' : 'uint8', shape, data: new Uint8Array(buffer) };
  }
}

function isWhole(raw: Uint8Array): raw is Uint8Array<ArrayBuffer> {
  return raw.buffer instanceof ArrayBuffer && raw.byteLength === raw.buffer.byteLength;
}

function int64sToNumbers(view: DataView): Float64Array {
  const values = new Float64Array(view.byteLength / 8);
  for (let index = 0; index < values.length; index++)
    values[index] = view.getInt32(8 * index + 4, true) * 2 ** 32 + view.getUint32(8 * index, true);
  return values;
}

/** The IR's element type for TensorProto.DataType; float16, bfloat16 and double become float32. */
export function elementTypeOf(type: number): Tensor['type'] {
  switch (type) {
    case FLOAT:
    case DOUBLE:
    case FLOAT16:
    case BFLOAT16:
      return 'float32';
    case UINT8:
    case UINT4:
      return 'uint8';
    case INT8:
    case INT4:
      return 'int8';
    case UINT16:
      return 'uint16';
    case INT16:
      return 'int16';
    case INT32:
      return 'int32';
    case INT64:
      return 'int64';
    case BOOL:
      return 'bool';
    default:
      throw new Error(`The element type ${type} is not supported`);
  }
}

/** IEEE 754 binary16. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

let halves: Float32Array | undefined;

function halvesToFloats(bits: Uint16Array): Float32Array {
  halves ??= Float32Array.from({ length: 65536 }, (_, each) => halfToNumber(each));
  const table = halves;
  const result = new Float32Array(bits.length);
  for (let index = 0; index < bits.length; index++) result[index] = table[bits[index]!]!;
  return result;
}

/** bfloat16 is the upper half of a float32. */
function bfloatsToFloats(bits: Uint16Array): Float32Array {
  const words = new Uint32Array(bits.length);
  for (let index = 0; index < bits.length; index++) words[index] = bits[index]! << 16;
  return new Float32Array(words.buffer);
}
