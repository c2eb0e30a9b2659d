import { createReadStream } from 'node:fs';
import { mkdtemp, open, readdir, rm, statfs } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createInflateRaw } from 'node:zlib';
import { CancelledError } from '../../../core/errors';
import { mostUnpacked } from '../../../formats/archives/zip';
import { LARGEST_RATIO } from '../../../formats/archives/zipDirectory';
import { unreadable } from '../failures';
import { bytesInMemory, openBytes, type ByteSource } from './bytes';
import { isAlive } from '../../isAlive';

/** Compressed bytes in a file. */
export interface Packed {
  readonly file: string;
  readonly method: 'gzip' | 'deflate';
  readonly offset: number;
  readonly compressed: number;
  /** Named in errors. */
  readonly name: string;
}

export interface UnpackOptions {
  /** Up to so many bytes are unpacked to memory, more to a temporary file that is deleted at the end. */
  readonly memoryBytes: number;
  readonly signal?: AbortSignal;
}

const AGAIN = 'Copy or download it again.';

/** The first bytes of what is packed, `length` of them if there are as many. Throws `UserError('dataset-unreadable')`. */
export async function unpackHead(packed: Packed, length: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let gathered = 0;
  const enough = new AbortController();
  try {
    await pipeline(
      compressedStream(packed),
      decompressor(packed),
      async (chunks: AsyncIterable<Uint8Array>) => {
        for await (const chunk of chunks) {
          parts.push(chunk);
          gathered += chunk.length;
          if (gathered >= length) enough.abort();
        }
      },
      { signal: enough.signal },
    );
  } catch {
    if (gathered === 0) throw unreadable(`"${packed.name}" is damaged: it cannot be unpacked.`, AGAIN);
  }
  return new Uint8Array(Buffer.concat(parts)).subarray(0, length);
}

/**
 * What is packed, which must be exactly `expected` bytes: nothing is unpacked if that is more than the compressed bytes can hold or
 * {@link mostUnpacked} of them, and unpacking ends as soon as there is more. Throws `UserError('dataset-unreadable')`, `CancelledError`.
 */
export async function unpack(packed: Packed, expected: number, options: UnpackOptions): Promise<ByteSource> {
  const wrong = (what: string) => unreadable(`"${packed.name}" is damaged: ${what}.`, AGAIN);
  if (expected > packed.compressed * LARGEST_RATIO)
    throw wrong(`it declares ${expected} bytes, which its ${packed.compressed} compressed bytes cannot hold`);
  if (expected > mostUnpacked(packed.compressed)) throw tooMuch(packed, expected);
  const target = expected <= options.memoryBytes ? memoryTarget(expected) : await fileTarget(expected, packed.name);
  let length = 0;
  try {
    await pipeline(
      compressedStream(packed),
      decompressor(packed),
      async (chunks: AsyncIterable<Uint8Array>) => {
        for await (const chunk of chunks) {
          length += chunk.length;
          if (length > expected) return;
          await target.write(chunk, length - chunk.length);
        }
      },
      options.signal === undefined ? {} : { signal: options.signal },
    ).catch((error: unknown) => {
      // Ending early counts as a failure of the stream.
      if (length <= expected) throw error;
    });
    if (length > expected) throw wrong('it unpacks to more than it declares');
    if (length < expected) throw wrong('it unpacks to less than it declares');
    return await target.finish();
  } catch (error) {
    await target.discard();
    if (options.signal?.aborted) throw new CancelledError();
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (/^(Z_|ERR_STREAM)/.test(code)) throw wrong('it cannot be unpacked');
    if (/^(ENOSPC|EDQUOT|EFBIG)$/.test(code)) throw noRoom(packed.name, expected);
    throw error;
  }
}

function compressedStream({ file, offset, compressed }: Packed) {
  // A stream's end is the place of its last byte.
  return createReadStream(file, { start: offset, end: Math.max(offset, offset + compressed - 1) });
}

function decompressor({ method }: Packed) {
  return method === 'gzip' ? createGunzip() : createInflateRaw();
}

interface Target {
  write(chunk: Uint8Array, at: number): Promise<void> | void;
  finish(): Promise<ByteSource>;
  discard(): Promise<void>;
}

function memoryTarget(length: number): Target {
  const bytes = new Uint8Array(length);
  return {
    write: (chunk, at) => bytes.set(chunk, at),
    finish: () => Promise.resolve(bytesInMemory(bytes)),
    discard: () => Promise.resolve(),
  };
}

function noRoom(name: string, bytes: number): Error {
  return unreadable(
    `"${name}" unpacks to ${Math.ceil(bytes / 1024 ** 2)} MB, and the disk of temporary files (${os.tmpdir()}) has no room for it.`,
    'Unpack it where there is room and choose the unpacked files.',
  );
}

function tooMuch({ name, compressed }: Packed, expected: number): Error {
  const [megabytes, most] = [expected, mostUnpacked(compressed)].map((bytes) => Math.floor(bytes / 1024 ** 2));
  return unreadable(
    `"${name}" unpacks to ${megabytes} MB, more than the ${most} MB that are unpacked of ${Math.ceil(compressed / 1024)} kB.`,
    'Unpack it yourself and choose the unpacked files.',
  );
}

/** Removes what processes left unpacked that are no more. */
export async function removeUnpacked(): Promise<void> {
  for (const name of await readdir(os.tmpdir()).catch(() => [])) {
    const pid = Number(/^gradient-lens-unpacked-(\d+)-/.exec(name)?.[1] ?? NaN);
    if (!Number.isSafeInteger(pid) || pid <= 0 || isAlive(pid)) continue;
    await rm(path.join(os.tmpdir(), name), { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Left free on the disk of temporary files. */
const SPARE_BYTES = 1024 ** 3;

async function fileTarget(expected: number, name: string): Promise<Target> {
  const { bavail, bsize } = await statfs(os.tmpdir());
  if (expected + SPARE_BYTES > bavail * bsize) throw noRoom(name, expected);
  await removeUnpacked();
  const folder = await mkdtemp(path.join(os.tmpdir(), `gradient-lens-unpacked-${process.pid}-`));
  const file = path.join(folder, 'unpacked');
  const handle = await open(file, 'wx', 0o600);
  const remove = () => rm(folder, { recursive: true, force: true });
  return {
    write: async (chunk, at) => {
      await handle.write(chunk, 0, chunk.length, at);
    },
    async finish() {
      await handle.close();
      const source = await openBytes(file);
      return {
        ...source,
        async close() {
          await source.close();
          await remove();
        },
      };
    },
    async discard() {
      await handle.close();
      await remove();
    },
  };
}
