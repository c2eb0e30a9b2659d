import { sizeOf, tensorOf, type Tensor } from '../tensor';
import type { TensorProto } from './onnxSchema';

/** Finds the bytes of a tensor that lies outside the file; throws if they may not be read. */
export type ExternalData = (location: string, offset: number, length: number) => Uint8Array;

/** TensorProto.DataType. */
const FLOAT = 1,
  UINT8 = 2,
  INT8 = 3,
  INT32 = 6,
  INT64 = 7,
  BOOL = 9,
  FLOAT16 = 10,
  DOUBLE = 11,
  BFLOAT16 = 16;
const BYTES: Readonly<Record<number, number>> = {
  [FLOAT]: 4,
  [UINT8]: 1,
  [INT8]: 1,
  [INT32]: 4,
  [INT64]: 8,
  [BOOL]: 1,
  [FLOAT16]: 2,
  [DOUBLE]: 8,
  [BFLOAT16]: 2,
};

/** The IR's tensor for an initialiser, whichever way its data are stored. Throws if data and shape do not agree. */
export function readTensorProto(proto: TensorProto, external: ExternalData): Tensor {
  const shape = proto.dims;
  const size = sizeOf(shape);
  if (shape.some((dimension) => dimension < 0) || !Number.isSafeInteger(size))
    throw new Error(`Initialiser ${proto.name} has the shape [${shape.join(', ')}]`);
  const width = BYTES[proto.dataType];
  if (width === undefined) throw new Error(`Initialiser ${proto.name} has the unknown element type ${proto.dataType}`);
  const raw = proto.isExternal ? readExternal(proto, size * width, external) : proto.raw;
  const values = raw === undefined ? typedValues(proto) : undefined;
  const available = values === undefined ? raw!.byteLength / width : values.length;
  if (available !== size)
    throw new Error(`Initialiser ${proto.name} has ${available} elements where its shape asks for ${size}`);
  return values === undefined ? fromRaw(proto.dataType, shape, raw!) : fromValues(proto.dataType, shape, values);
}

function readExternal(proto: TensorProto, expected: number, external: ExternalData): Uint8Array {
  const offset = Number(proto.external.get('offset') ?? 0);
  const length = Number(proto.external.get('length') ?? expected);
  if (!Number.isSafeInteger(offset) || offset < 0 || length !== expected)
    throw new Error(`Initialiser ${proto.name} points at data of the wrong length`);
  return external(proto.external.get('location') ?? '', offset, length);
}

function typedValues(proto: TensorProto): readonly number[] {
  if (proto.dataType === FLOAT) return proto.floats;
  if (proto.dataType === DOUBLE) return proto.doubles;
  return proto.dataType === INT64 ? proto.int64s : proto.int32s;
}

function fromValues(type: number, shape: readonly number[], values: readonly number[]): Tensor {
  if (type === FLOAT16) return tensorOf('float32', shape, values.map(halfToNumber));
  if (type === BFLOAT16) return tensorOf('float32', shape, bfloatsToFloats(Uint16Array.from(values)));
  return tensorOf(elementTypeOf(type), shape, values);
}

function fromRaw(type: number, shape: readonly number[], raw: Uint8Array): Tensor {
  // A copy is aligned; a slice of a Buffer would be a view.
  const { buffer } = new Uint8Array(raw);
  switch (type) {
    case FLOAT:
      return { type: 'float32', shape, data: new Float32Array(buffer) };
    case DOUBLE:
      return tensorOf('float32', shape, new Float64Array(buffer));
    case FLOAT16:
      return tensorOf('float32', shape, Float32Array.from(new Uint16Array(buffer), halfToNumber));
    case BFLOAT16:
      return tensorOf('float32', shape, bfloatsToFloats(new Uint16Array(buffer)));
    case INT64:
      return tensorOf('int64', shape, Float64Array.from(new BigInt64Array(buffer), Number));
    case INT32:
      return tensorOf('int32', shape, new Int32Array(buffer));
    case INT8:
      return tensorOf('int8', shape, new Int8Array(buffer));
    default:
      return tensorOf(elementTypeOf(type), shape, new Uint8Array(buffer));
  }
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
      return 'uint8';
    case INT8:
      return 'int8';
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
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** bfloat16 is the upper half of a float32. */
function bfloatsToFloats(bits: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(bits, (each) => (each << 16) >>> 0).buffer);
}
