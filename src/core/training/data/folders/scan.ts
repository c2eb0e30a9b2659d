import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { throwIfCancelled } from '../../../errors';
import { unreadable } from '../failures';
import { liesInside, listFolder, type Listing } from '../listing';
import { MOST_CLASSES, MOST_PICTURES } from '../source';

/** Files of a class folder, those in its subfolders too. */
export interface ClassFolder {
  readonly name: string;
  /** Paths relative to the data set, with `/` between folders. */
  readonly files: readonly string[];
}

/** The class folders of a data set; `test` where the files have a test part of their own. */
export interface FoldersFound {
  readonly root: string;
  readonly train: readonly ClassFolder[];
  readonly test?: readonly ClassFolder[];
  /** Links out of the data set. */
  readonly outside: readonly string[];
  readonly warnings: readonly string[];
}

const TRAIN = /^(train|training)$/i;
const TESTS = [/^(test|testing)$/i, /^(val|valid|validation)$/i];

/**
 * Finds a folder to each class in a folder, or in its subfolders `train` and `test` (or `validation`). Undefined where there are no
 * subfolders. Links are followed while they stay in the data set. Throws `UserError('dataset-unreadable')`, `CancelledError`.
 */
export async function scanFolders(
  listing: Listing,
  signal: AbortSignal | undefined,
): Promise<FoldersFound | undefined> {
  const { folder, folders } = listing;
  if (folders.length === 0) return undefined;
  const walk = createWalk(await realpath(folder), folder, signal);
  const trainName = folders.find((name) => TRAIN.test(name));
  if (trainName === undefined) {
    const train = await walk.classesIn('', listing);
    return { root: folder, train, outside: walk.outside, warnings: [] };
  }
  const [testName] = TESTS.flatMap((pattern) => folders.filter((name) => pattern.test(name)));
  const part = async (name: string) => walk.classesIn(name, await listFolder(path.join(folder, name)));
  const train = await part(trainName);
  const unused = folders.filter((name) => name !== trainName && name !== testName);
  return {
    root: folder,
    train,
    ...(testName !== undefined && { test: await part(testName) }),
    outside: walk.outside,
    warnings: unused.map((name) => `The folder "${name}" beside "${trainName}" is not used.`),
  };
}

const DEEPEST = 16;

function createWalk(realRoot: string, root: string, signal: AbortSignal | undefined) {
  const outside: string[] = [];
  let total = 0;

  /** All files under `relative`; a folder that is an ancestor of itself by a link is left out. */
  async function gather(
    relative: string,
    listing: Listing,
    ancestors: readonly string[],
    into: string[],
  ): Promise<void> {
    throwIfCancelled(signal);
    for (const name of listing.files) {
      const file = `${relative}/${name}`;
      if (!(await inside(file, listing))) continue;
      if (++total > MOST_PICTURES)
        throw unreadable(`"${root}" holds more than ${MOST_PICTURES} files.`, 'Choose a smaller data set.');
      into.push(file);
    }
    for (const name of listing.folders) await enter(`${relative}/${name}`, listing, ancestors, into);
  }

  async function enter(relative: string, parent: Listing, ancestors: readonly string[], into: string[]): Promise<void> {
    if (ancestors.length > DEEPEST || !(await inside(relative, parent))) return;
    const full = path.join(root, relative);
    const real = await realpath(full);
    if (!ancestors.includes(real)) await gather(relative, await listFolder(full), [...ancestors, real], into);
  }

  /** Only links can lead out, so that nothing else needs to be resolved. */
  async function inside(relative: string, { links }: Listing): Promise<boolean> {
    if (!links.has(path.posix.basename(relative)) || (await liesInside(realRoot, path.join(root, relative))))
      return true;
    outside.push(relative);
    return false;
  }

  return {
    outside,
    async classesIn(relative: string, listing: Listing): Promise<ClassFolder[]> {
      if (listing.folders.length > MOST_CLASSES)
        throw unreadable(
          `"${listing.folder}" holds ${listing.folders.length} folders, and at most ${MOST_CLASSES} classes are read.`,
          'Choose a folder that has one folder to each class.',
        );
      const classes: ClassFolder[] = [];
      for (const name of listing.folders) {
        const files: string[] = [];
        await enter(relative === '' ? name : `${relative}/${name}`, listing, [realRoot], files);
        classes.push({ name, files });
      }
      return classes;
    },
  };
}
