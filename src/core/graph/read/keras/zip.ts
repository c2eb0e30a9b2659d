import { inflateRawSync } from 'node:zlib';

const LIMIT_BYTES = 4 * 1024 ** 3 - 1;
/** Deflate cannot compress further than this. */
const LARGEST_RATIO = 1100;
const MAXIMUM_ENTRIES = 65_535;

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly compressed: number;
  readonly size: number;
  readonly offset: number;
}

/**
 * The files `names` out of a zip archive (APPNOTE 6.3: stored or deflated, zip64 sizes). Others are not unpacked; sizes are
 * checked before anything is. Throws an Error for archives that are damaged, encrypted, or unpack to more than 4 GB.
 */
export function readZip(bytes: Uint8Array, names: readonly string[]): ReadonlyMap<string, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const entries = readDirectory(view, bytes).filter(({ name }) => names.includes(name));
    if (new Set(entries.map(({ name }) => name)).size !== entries.length) throw new Error('a file is in it twice');
    if (entries.reduce((sum, { size }) => sum + size, 0) > LIMIT_BYTES) throw new Error('it unpacks to more than 4 GB');
    return new Map(entries.map((entry) => [entry.name, unpack(view, bytes, entry)]));
  } catch (error) {
    const reason =
      error instanceof RangeError ? 'it is cut off' : error instanceof Error ? error.message : String(error);
    throw new Error(`The zip archive cannot be read: ${reason}`, { cause: error });
  }
}

/** The record that ends the archive stands before a comment of at most 65,535 bytes. */
function findEnd(view: DataView): number {
  for (let at = view.byteLength - 22; at >= Math.max(0, view.byteLength - 22 - 0xffff); at--)
    if (view.getUint32(at, true) === 0x06054b50) return at;
  throw new Error('it has no directory');
}

function readDirectory(view: DataView, bytes: Uint8Array): Entry[] {
  const end = findEnd(view);
  let count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  if ((count === 0xffff || at === 0xffffffff) && end >= 20 && view.getUint32(end - 20, true) === 0x07064b50) {
    const record = Number(view.getBigUint64(end - 12, true));
    if (view.getUint32(record, true) !== 0x06064b50) throw new Error('its directory is damaged');
    count = Number(view.getBigUint64(record + 32, true));
    at = Number(view.getBigUint64(record + 48, true));
  }
  if (count > MAXIMUM_ENTRIES) throw new Error('it has too many files');
  const entries: Entry[] = [];
  for (let index = 0; index < count; index++) {
    if (view.getUint32(at, true) !== 0x02014b50) throw new Error('its directory is damaged');
    if ((view.getUint16(at + 8, true) & 1) !== 0) throw new Error('it is encrypted');
    const lengths = [28, 30, 32].map((field) => view.getUint16(at + field, true)) as [number, number, number];
    const name = new TextDecoder().decode(slice(bytes, at + 46, lengths[0]));
    const sizes = [24, 20, 42].map((field) => view.getUint32(at + field, true));
    const [size, compressed, offset] = withZip64(view, at + 46 + lengths[0], lengths[1], sizes) as [
      number,
      number,
      number,
    ];
    entries.push({ name, method: view.getUint16(at + 10, true), compressed, size, offset });
    at += 46 + lengths[0] + lengths[1] + lengths[2];
  }
  return entries;
}

/** Fields of 0xffffffff are in the extra field 1, in this order. */
function withZip64(view: DataView, from: number, length: number, fields: readonly number[]): number[] {
  let at = from;
  let extra: number | undefined;
  while (at + 4 <= from + length) {
    if (view.getUint16(at, true) === 1) extra = at + 4;
    at += 4 + view.getUint16(at + 2, true);
  }
  return fields.map((field) => {
    if (field !== 0xffffffff || extra === undefined) return field;
    const value = Number(view.getBigUint64(extra, true));
    extra += 8;
    return value;
  });
}

function unpack(view: DataView, bytes: Uint8Array, { name, method, compressed, size, offset }: Entry): Uint8Array {
  if (view.getUint32(offset, true) !== 0x04034b50) throw new Error(`${name} is damaged`);
  const start = offset + 30 + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
  const content = slice(bytes, start, compressed);
  if (method === 0 && compressed === size) return content;
  if (method !== 8) throw new Error(`${name} is packed in a way that is not known`);
  if (size > compressed * LARGEST_RATIO) throw new Error(`${name} claims an impossible size`);
  const unpacked = inflateRawSync(content, { maxOutputLength: Math.max(1, size) });
  if (unpacked.length !== size) throw new Error(`${name} does not have the size that it claims`);
  return unpacked;
}

function slice(bytes: Uint8Array, start: number, length: number): Uint8Array {
  if (start + length > bytes.length) throw new RangeError('cut off');
  return bytes.subarray(start, start + length);
}
