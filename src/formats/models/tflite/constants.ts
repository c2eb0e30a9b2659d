import { floats, integers, sizeOf, type Tensor } from '../../../core/graph/tensor';
import { decodeFloat16 } from '../weights';
import type { TfliteTensor } from './model';

/** TensorType of schema.fbs. */
export const TYPE = {
  float32: 0,
  float16: 1,
  int32: 2,
  uint8: 3,
  int64: 4,
  bool: 6,
  int16: 7,
  int8: 9,
  float64: 10,
} as const;

const BYTES: ReadonlyMap<number, number> = new Map([
  [TYPE.float32, 4],
  [TYPE.float16, 2],
  [TYPE.int32, 4],
  [TYPE.uint8, 1],
  [TYPE.int64, 8],
  [TYPE.bool, 1],
  [TYPE.int16, 2],
  [TYPE.int8, 1],
  [TYPE.float64, 8],
]);

/** Types whose numbers stand for real ones by a scale. */
export function isQuantised({ type, quantisation }: TfliteTensor): boolean {
  return quantisation !== undefined && (type === TYPE.int8 || type === TYPE.uint8 || type === TYPE.int16);
}

/**
 * A constant of the file: quantised ones as the real numbers that they stand for, (q − zero)·scale, whole numbers as int64. Throws an
 * Error for one whose bytes are not those of its shape, or whose type is not known.
 */
export function readConstant(tensor: TfliteTensor): Tensor {
  const { shape, type, data, name, quantisation } = tensor;
  const shown = name.slice(0, 60);
  if (tensor.isSparse) throw new Error(`The weights “${shown}” are stored sparsely, which is not known`);
  const width = BYTES.get(type);
  if (width === undefined) throw new Error(`The constant “${shown}” is of a type that is not known (${type})`);
  if (!shape.every((size) => size >= 0) || sizeOf(shape) * width !== data.length)
    throw new Error(
      `The constant “${shown}” has ${data.length} bytes where its shape asks for ${sizeOf(shape) * width}`,
    );
  const stored = numbersOf(type, data);
  if (quantisation !== undefined && type !== TYPE.float32 && type !== TYPE.float16)
    return floats(shape, dequantised(stored, shape, tensor));
  if (type === TYPE.float32 || type === TYPE.float16 || type === TYPE.float64)
    return floats(shape, Float32Array.from(stored));
  return integers(Array.from(stored), shape);
}

function numbersOf(type: number, data: Uint8Array): ArrayLike<number> {
  const { buffer } = new Uint8Array(data);
  switch (type) {
    case TYPE.float32:
      return new Float32Array(buffer);
    case TYPE.float16:
      return decodeFloat16(new Uint16Array(buffer));
    case TYPE.float64:
      return new Float64Array(buffer);
    case TYPE.int32:
      return new Int32Array(buffer);
    case TYPE.int64:
      return Float64Array.from(new BigInt64Array(buffer), Number);
    case TYPE.int16:
      return new Int16Array(buffer);
    case TYPE.int8:
      return new Int8Array(buffer);
    default:
      return new Uint8Array(buffer);
  }
}

function dequantised(
  stored: ArrayLike<number>,
  shape: readonly number[],
  { quantisation, name }: TfliteTensor,
): Float32Array {
  const { scales, zeros, axis } = quantisation!;
  const result = new Float32Array(stored.length);
  if (scales.length === 1) {
    for (let at = 0; at < result.length; at++) result[at] = (stored[at]! - zeros[0]!) * scales[0]!;
    return result;
  }
  if (shape[axis] !== scales.length)
    throw new Error(
      `The constant “${name.slice(0, 60)}” does not have one scale for each slice along its axis ${axis}`,
    );
  const inner = sizeOf(shape.slice(axis + 1));
  for (let at = 0; at < result.length; at++) {
    const slice = Math.floor(at / inner) % scales.length;
    result[at] = (stored[at]! - zeros[slice]!) * scales[slice]!;
  }
  return result;
}
