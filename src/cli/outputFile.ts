import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, type FileHandle, lstat, open, realpath, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { UserError } from '../core/errors';

export interface OutputRules {
  /** Replace regular files that are there. */
  readonly force: boolean;
  /** Files that are never replaced: what the result was made from. */
  readonly inputs: readonly string[];
}

type Finishing = <T>(work: () => Promise<T>) => Promise<T>;

const OTHER_FORMATS = /\.(png|npy|jpe?g|webp|gif|bmp|tiff?|avif|json|csv|svg)$/i;

/**
 * Checks before any work that `files` (name → path as given) can be written. Throws `UserError`: `file-exists`,
 * `file-unwritable` (no such folder, a folder, a socket, a disk), `usage` (one file for two outputs, or a name of another format than `format` says).
 */
export async function checkOutputs(
  files: readonly { readonly file: string | undefined; readonly format: 'png' | 'npy' }[],
  { force, inputs }: OutputRules,
): Promise<void> {
  const seen = new Set<string>();
  const protectedFiles = new Set(await Promise.all(inputs.map(realPathOf)));
  for (const { file, format } of files) {
    if (file === undefined) continue;
    const full = path.resolve(file);
    if (seen.has(full))
      throw new UserError('usage', `"${file}" is named for two outputs.`, 'Give each output a file of its own.');
    seen.add(full);
    const extension = OTHER_FORMATS.exec(file)?.[1]?.toLowerCase() ?? format;
    if (extension !== format)
      throw new UserError(
        'usage',
        `"${file}" is to hold ${format.toUpperCase()} data.`,
        `Choose a name that ends in .${format}.`,
      );
    if (!(await isFolder(path.dirname(full))))
      throw new UserError(
        'file-unwritable',
        `The folder of "${file}" does not exist.`,
        'Create it, or choose another place.',
      );
    if (protectedFiles.has(await realPathOf(full)))
      throw new UserError('file-exists', `"${file}" is an input of this command.`, 'Choose another name.');
    await destinationOf(file, force);
  }
}

/** How bytes get to where a name leads. */
type Destination =
  | { readonly kind: 'new' }
  /** A regular file, whose place a new one takes; a link is followed and stays. */
  | { readonly kind: 'replace'; readonly file: string; readonly mode: number }
  /** A character device or a named pipe: it takes the bytes and is never replaced. */
  | { readonly kind: 'into' };

/**
 * Where `file` leads. Throws `UserError`: `file-exists` (a file, without `force`), `file-unwritable` (a folder, a socket, a disk, a
 * link that leads nowhere or to a stream that was redirected into a file).
 */
async function destinationOf(file: string, force: boolean): Promise<Destination> {
  if (!(await exists(file))) return { kind: 'new' };
  const facts = await stat(file).catch(() => undefined);
  if (facts === undefined) throw noFile(file, 'is a link that leads nowhere');
  if (facts.isCharacterDevice() || facts.isFIFO()) return { kind: 'into' };
  if (facts.isDirectory()) throw noFile(file, 'is a folder');
  if (!facts.isFile()) throw noFile(file, 'is no file');
  if (STREAM.test(path.resolve(file))) throw noFile(file, 'is redirected into a file that is being written');
  if (!force) throw fileExists(file);
  return { kind: 'replace', file: await realpath(file), mode: facts.mode & 0o7777 };
}

/** Names of this process's open files: to put another file there would leave the one behind it without a name. */
const STREAM = /^\/(dev\/(stdin|stdout|stderr|fd\/)|proc\/)/;

/**
 * Writes a new file; with `force` replaces a regular file that is there, whole or not at all. Devices and named pipes are written
 * to. `finishing` runs what is not to be left half-done. Throws `UserError` as {@link checkOutputs} and `file-unwritable`.
 */
export async function writeOutput(
  file: string,
  bytes: Uint8Array,
  force: boolean,
  finishing: Finishing = (work) => work(),
): Promise<void> {
  try {
    const destination = await destinationOf(file, force);
    if (destination.kind === 'into') await writeInto(file, bytes);
    else if (destination.kind === 'new') await finishing(() => writeNew(file, bytes));
    else await finishing(() => replaceFile(destination.file, destination.mode, bytes));
  } catch (error) {
    if (error instanceof UserError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw fileExists(file);
    throw new UserError(
      'file-unwritable',
      `"${file}" could not be written (${message}).`,
      'Choose another place or make room on the disk.',
    );
  }
}

async function replaceFile(file: string, mode: number, bytes: Uint8Array): Promise<void> {
  const temporary = `${file}.${randomBytes(4).toString('hex')}.tmp`;
  await writeNew(temporary, bytes);
  try {
    await chmod(temporary, mode);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function writeNew(file: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, 'wx');
  try {
    await handle.writeFile(bytes);
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
}

/** Neither made nor emptied: what stands there now may be another thing than was looked at. */
async function writeInto(file: string, bytes: Uint8Array): Promise<void> {
  const waiting = await waitForReader(file);
  let handle;
  try {
    handle = await open(file, constants.O_WRONLY);
  } finally {
    await waiting.close();
  }
  try {
    const facts = await handle.stat();
    if (!facts.isCharacterDevice() && !facts.isFIFO()) throw fileExists(file);
    await handle.writeFile(bytes);
  } finally {
    await handle.close();
  }
}

/**
 * Opening a pipe that nobody reads would hold a thread that the program has to wait for when it is ended. What is returned has to
 * stay open until the pipe is open for writing: with no writer in between, the reader would see its end.
 */
async function waitForReader(file: string): Promise<FileHandle> {
  for (;;)
    try {
      return await open(file, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENXIO') throw error;
      await setTimeout(READER_MILLISECONDS);
    }
}

const READER_MILLISECONDS = 50;

function noFile(file: string, what: string): UserError {
  return new UserError('file-unwritable', `"${file}" ${what}.`, 'Choose another name.');
}

function fileExists(file: string): UserError {
  return new UserError('file-exists', `"${file}" exists.`, 'Choose another name, or overwrite it with --force.');
}

async function exists(file: string): Promise<boolean> {
  return lstat(file).then(
    () => true,
    () => false,
  );
}

async function isFolder(folder: string): Promise<boolean> {
  return stat(folder).then(
    (facts) => facts.isDirectory(),
    () => false,
  );
}

async function realPathOf(file: string): Promise<string> {
  return realpath(file).catch(() => path.resolve(file));
}
