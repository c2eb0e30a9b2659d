import { mkdir, open, readdir, rm, rmdir } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../core/errors';

/** New files in one folder; nothing that is there is touched, and what was begun is removed where the work fails. */
export interface Outputs {
  /** Absolute, in the order of their making. */
  readonly paths: readonly string[];
  /** A file of this name, which must not be there. */
  readonly write: (name: string, bytes: Uint8Array) => Promise<void>;
  /** A file of this name, or with the first free number: "film.gif", "film-2.gif" … */
  readonly create: (stem: string, extension: string) => Promise<FileHandle>;
}

const MOST_NUMBERS = 10_000;

/**
 * Gives `work` a folder to write into, made if absent; with `empty`, one that holds nothing. Returns the paths of the files.
 * Throws `UserError`: `file-exists` (`empty`, and it holds something), `file-unwritable`.
 */
export async function withOutputs(
  target: string,
  { empty }: { readonly empty: boolean },
  work: (outputs: Outputs) => Promise<void>,
): Promise<readonly string[]> {
  const folder = path.resolve(target);
  const paths: string[] = [];
  const handles: FileHandle[] = [];
  const made = await prepareFolder(folder, target, empty);
  const claim = async (name: string): Promise<FileHandle> => {
    const file = path.join(folder, name);
    const handle = await open(file, 'wx');
    handles.push(handle);
    paths.push(file);
    return handle;
  };
  try {
    await work({
      paths,
      async write(name, bytes) {
        const handle = await claim(name);
        await handle.writeFile(bytes);
        await handle.close();
      },
      async create(stem, extension) {
        for (let number = 1; number <= MOST_NUMBERS; number++)
          try {
            return await claim(`${stem}${number === 1 ? '' : `-${number}`}.${extension}`);
          } catch (error) {
            if (codeOf(error) !== 'EEXIST') throw error;
          }
        throw exists(target);
      },
    });
    await Promise.all(handles.map((handle) => handle.close().catch(ignore)));
    return paths;
  } catch (error) {
    await Promise.all(handles.map((handle) => handle.close().catch(ignore)));
    await Promise.all(paths.map((file) => rm(file, { force: true }).catch(ignore)));
    if (made) await rmdir(folder).catch(ignore);
    if (codeOf(error) === 'EEXIST') throw exists(target);
    if (codeOf(error) === undefined || error instanceof UserError) throw error;
    throw unwritable(target, error);
  }
}

/** Whether the folder was made. */
async function prepareFolder(folder: string, target: string, empty: boolean): Promise<boolean> {
  try {
    const made = await mkdir(folder, { recursive: true });
    if (empty && made === undefined && (await readdir(folder)).length > 0) throw exists(target);
    return made !== undefined;
  } catch (error) {
    throw error instanceof UserError ? error : unwritable(target, error);
  }
}

function ignore(): void {
  // A second failure says nothing new.
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

function exists(target: string): UserError {
  return new UserError('file-exists', `"${target}" holds files already.`, 'Choose a new or an empty folder.');
}

function unwritable(target: string, error: unknown): UserError {
  const reason = error instanceof Error ? error.message : String(error);
  return new UserError(
    'file-unwritable',
    `"${target}" cannot be written into (${reason}).`,
    'Choose another folder or make room on the disk.',
  );
}
