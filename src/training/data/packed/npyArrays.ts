import path from 'node:path';
import {
  findZipDirectory,
  packedAt,
  readZipEntries,
  ZIP_LOCAL_HEADER,
  ZIP_TAIL,
} from '../../../formats/archives/zipDirectory';
import type { ZipEntry } from '../../../formats/archives/zipDirectory';
import { LARGEST_NPY_HEADER, readNpyHeader, type NpyHeader } from '../../../formats/npy/npy';
import { asDatasetFailure, unreadable } from '../failures';
import { openBytes, section, type ByteSource } from './bytes';
import { unpack, unpackHead, type Packed } from './unpack';
import type { PackedOptions } from './openPacked';

/** An array of a NumPy file or archive, not yet opened. */
export interface ArrayFile {
  /** Without `.npy`. */
  readonly name: string;
  readonly open: () => Promise<OpenArray>;
}

export interface OpenArray {
  readonly name: string;
  readonly header: NpyHeader;
  /** The whole `.npy` file, header included; of the length that the header declares. */
  readonly bytes: ByteSource;
}

const AGAIN = 'Write it again with numpy.save or numpy.savez.';

/** A `.npy` file. */
export function npyFile(file: string, { sources }: PackedOptions): ArrayFile {
  const name = path.basename(file);
  return {
    name: name.replace(/\.npy$/i, ''),
    async open() {
      const bytes = await openBytes(file);
      sources.push(bytes);
      return checked(name, bytes);
    },
  };
}

/** The arrays of an `.npz` file, none of them unpacked. Throws `UserError('dataset-unreadable')` for what is no archive. */
export async function arraysOfNpz(file: string, options: PackedOptions): Promise<ArrayFile[]> {
  const archive = await openBytes(file);
  options.sources.push(archive);
  const entries = await asDatasetFailure(AGAIN, () => directoryOf(archive));
  const arrays = entries.filter(({ name }) => name.endsWith('.npy'));
  return arrays.map((entry) => ({
    name: entry.name.replace(/\.npy$/, ''),
    open: async () => checked(entry.name, await asDatasetFailure(AGAIN, () => member(file, archive, entry, options))),
  }));
}

const LARGEST_DIRECTORY = 64 * 1024 ** 2;

async function directoryOf(archive: ByteSource): Promise<ZipEntry[]> {
  const tailLength = Math.min(archive.length, ZIP_TAIL);
  const tail = await archive.read(archive.length - tailLength, tailLength);
  const { at, length, count } = findZipDirectory(tail, archive.length);
  if (length > LARGEST_DIRECTORY) throw new Error('The zip archive cannot be read: its directory is too long');
  return readZipEntries(await archive.read(at, length), count);
}

/** Stored members are read where they lie; others are unpacked. */
async function member(file: string, archive: ByteSource, entry: ZipEntry, options: PackedOptions): Promise<ByteSource> {
  const { name, method, offset, compressed, size } = entry;
  if (offset + ZIP_LOCAL_HEADER > archive.length) throw new Error('The zip archive cannot be read: it is cut off');
  const start = packedAt(await archive.read(offset, ZIP_LOCAL_HEADER), entry);
  if (start + compressed > archive.length) throw new Error('The zip archive cannot be read: it is cut off');
  if (method === 'stored') return section(archive, start, size);
  const packed: Packed = { file, method: 'deflate', offset: start, compressed, name };
  const header = readNpyHeader(await unpackHead(packed, Math.min(size, LARGEST_NPY_HEADER)), name);
  // Less is found when it is unpacked.
  if (size - header.offset > valueBytes(header)) throw otherLength(name, header, size);
  const unpacked = await unpack(packed, size, options);
  options.sources.push(unpacked);
  return unpacked;
}

async function checked(name: string, bytes: ByteSource): Promise<OpenArray> {
  const head = await bytes.read(0, Math.min(bytes.length, LARGEST_NPY_HEADER));
  const header = await asDatasetFailure(AGAIN, () => readNpyHeader(head, name));
  if (bytes.length - header.offset !== valueBytes(header)) throw otherLength(name, header, bytes.length);
  return { name, header, bytes };
}

/** How many bytes of values a header declares. */
function valueBytes({ shape, reader }: NpyHeader): number {
  return shape.reduce((product, side) => product * side, reader.size);
}

function otherLength(name: string, header: NpyHeader, length: number): Error {
  const held = length - header.offset;
  return unreadable(`"${name}" declares ${valueBytes(header)} bytes of values and holds ${held}.`, AGAIN);
}
