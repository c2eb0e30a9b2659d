import { randomBytes } from 'node:crypto';
import { lstat, open, realpath, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../core/errors';

export interface OutputRules {
  /** Replace files that are there. */
  readonly force: boolean;
  /** Files that are never replaced: what the result was made from. */
  readonly inputs: readonly string[];
}

const OTHER_FORMATS = /\.(png|npy|jpe?g|webp|gif|bmp|tiff?|avif|json|csv|svg)$/i;

/**
 * Checks before any work that `files` (name → path as given) can be written. Throws `UserError`: `file-exists`,
 * `file-unwritable` (no such folder), `usage` (one file for two outputs, or a name of another format than `format` says).
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
    if (!force && (await exists(full))) throw fileExists(file);
  }
}

/** Writes a new file; with `force` replaces one that is there, whole or not at all. */
export async function writeOutput(file: string, bytes: Uint8Array, force: boolean): Promise<void> {
  try {
    if (!force) {
      await writeAndClose(file, bytes);
      return;
    }
    const temporary = `${file}.${randomBytes(4).toString('hex')}.tmp`;
    await writeAndClose(temporary, bytes);
    await rename(temporary, file).catch(async (error: unknown) => {
      await rm(temporary, { force: true });
      throw error;
    });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw fileExists(file);
    throw new UserError(
      'file-unwritable',
      `"${file}" could not be written (${message}).`,
      'Choose another place or make room on the disk.',
    );
  }
}

async function writeAndClose(file: string, bytes: Uint8Array): Promise<void> {
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
