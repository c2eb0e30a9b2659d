import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { throwIfCancelled } from '../../core/errors';
import type { PublishedFile } from './fashionMnist';
import { reasonOf } from './failures';
import { onDisk, openPart, publish } from './partFile';

/** A server that sends nothing for so long is given up. */
const PATIENCE_MS = 30_000;

export interface FetchOptions {
  readonly signal?: AbortSignal;
  /** Called with the bytes of the file that are there. */
  readonly received: (bytes: number) => void;
}

/** Why an address did not give the file; another may. */
export class AddressFailure extends Error {
  override readonly name = 'AddressFailure';
}

/**
 * Fetches `file` from `address` into `folder`, going on with `<name>.part` where an earlier attempt left one; it gets its name only
 * once its MD5 is that of the published file. Throws `AddressFailure`, `UserError('file-unwritable' | 'file-exists')`,
 * `CancelledError`.
 */
export async function fetchFile(
  folder: string,
  file: PublishedFile,
  address: string,
  options: FetchOptions,
): Promise<void> {
  const part = path.join(folder, `${file.name}.part`);
  const before = await sizeOf(part);
  await receive(part, before > file.bytes ? 0 : before, file, address, options);
  if ((await md5Of(part)) === file.md5) return publish(part, path.join(folder, file.name));
  await rm(part, { force: true });
  if (before === 0) throw new AddressFailure('it gives a file with other contents than the published one');
  // What an earlier attempt left may be what was wrong.
  return fetchFile(folder, file, address, options);
}

/** Whether `folder` holds the published file. */
export async function isThere(folder: string, file: PublishedFile): Promise<boolean> {
  const target = path.join(folder, file.name);
  return (await sizeOf(target)) === file.bytes && (await md5Of(target)) === file.md5;
}

/** Fills `part` from byte `start` on until it has the file's size. */
async function receive(
  part: string,
  start: number,
  file: PublishedFile,
  address: string,
  { signal, received }: FetchOptions,
): Promise<void> {
  if (start === file.bytes) return;
  const patience = createPatience(signal);
  try {
    const response = await fetch(address, {
      signal: patience.signal,
      // A server may otherwise pass the compression of the file off as one of the transfer, which is undone on arrival.
      headers: { 'Accept-Encoding': 'identity', ...(start > 0 && { Range: `bytes=${start}-` }) },
    });
    if (!response.ok || response.body === null) throw new AddressFailure(`it answers with status ${response.status}`);
    let at = continues(response, start) ? start : 0;
    const handle = await openPart(part, at);
    try {
      for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
        patience.renew();
        if (at + chunk.length > file.bytes) throw new AddressFailure('it gives more than the published file');
        await onDisk(part, () => handle.write(chunk, 0, chunk.length, at));
        at += chunk.length;
        received(at);
      }
    } finally {
      await handle.close();
    }
    if (at < file.bytes) throw new AddressFailure(`it ends after ${at} of ${file.bytes} bytes`);
  } catch (error) {
    throwIfCancelled(signal);
    throw patience.isOver() ? new AddressFailure('it does not answer') : asAddressFailure(error);
  } finally {
    patience.end();
  }
}

function continues(response: Response, start: number): boolean {
  return response.status === 206 && response.headers.get('Content-Range')?.startsWith(`bytes ${start}-`) === true;
}

/** `fetch` says only "fetch failed" and keeps the reason as the cause. */
function asAddressFailure(error: unknown): unknown {
  if (!(error instanceof TypeError)) return error;
  return new AddressFailure(reasonOf(error.cause ?? error) || 'it cannot be reached');
}

function createPatience(signal: AbortSignal | undefined) {
  const idle = new AbortController();
  const start = () => setTimeout(() => idle.abort(), PATIENCE_MS);
  let timer = start();
  return {
    signal: signal === undefined ? idle.signal : AbortSignal.any([signal, idle.signal]),
    isOver: () => idle.signal.aborted,
    end: () => clearTimeout(timer),
    renew() {
      clearTimeout(timer);
      timer = start();
    },
  };
}

async function sizeOf(file: string): Promise<number> {
  const facts = await stat(file).catch(() => undefined);
  return facts?.isFile() ? facts.size : 0;
}

async function md5Of(file: string): Promise<string> {
  const hash = createHash('md5');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}
