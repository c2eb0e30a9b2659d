import { stat } from 'node:fs/promises';
import path from 'node:path';
import { unreadable } from '../failures';
import { readHead } from '../../../formats/archives/readHead';
import { LARGEST_SIDE } from '../dataset';
import { MOST_PICTURES } from '../source';
import { openBytes, type ByteSource } from './bytes';
import { unpack, unpackHead, type Packed, type UnpackOptions } from './unpack';

/** An IDX file's header (LeCun's MNIST page): two zero bytes, a type, the number of dimensions, the dimensions big-endian. */
export interface IdxFile {
  readonly path: string;
  readonly name: string;
  readonly dimensions: readonly number[];
  readonly headerBytes: number;
  /** Absent: not compressed. */
  readonly packed?: Packed;
}

const UNSIGNED_BYTE = 8;
const TYPES: readonly number[] = [8, 9, 11, 12, 13, 14];
const LARGEST_HEADER = 4 + 4 * 4;

/** The header of an IDX file of bytes, gzipped or not; undefined for every other file. Throws `UserError` for IDX of other types. */
export async function readIdxHeader(file: string): Promise<IdxFile | undefined> {
  const start = await readHead(file, LARGEST_HEADER);
  const name = path.basename(file);
  if (start[0] !== 0x1f || start[1] !== 0x8b) return parse(start, file, name);
  const { size } = await stat(file);
  const packed: Packed = { file, method: 'gzip', offset: 0, compressed: size, name };
  // Other things are gzipped too, and damage to them is no concern here.
  const head = await unpackHead(packed, LARGEST_HEADER).catch(() => undefined);
  const header = head && parse(head, file, name);
  return header && { ...header, packed };
}

function parse(head: Uint8Array, file: string, name: string): IdxFile | undefined {
  const [first, second, type, count] = head;
  if (head.length < 8 || first !== 0 || second !== 0 || !TYPES.includes(type!)) return undefined;
  if (count === undefined || (count !== 1 && count !== 3 && count !== 4)) return undefined;
  const headerBytes = 4 + 4 * count;
  if (head.length < headerBytes) return undefined;
  if (type !== UNSIGNED_BYTE)
    throw unreadable(`"${name}" is an IDX file whose values are not bytes.`, 'Write it again with unsigned bytes.');
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const dimensions = Array.from({ length: count }, (_, i) => view.getUint32(4 + 4 * i));
  return { path: file, name, dimensions, headerBytes };
}

/**
 * The whole file, header included, of exactly the declared length. Throws `UserError('dataset-unreadable')` where it is not, and
 * for sizes beyond what is read, before anything is allocated.
 */
export async function openIdx(header: IdxFile, options: UnpackOptions): Promise<ByteSource> {
  const { dimensions, headerBytes, name } = header;
  const [count = 0, ...sides] = dimensions;
  if (count > MOST_PICTURES || sides.some((side) => side < 1 || side > LARGEST_SIDE))
    throw unreadable(
      `"${name}" declares ${dimensions.join(' × ')} bytes, which is beyond what is read.`,
      'Copy or download it again.',
    );
  const expected = headerBytes + dimensions.reduce((product, side) => product * side, 1);
  if (header.packed !== undefined) return unpack(header.packed, expected, options);
  const source = await openBytes(header.path);
  if (source.length === expected) return source;
  await source.close();
  throw unreadable(
    `"${name}" declares ${dimensions.join(' × ')} bytes after its header and holds ${source.length - headerBytes}.`,
    'Copy or download it again.',
  );
}
