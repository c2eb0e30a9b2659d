import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { SIDECARS_ABOVE, sidecarFolders } from '../../formats/descriptions/sidecars/find';
import { resolveModelFile } from '../../formats/models/files';
import type { ModelReference } from '../../core/model/modelInfo';

/** Files that lie beside models and are no part of them: pictures and what this program writes. */
const NO_MODEL_FILE = /\.(png|jpe?g|webp|gif|bmp|tiff?|avif|svg|npy|csv|md|py|ipynb|log|tmp)$/i;
const MOST_FILES = 2000;

/**
 * Names, sizes and times of the files that a model can consist of: those in its folder and the folders in it, the named
 * specification and labels, and what describes it in the folder above. Differs when one of them was changed; no file is read. Throws `UserError('file-missing')`.
 */
export async function fingerprintModel({ path: modelPath, specPath, labelsPath }: ModelReference): Promise<string> {
  const file = await resolveModelFile(modelPath);
  const named = [file, specPath, labelsPath].filter((name) => name !== undefined);
  const above = sidecarFolders(file)
    .slice(1)
    .flatMap((folder) => SIDECARS_ABOVE.map((name) => path.join(folder, name)));
  const facts = await Promise.all([...named, ...above, ...(await filesAround(path.dirname(file)))].map(factsOf));
  return facts.join('\n');
}

async function filesAround(folder: string): Promise<string[]> {
  const entries = await listFolder(folder);
  const inner = entries.filter(
    (entry) => entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules',
  );
  const inside = await Promise.all(
    inner.map(async ({ name }) => modelFiles(path.join(folder, name), await listFolder(path.join(folder, name)))),
  );
  return [...modelFiles(folder, entries), ...inside.flat()].slice(0, MOST_FILES);
}

function modelFiles(folder: string, entries: readonly Dirent[]): string[] {
  return entries
    .filter((entry) => !entry.isDirectory() && !NO_MODEL_FILE.test(entry.name))
    .map(({ name }) => path.join(folder, name));
}

async function listFolder(folder: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1)).slice(0, MOST_FILES);
  } catch {
    return [];
  }
}

async function factsOf(file: string): Promise<string> {
  try {
    const { size, mtimeMs, ino } = await stat(file);
    return `${file} ${size} ${mtimeMs} ${ino}`;
  } catch {
    return `${file} absent`;
  }
}
