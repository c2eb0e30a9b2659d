import { UserError } from '../../core/errors';
import { numberReader, type NumberReader } from './npyNumbers';

const MAGIC = '\x93NUMPY';
const LARGEST_HEADER = 65536;
const MOST_DIMENSIONS = 32;

/** An array read from a NumPy file; row-major (C order). */
export interface NpyArray {
  readonly data: Float32Array;
  readonly shape: number[];
}

/**
 * A NumPy file (format 1.0) that holds `data` as little-endian float32 in C order.
 * `shape` multiplies to the length of `data`. Throws `RangeError` where it does not.
 * Source: NumPy Enhancement Proposal 1.
 */
export function encodeNpy(data: Float32Array, shape: readonly number[]): Uint8Array {
  if (sizeOf(shape) !== data.length)
    throw new RangeError(`shape (${shape.join(', ')}) does not hold ${data.length} values`);
  const dimensions = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${dimensions}), }`;
  const prefix = MAGIC.length + 4;
  const headerLength = Math.ceil((prefix + text.length + 1) / 64) * 64 - prefix;
  const header = text.padEnd(headerLength - 1) + '\n';
  const bytes = new Uint8Array(prefix + headerLength + 4 * data.length);
  const view = new DataView(bytes.buffer);
  writeLatin(bytes, 0, MAGIC);
  bytes[6] = 1;
  view.setUint16(8, headerLength, true);
  writeLatin(bytes, prefix, header);
  for (let i = 0, at = prefix + headerLength; i < data.length; i++, at += 4) view.setFloat32(at, data[i]!, true);
  return bytes;
}

/**
 * The array in a NumPy file (formats 1.0 to 3.0), converted to float32 and C order.
 * Types: bool, signed and unsigned integers of 1 to 8 bytes, float16, float32, float64; both byte orders.
 * Throws `UserError('image-unreadable')` for anything else, and where the bytes do not match the declared shape.
 * Source: NumPy Enhancement Proposal 1.
 */
export function decodeNpy(bytes: Uint8Array, name: string): NpyArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { reader, fortranOrder, shape, offset } = readNpyHeader(bytes, name);
  const count = sizeOf(shape);
  const expected = count * reader.size;
  if (bytes.length - offset !== expected)
    throw damaged(
      name,
      `its header declares ${expected} bytes of values and ${bytes.length - offset} follow`,
      'Write it again with numpy.save, one array to a file.',
    );
  const data = new Float32Array(count);
  for (let i = 0, at = offset; i < count; i++, at += reader.size) data[i] = reader.read(view, at);
  return { data: fortranOrder ? rowMajor(data, shape) : data, shape };
}

/** What a NumPy file says of its array before the values. */
export interface NpyHeader {
  /** NumPy's name of the type, such as `<f4`. */
  readonly type: string;
  readonly reader: NumberReader;
  readonly fortranOrder: boolean;
  readonly shape: number[];
  /** Where the values begin in the file. */
  readonly offset: number;
}

/** The largest length of what comes before the values. */
export const LARGEST_NPY_HEADER = LARGEST_HEADER + 12;

/**
 * The header of a NumPy file (formats 1.0 to 3.0) from the file's first bytes.
 * Throws `UserError('image-unreadable')` for what is none and for values that are not plain numbers.
 */
export function readNpyHeader(bytes: Uint8Array, name: string): NpyHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { text, end } = readHeader(bytes, view, name);
  const type = /'descr'\s*:\s*'([^']{1,16})'/.exec(text)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const dimensions = /'shape'\s*:\s*\(([\d\sL,]*)\)/.exec(text)?.[1];
  if (order === undefined || dimensions === undefined)
    throw damaged(name, 'its header cannot be understood', 'Write it again with numpy.save.');
  const reader = type === undefined ? undefined : numberReader(type);
  if (type === undefined || reader === undefined)
    throw damaged(
      name,
      `it holds values of type ${type === undefined ? 'record' : `"${type}"`}, which are not plain numbers`,
      'Convert the array with .astype("float32") and save it again.',
    );
  return { type, reader, fortranOrder: order === 'True', shape: readShape(dimensions, name), offset: end };
}

function readHeader(bytes: Uint8Array, view: DataView, name: string): { text: string; end: number } {
  const version = bytes[6];
  const start = version === 1 ? 10 : 12;
  if (readLatin(bytes, 0, MAGIC.length) !== MAGIC || bytes.length < start)
    throw damaged(name, 'it does not begin as one', 'Write it with numpy.save.');
  if (version !== 1 && version !== 2 && version !== 3)
    throw damaged(name, `its format version ${version} is unknown`, 'Write it again with numpy.save.');
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > LARGEST_HEADER || start + length > bytes.length)
    throw damaged(name, 'it ends inside its header', 'Write it again with numpy.save.');
  return { text: readLatin(bytes, start, length), end: start + length };
}

function readShape(text: string, name: string): number[] {
  const parts = text.split(',').map((part) => part.trim().replace(/L$/, ''));
  if (parts.at(-1) === '') parts.pop();
  const shape = parts.map((part) => (/^\d{1,15}$/.test(part) ? Number(part) : Number.NaN));
  if (shape.length > MOST_DIMENSIONS || !Number.isSafeInteger(sizeOf(shape)))
    throw damaged(name, `its shape (${text.slice(0, 60).trim()}) is not possible`, 'Write it again with numpy.save.');
  return shape;
}

/** Column-major (Fortran) values reordered to row-major. */
function rowMajor(values: Float32Array, shape: readonly number[]): Float32Array {
  const strides: number[] = [];
  let stride = 1;
  for (const extent of shape) {
    strides.push(stride);
    stride *= extent;
  }
  const result = new Float32Array(values.length);
  const index = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < result.length; to++) {
    result[to] = values[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      index[axis]!++;
      if (index[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return result;
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

function damaged(name: string, why: string, hint: string): UserError {
  return new UserError('image-unreadable', `${name} is not a NumPy array that can be read: ${why}.`, hint);
}

function writeLatin(bytes: Uint8Array, at: number, text: string): void {
  for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
}

function readLatin(bytes: Uint8Array, at: number, length: number): string {
  let text = '';
  for (const byte of bytes.subarray(at, at + length)) text += String.fromCharCode(byte);
  return text;
}
