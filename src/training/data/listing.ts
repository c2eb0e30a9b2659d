import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../core/errors';
import { reasonOf, unreadable } from './failures';

/** What lies directly in a folder, hidden things left out, in natural order of the names. */
export interface Listing {
  readonly folder: string;
  readonly files: readonly string[];
  readonly folders: readonly string[];
  /** Which of them are symbolic links. */
  readonly links: ReadonlySet<string>;
  /** Links that lead nowhere, or in circles. */
  readonly broken: readonly string[];
}

/** By name as people count: image2 before image10, the same on every machine. */
const naturally = new Intl.Collator('en', { numeric: true }).compare;

const MOST_ENTRIES = 5_000_000;

/** Throws `UserError('file-missing' | 'dataset-unreadable')`. */
export async function listFolder(folder: string): Promise<Listing> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw unreadable(`"${folder}" could not be read (${reasonOf(error)}).`, 'Check that the folder may be read.');
  });
  if (entries.length > MOST_ENTRIES)
    throw unreadable(`"${folder}" holds ${entries.length} files.`, `Use a data set of at most ${MOST_ENTRIES} files.`);
  const files: string[] = [];
  const folders: string[] = [];
  const links = new Set<string>();
  const broken: string[] = [];
  for (const entry of entries) {
    if (isHidden(entry.name)) continue;
    const full = path.join(folder, entry.name);
    if (entry.isSymbolicLink()) links.add(entry.name);
    // Links and what a file system does not tell the kind of are looked up.
    const facts = entry.isFile() || entry.isDirectory() ? entry : await stat(full).catch(() => undefined);
    if (facts?.isFile()) files.push(entry.name);
    else if (facts?.isDirectory()) folders.push(entry.name);
    else if (facts === undefined && entry.isSymbolicLink()) broken.push(entry.name);
  }
  return { folder, files: files.sort(byName), folders: folders.sort(byName), links, broken: broken.sort(byName) };
}

function byName(a: string, b: string): number {
  return naturally(a, b) || (a < b ? -1 : 1);
}

/** Files that systems and archivers leave behind count as hidden. */
function isHidden(name: string): boolean {
  return name.startsWith('.') || name === '__MACOSX';
}

/** Whether `file` is `root` or in it, links resolved; `root` is resolved already. */
export async function liesInside(root: string, file: string): Promise<boolean> {
  const real = await realpath(file).catch(() => undefined);
  if (real === undefined) return false;
  const relative = path.relative(root, real);
  return relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}

/** Whether `dataset` is a file or a folder. Throws `UserError('file-missing' | 'dataset-unreadable')`. */
export async function kindOf(dataset: string): Promise<'file' | 'folder'> {
  const facts = await stat(dataset).catch(() => undefined);
  if (facts === undefined)
    throw new UserError('file-missing', `There is no data set at "${dataset}".`, 'Check the path of the data set.');
  if (facts.isDirectory()) return 'folder';
  if (facts.isFile()) return 'file';
  throw unreadable(`"${dataset}" is neither a file nor a folder.`, 'Choose a folder or an .npz file.');
}
