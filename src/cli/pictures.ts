import { stat } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../core/errors';
import { isPictureName } from '../training/data/folders/examine';
import { listFolder } from '../training/data/listing';

/** The pictures that a command was given. */
export interface Pictures {
  readonly files: readonly string[];
  /** One file was named, and no folder. */
  readonly isOne: boolean;
}

/**
 * Files are themselves; a folder is the pictures and .npy files in it and below it, in natural order of their names; links to folders
 * are not followed. Throws `UserError('file-missing')` for a folder without any.
 */
export async function picturesOf(named: readonly string[]): Promise<Pictures> {
  const found = await Promise.all(named.map(async (each) => ((await isFolder(each)) ? picturesIn(each) : [each])));
  const [first = ''] = named;
  return { files: found.flat(), isOne: named.length === 1 && found[0]?.[0] === first };
}

async function picturesIn(folder: string): Promise<readonly string[]> {
  const files = await filesBelow(folder);
  if (files.length > 0) return files;
  throw new UserError(
    'file-missing',
    `"${folder}" holds no pictures.`,
    'Name picture files, or a folder that holds some.',
  );
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  const { files, folders, links } = await listFolder(folder);
  const own = files
    .filter((name) => isPictureName(name) || /\.npy$/i.test(name))
    .map((name) => path.join(folder, name));
  const below: string[] = [];
  for (const name of folders) if (!links.has(name)) below.push(...(await filesBelow(path.join(folder, name))));
  return [...own, ...below];
}

async function isFolder(file: string): Promise<boolean> {
  return stat(file).then(
    (facts) => facts.isDirectory(),
    () => false,
  );
}

/** For each picture a name that tells it from the others: its own without the ending, numbered where several are called alike. */
export function distinctNames(pictures: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return pictures.map((picture) => {
    const own = path.basename(picture, path.extname(picture));
    let name = own;
    for (let number = 2; taken.has(name.toLowerCase()); number++) name = `${own}-${number}`;
    taken.add(name.toLowerCase());
    return name;
  });
}
