import { inflateRawSync } from 'node:zlib';
import { findZipDirectory, packedAt, readZipEntries, ZIP_LOCAL_HEADER, type ZipEntry } from './zipDirectory';

const LIMIT_BYTES = 4 * 1024 ** 3 - 1;

/**
 * The files `names` out of a zip archive (APPNOTE 6.3: stored or deflated, zip64 sizes). Others are not unpacked; sizes are
 * checked before anything is. Throws an Error for archives that are damaged, encrypted, or unpack to more than 4 GB.
 */
export function readZip(bytes: Uint8Array, names: readonly string[]): ReadonlyMap<string, Uint8Array> {
  const { at, count } = findZipDirectory(bytes, bytes.length);
  const entries = readZipEntries(bytes.subarray(at), count).filter(({ name }) => names.includes(name));
  if (new Set(entries.map(({ name }) => name)).size !== entries.length)
    throw new Error('The zip archive cannot be read: a file is in it twice');
  if (entries.reduce((sum, { size }) => sum + size, 0) > LIMIT_BYTES)
    throw new Error('The zip archive cannot be read: it unpacks to more than 4 GB');
  return new Map(entries.map((entry) => [entry.name, unpack(bytes, entry)]));
}

function unpack(bytes: Uint8Array, entry: ZipEntry): Uint8Array {
  const { name, method, compressed, size, offset } = entry;
  const start = packedAt(bytes.subarray(offset, offset + ZIP_LOCAL_HEADER), entry);
  if (start + compressed > bytes.length) throw new Error('The zip archive cannot be read: it is cut off');
  const content = bytes.subarray(start, start + compressed);
  if (method === 'stored') return content;
  try {
    const unpacked = inflateRawSync(content, { maxOutputLength: Math.max(1, size) });
    if (unpacked.length === size) return unpacked;
  } catch (error) {
    throw new Error(`The zip archive cannot be read: ${name} is damaged`, { cause: error });
  }
  throw new Error(`The zip archive cannot be read: ${name} does not have the size that it claims`);
}
