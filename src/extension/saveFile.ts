import { stat, writeFile } from 'node:fs/promises';
import { Uri, workspace } from 'vscode';
import { UserError } from '../core/errors';

/** Writes a file that does not exist yet. Throws `UserError('file-exists')`, also for a link or a name that differs in case only. */
export async function writeNewFile(uri: Uri, bytes: Uint8Array): Promise<void> {
  if (uri.scheme !== 'file') {
    if (await exists(uri)) throw alreadyThere(uri);
    return workspace.fs.writeFile(uri, bytes);
  }
  try {
    await writeFile(uri.fsPath, bytes, { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw alreadyThere(uri);
    throw unwritable(uri, error);
  }
}

/** Writes a file whose replacement was agreed to in a dialogue, but never `original`. */
export async function writeChosenFile(uri: Uri, bytes: Uint8Array, original: Uri | undefined): Promise<void> {
  if (original && (await sameFile(uri, original))) throw alreadyThere(uri);
  try {
    await workspace.fs.writeFile(uri, bytes);
  } catch (error) {
    throw unwritable(uri, error);
  }
}

/** `stem + ending` in `folder`, numbered from 2 if that is taken. */
export async function freeName(folder: Uri, stem: string, ending: string): Promise<Uri> {
  for (let number = 1; ; number++) {
    const uri = Uri.joinPath(folder, `${stem}${number === 1 ? '' : `-${number}`}${ending}`);
    if (!(await exists(uri))) return uri;
  }
}

export function exists(uri: Uri): Promise<boolean> {
  return Promise.resolve(workspace.fs.stat(uri)).then(
    () => true,
    () => false,
  );
}

async function sameFile(a: Uri, b: Uri): Promise<boolean> {
  if (a.toString() === b.toString()) return true;
  if (a.scheme !== 'file' || b.scheme !== 'file') return false;
  try {
    const [first, second] = await Promise.all([stat(a.fsPath, { bigint: true }), stat(b.fsPath, { bigint: true })]);
    return first.dev === second.dev && first.ino === second.ino;
  } catch {
    return false;
  }
}

function alreadyThere(uri: Uri): UserError {
  return new UserError('file-exists', `${nameOf(uri)} exists already and is left as it is.`, 'Choose another name.');
}

function unwritable(uri: Uri, error: unknown): UserError {
  const reason = error instanceof Error ? error.message : String(error);
  return new UserError(
    'file-unwritable',
    `${nameOf(uri)} could not be written (${reason}).`,
    'Choose a folder that you may write to.',
  );
}

function nameOf(uri: Uri): string {
  return uri.path.slice(uri.path.lastIndexOf('/') + 1);
}
