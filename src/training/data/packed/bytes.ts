import { open, stat } from 'node:fs/promises';
import path from 'node:path';
import { reasonOf, unreadable } from '../failures';

/** Bytes that are fetched when they are needed: of a file, of a part of one, or in memory. */
export interface ByteSource {
  readonly length: number;
  /** Throws `UserError('dataset-unreadable')` where the file has become shorter. */
  read(offset: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

const AGAIN = 'Copy or download it again.';

/** A regular file, open until it is closed. Throws `UserError('dataset-unreadable')`. */
export async function openBytes(file: string): Promise<ByteSource> {
  const name = path.basename(file);
  try {
    // Before it is opened: opening a pipe waits for its other end.
    if (!(await stat(file)).isFile()) throw unreadable(`"${name}" is not a regular file.`, AGAIN);
    const handle = await open(file, 'r');
    const { size } = await handle.stat();
    return {
      length: size,
      async read(offset, length) {
        const bytes = new Uint8Array(length);
        let filled = 0;
        while (filled < length) {
          const { bytesRead } = await handle.read(bytes, filled, length - filled, offset + filled);
          if (bytesRead === 0) throw unreadable(`"${name}" ends before its last image.`, AGAIN);
          filled += bytesRead;
        }
        return bytes;
      },
      close: () => handle.close(),
    };
  } catch (error) {
    if (error instanceof Error && 'hint' in error) throw error;
    throw unreadable(`"${name}" could not be opened (${reasonOf(error)}).`, 'Check that the file may be read.');
  }
}

export function bytesInMemory(bytes: Uint8Array): ByteSource {
  return {
    length: bytes.length,
    async read(offset, length) {
      if (offset + length > bytes.length) throw new RangeError(`${offset + length} of ${bytes.length} bytes`);
      return bytes.subarray(offset, offset + length);
    },
    close: () => Promise.resolve(),
  };
}

/** `length` bytes of `source` from `offset` on; closing it leaves the whole open. */
export function section(source: ByteSource, offset: number, length: number): ByteSource {
  return {
    length,
    read: (from, count) => source.read(offset + from, count),
    close: () => Promise.resolve(),
  };
}

const CHUNK = 8 * 1024 ** 2;

/** The same bytes read into memory if there are at most `limit`, for speed; else `source` itself. */
export async function keptInMemory(source: ByteSource, limit: number): Promise<ByteSource> {
  if (source.length > limit) return source;
  const bytes = new Uint8Array(source.length);
  for await (const { offset, chunk } of chunksOf(source)) bytes.set(chunk, offset);
  await source.close();
  return bytesInMemory(bytes);
}

/** All of `source` in pieces of at most `size` bytes. */
export async function* chunksOf(
  source: ByteSource,
  size = CHUNK,
): AsyncGenerator<{ offset: number; chunk: Uint8Array }> {
  for (let offset = 0; offset < source.length; offset += size)
    yield { offset, chunk: await source.read(offset, Math.min(size, source.length - offset)) };
}
