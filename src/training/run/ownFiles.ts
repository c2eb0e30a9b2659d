import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../core/errors';
import { FOLDERS } from './layout';

/** A link in a run folder may lead anywhere: it is never followed. */
const NO_FOLLOW = constants.O_NOFOLLOW;
const TEMPORARY = /^(\.[\w.-]+\.\d+\.tmp|run\.lock\.\d+\.stale)$/;

/** The failure of a run folder whose file `name` is not as this program writes it. */
export function damagedRun(name: string, why: string): UserError {
  return new UserError(
    'training-failed',
    `The run cannot be read: ${name} ${why}.`,
    'Choose another run, or bring the folder back from a copy.',
  );
}

/** A file of a run for reading, never through a link. Throws `UserError('training-failed')` where there is none. */
export async function openOwn(folder: string, name: string): Promise<FileHandle> {
  const file = path.join(folder, name);
  try {
    if (!(await lstat(file)).isFile()) throw damagedRun(name, 'is not a plain file');
    return await open(file, constants.O_RDONLY | NO_FOLLOW);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw damagedRun(name, isMissing(error) ? 'is missing' : 'may not be read');
  }
}

/** Whether a run has a file of that name; what it is, opening it tells. */
export async function hasOwn(folder: string, name: string): Promise<boolean> {
  return lstat(path.join(folder, name)).then(
    () => true,
    () => false,
  );
}

/** A whole file of a run of at most `limit` bytes. Throws `UserError('training-failed')`. */
export async function readOwn(folder: string, name: string, limit: number): Promise<Uint8Array> {
  const handle = await openOwn(folder, name);
  try {
    const { size } = await handle.stat();
    if (size > limit) throw damagedRun(name, `is larger than the ${Math.round(limit / 1024 ** 2)} MB that are read`);
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

/** A file of a run to be written into from the start, made if absent, never through a link. */
export async function openForWriting(folder: string, name: string): Promise<FileHandle> {
  return open(path.join(folder, name), constants.O_RDWR | constants.O_CREAT | NO_FOLLOW, 0o644);
}

/**
 * Replaces a file as a whole: it is either as before or complete, also after a crash. `lasting`: on the disk, not only in the
 * system's memory, before the promise settles.
 */
export async function replaceFile(
  folder: string,
  name: string,
  write: (handle: FileHandle) => Promise<void>,
  { lasting }: { readonly lasting: boolean },
): Promise<void> {
  const temporary = path.join(folder, `.${name}.${process.pid}.tmp`);
  await rm(temporary, { force: true });
  const handle = await open(temporary, 'wx');
  try {
    try {
      await write(handle);
      if (lasting) await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path.join(folder, name));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  if (lasting) await syncFolder(folder);
}

/** Fills a new folder and puts it in the place of `name`, which appears complete or not at all. */
export async function replaceFolder(
  folder: string,
  name: string,
  fill: (temporary: string) => Promise<void>,
): Promise<void> {
  const temporary = path.join(folder, `.${name}.${process.pid}.tmp`);
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary);
  try {
    await fill(temporary);
    await rm(path.join(folder, name), { recursive: true, force: true });
    await rename(temporary, path.join(folder, name));
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

/** A subfolder of a run, made if absent. Throws `UserError('training-failed')` for a link or anything else of its name. */
export async function ownFolder(folder: string, name: string): Promise<string> {
  const target = path.join(folder, name);
  await mkdir(target).catch((error: unknown) => {
    if (!isExisting(error)) throw error;
  });
  if (!(await lstat(target)).isDirectory()) throw damagedRun(name, 'is not a plain folder');
  return target;
}

/** Removes what writing that did not end left behind, in a run's folder and in its own subfolders. */
export async function removeTemporary(folder: string): Promise<void> {
  for (const place of ['', ...Object.values(FOLDERS)])
    for (const name of await namesIn(folder, place))
      if (TEMPORARY.test(name)) await rm(path.join(folder, place, name), { recursive: true, force: true });
}

/** The names in a subfolder of a run; none where it is absent or no plain folder. */
export async function namesIn(folder: string, name: string): Promise<readonly string[]> {
  const target = path.join(folder, name);
  try {
    return (await lstat(target)).isDirectory() ? await readdir(target) : [];
  } catch {
    return [];
  }
}

export async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number | null = null): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const at = position === null ? null : position + done;
    done += (await handle.write(bytes, done, bytes.length - done, at)).bytesWritten;
  }
}

/** Fills `bytes` from `position` on, or says that the file ends before. */
export async function readExactly(handle: FileHandle, bytes: Uint8Array, position: number): Promise<boolean> {
  for (let done = 0; done < bytes.length;) {
    const { bytesRead } = await handle.read(bytes, done, bytes.length - done, position + done);
    if (bytesRead === 0) return false;
    done += bytesRead;
  }
  return true;
}

function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';
}

function isExisting(error: unknown): boolean {
  return codeOf(error) === 'EEXIST';
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

/** So that the new name survives a power cut; not every system can do it. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    await handle.sync().finally(() => handle.close());
  } catch {
    // The file itself is on the disk.
  }
}
