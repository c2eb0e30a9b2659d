import { inflateRawSync } from 'node:zlib';
import { findZipDirectory, packedAt, readZipEntries, ZIP_LOCAL_HEADER, type ZipEntry } from './zipDirectory';

const LIMIT_BYTES = 2 * 1024 ** 3;
/** Files of a model that were packed at all become hardly smaller; what is mostly zeros is small. */
const LARGEST_GROWTH = 50;
const ALWAYS_BYTES = 64 * 1024 ** 2;

/**
 * What may come out of `packed` bytes: 64 MB, and more only in proportion. Numbers and text that somebody means stay far below,
 * and a few megabytes of an archive do not fill the memory.
 */
export function mostUnpacked(packed: number): number {
  return ALWAYS_BYTES + LARGEST_GROWTH * packed;
}

/**
 * The files `names` out of a zip archive (APPNOTE 6.3: stored or deflated, zip64 sizes). Others are not unpacked; sizes are
 * checked before anything is. `limits`: bytes that single files may have. Throws an Error for archives that are damaged, encrypted,
 * or unpack to more than 2 GB or {@link mostUnpacked}.
 */
export function readZip(
  bytes: Uint8Array,
  names: readonly string[],
  limits: Readonly<Record<string, number>> = {},
): ReadonlyMap<string, Uint8Array> {
  const { at, count } = findZipDirectory(bytes, bytes.length);
  const entries = readZipEntries(bytes.subarray(at), count).filter(({ name }) => names.includes(name));
  if (new Set(entries.map(({ name }) => name)).size !== entries.length)
    throw new Error('The zip archive cannot be read: a file is in it twice');
  const starts = entries.map((entry) => packedAt(bytes.subarray(entry.offset, entry.offset + ZIP_LOCAL_HEADER), entry));
  for (const { name, size, compressed, method } of entries) {
    const limit = Math.min(limits[name] ?? LIMIT_BYTES, method === 'stored' ? LIMIT_BYTES : mostUnpacked(compressed));
    if (size > limit)
      throw new Error(
        `The zip archive cannot be read: ${name} unpacks to ${megabytes(size)} MB, more than the ${megabytes(limit)} MB that are read of it`,
      );
  }
  if (entries.reduce((sum, { size }) => sum + size, 0) > LIMIT_BYTES)
    throw new Error('The zip archive cannot be read: it unpacks to more than 2 GB');
  return new Map(entries.map((entry, index) => [entry.name, unpack(bytes, entry, starts[index]!)]));
}

function megabytes(bytes: number): number {
  return Math.floor(bytes / 1024 ** 2);
}

function unpack(bytes: Uint8Array, { name, method, compressed, size }: ZipEntry, start: number): Uint8Array {
  if (start + compressed > bytes.length) throw new Error('The zip archive cannot be read: it is cut off');
  const content = bytes.subarray(start, start + compressed);
  if (method === 'stored') return content;
  try {
    // One chunk, or the chunks and their sum would be in memory at once.
    const unpacked = inflateRawSync(content, {
      maxOutputLength: Math.max(1, size),
      chunkSize: Math.max(LEAST_CHUNK, size + 1),
    });
    if (unpacked.length === size) return unpacked;
  } catch (error) {
    throw new Error(`The zip archive cannot be read: ${name} is damaged`, { cause: error });
  }
  throw new Error(`The zip archive cannot be read: ${name} does not have the size that it claims`);
}

/** The least that the library takes. */
const LEAST_CHUNK = 64;
