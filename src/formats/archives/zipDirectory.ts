/** Deflate cannot compress further than this. */
export const LARGEST_RATIO = 1100;
const MAXIMUM_ENTRIES = 65_535;

/** A file of a zip archive as its directory describes it; nothing of it was unpacked, and its size is possible. */
export interface ZipEntry {
  readonly name: string;
  readonly method: 'stored' | 'deflated' | 'unknown';
  readonly compressed: number;
  readonly size: number;
  readonly offset: number;
}

/** Length of the fixed part of the header before each packed file. */
export const ZIP_LOCAL_HEADER = 30;

/** As many bytes of an archive's end as hold what `findZipDirectory` looks for: a comment and three records. */
export const ZIP_TAIL = 22 + 0xffff + 20 + 56;

/**
 * Where the directory of a zip archive of `fileSize` bytes lies, from the archive's last bytes (APPNOTE 6.3, zip64 too).
 * Throws an Error for what is no archive.
 */
export function findZipDirectory(tail: Uint8Array, fileSize: number): { at: number; length: number; count: number } {
  return orCutOff(() => {
    const view = viewOf(tail);
    const end = findEnd(view);
    const start = fileSize - tail.length;
    let count = view.getUint16(end + 10, true);
    let length = view.getUint32(end + 12, true);
    let at = view.getUint32(end + 16, true);
    const zip64 = count === 0xffff || length === 0xffffffff || at === 0xffffffff;
    if (zip64 && end >= 20 && view.getUint32(end - 20, true) === 0x07064b50) {
      const record = Number(view.getBigUint64(end - 12, true)) - start;
      if (view.getUint32(record, true) !== 0x06064b50) throw new Error('its directory is damaged');
      count = Number(view.getBigUint64(record + 32, true));
      length = Number(view.getBigUint64(record + 40, true));
      at = Number(view.getBigUint64(record + 48, true));
    }
    if (count > MAXIMUM_ENTRIES) throw new Error('it has too many files');
    if (at + length > fileSize) throw new RangeError('cut off');
    return { at, length, count };
  });
}

/** The record that ends the archive stands before a comment of at most 65,535 bytes. */
function findEnd(view: DataView): number {
  for (let at = view.byteLength - 22; at >= Math.max(0, view.byteLength - 22 - 0xffff); at--)
    if (view.getUint32(at, true) === 0x06054b50) return at;
  throw new Error('it has no directory');
}

/** The first `count` entries of an archive's directory. Throws an Error for damaged, encrypted and impossible ones. */
export function readZipEntries(directory: Uint8Array, count: number): ZipEntry[] {
  return orCutOff(() => {
    const view = viewOf(directory);
    const entries: ZipEntry[] = [];
    for (let index = 0, at = 0; index < count; index++) {
      if (view.getUint32(at, true) !== 0x02014b50) throw new Error('its directory is damaged');
      if ((view.getUint16(at + 8, true) & 1) !== 0) throw new Error('it is encrypted');
      const lengths = [28, 30, 32].map((field) => view.getUint16(at + field, true)) as Triple;
      const nameEnd = at + 46 + lengths[0];
      if (nameEnd > directory.length) throw new RangeError('cut off');
      const name = new TextDecoder().decode(directory.subarray(at + 46, nameEnd));
      const sizes = [24, 20, 42].map((field) => view.getUint32(at + field, true));
      const [size, compressed, offset] = withZip64(view, nameEnd, lengths[1], sizes) as Triple;
      entries.push({ name, method: methodOf(view.getUint16(at + 10, true)), compressed, size, offset });
      at = nameEnd + lengths[1] + lengths[2];
    }
    return entries;
  });
}

type Triple = [number, number, number];

function methodOf(code: number): ZipEntry['method'] {
  return code === 0 ? 'stored' : code === 8 ? 'deflated' : 'unknown';
}

/**
 * Where the packed bytes of `entry` begin, from the fixed part of the header at its offset.
 * Throws an Error if there is none or its size or packing is not possible.
 */
export function packedAt(header: Uint8Array, { name, method, compressed, size, offset }: ZipEntry): number {
  return orCutOff(() => {
    const view = viewOf(header);
    if (view.getUint32(0, true) !== 0x04034b50) throw new Error(`${name} is damaged`);
    if (method === 'unknown') throw new Error(`${name} is packed in a way that is not known`);
    if (method === 'stored' ? size !== compressed : size > compressed * LARGEST_RATIO)
      throw new Error(`${name} claims an impossible size`);
    return offset + ZIP_LOCAL_HEADER + view.getUint16(26, true) + view.getUint16(28, true);
  });
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

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Reading past the end is what a file that was cut off looks like. */
function orCutOff<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    const reason =
      error instanceof RangeError ? 'it is cut off' : error instanceof Error ? error.message : String(error);
    throw new Error(`The zip archive cannot be read: ${reason}`, { cause: error });
  }
}
