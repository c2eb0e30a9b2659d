import { access, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { throwIfCancelled, UserError } from '../../core/errors';
import { FASHION_MNIST_ADDRESSES, FASHION_MNIST_FILES, type PublishedFile } from './fashionMnist';
import { AddressFailure, fetchFile, isThere } from './fetchFile';
import type { DataJob } from './job';
import { fileExists, onDisk } from './partFile';

/** What is fetched and from where; folders of addresses, the first choice first. */
export interface Publication {
  readonly files: readonly PublishedFile[];
  readonly addresses: readonly string[];
}

const FASHION_MNIST: Publication = { files: FASHION_MNIST_FILES, addresses: FASHION_MNIST_ADDRESSES };

/**
 * Fetches the four official files of Fashion-MNIST (Xiao, Rasul & Vollgraf 2017; 31 MB, MIT licence) into `folder`, made if absent,
 * and checks size and MD5 of each. Files that are there stay; an attempt that was broken off goes on where it ended. Progress is in
 * bytes. Returns the folder to open.
 *
 * Throws `UserError`: `download-failed` (no address gave a file), `file-exists` (another file of that name is there),
 * `file-unwritable`; `CancelledError`.
 */
export async function fetchFashionMnist(
  folder: string,
  job: DataJob = {},
  { files, addresses }: Publication = FASHION_MNIST,
): Promise<string> {
  await onDisk(folder, () => mkdir(folder, { recursive: true }));
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  let before = 0;
  for (const file of files) {
    throwIfCancelled(job.signal);
    if (!(await isThere(folder, file))) {
      const target = path.join(folder, file.name);
      if (await exists(target)) throw fileExists(target);
      await fetchFromAny(folder, file, addresses, job, (bytes) => job.progress?.(before + bytes, total));
    }
    before += file.bytes;
    job.progress?.(before, total);
  }
  return folder;
}

async function fetchFromAny(
  folder: string,
  file: PublishedFile,
  addresses: readonly string[],
  { signal }: DataJob,
  received: (bytes: number) => void,
): Promise<void> {
  const failures: string[] = [];
  for (const base of addresses) {
    try {
      await fetchFile(folder, file, base + file.name, { received, ...(signal !== undefined && { signal }) });
      return;
    } catch (error) {
      if (!(error instanceof AddressFailure)) throw error;
      failures.push(`${new URL(base).host}: ${error.message}`);
    }
  }
  throw new UserError(
    'download-failed',
    `${file.name} could not be fetched (${failures.join('; ')}).`,
    `Check the connection and try again, or download the four files from ${addresses[0] ?? ''} by hand and choose their folder.`,
  );
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
