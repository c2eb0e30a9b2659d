import { link, open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../core/errors';
import { reasonOf } from './failures';

/** What `work` does with `file`. Throws `UserError('file-unwritable')` where the disk or the rights do not allow it. */
export async function onDisk<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new UserError(
      'file-unwritable',
      `"${file}" could not be written (${reasonOf(error)}).`,
      'Choose a folder that may be written to and has enough room.',
    );
  }
}

/** A file that is being fetched, its first `kept` bytes kept and the rest cut off. */
export async function openPart(part: string, kept: number): Promise<FileHandle> {
  return onDisk(part, async () => {
    const handle = await open(part, kept === 0 ? 'w' : 'r+');
    await handle.truncate(kept);
    return handle;
  });
}

/** Gives a complete file its name, unless something has that name. Throws `UserError('file-exists' | 'file-unwritable')`. */
export async function publish(part: string, target: string): Promise<void> {
  try {
    // Unlike a renaming, never replaces anything.
    await link(part, target);
    await rm(part, { force: true });
  } catch (error) {
    const taken = await stat(target).then(
      () => true,
      () => false,
    );
    if (taken) throw fileExists(target);
    // Not every file system has links.
    if (error instanceof Error) await onDisk(target, () => rename(part, target));
  }
}

export function fileExists(target: string): UserError {
  return new UserError(
    'file-exists',
    `"${path.basename(target)}" is in "${path.dirname(target)}" already and is not the published file.`,
    'Choose an empty folder, or move that file away.',
  );
}
