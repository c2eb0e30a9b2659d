import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { throwIfCancelled } from '../../../core/errors';
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
  /** Links that were not followed. */
  readonly left: readonly LeftLink[];
  readonly warnings: readonly string[];
}

/** A link that is not followed; `path` is relative to the data set. */
export interface LeftLink {
  readonly path: string;
  readonly why: 'outside' | 'broken';
}

/** How a data set's folders are walked. */
export interface WalkOptions {
  /** Links out of the data set are followed, too. */
  readonly followLinks: boolean;
  readonly signal?: AbortSignal;
}

const TRAIN = /^(train|training)$/i;
const TESTS = [/^(test|testing)$/i, /^(val|valid|validation)$/i];

/**
 * Finds a folder to each class in a folder, or in its subfolders `train` and `test` (or `validation`). Undefined where there are no
 * subfolders. Links are followed while they stay in the data set, or wherever they lead if that is wanted, but never into a folder
 * that holds them, nor twice into one for the same class. Throws `UserError('dataset-unreadable')`, `CancelledError`.
 */
export async function scanFolders(listing: Listing, options: WalkOptions): Promise<FoldersFound | undefined> {
  const { folder, folders } = listing;
  if (folders.length === 0) return undefined;
  const walk = createWalk(await realpath(folder), folder, options);
  const trainName = folders.find((name) => TRAIN.test(name));
  if (trainName === undefined) {
    const train = await walk.classesIn('', listing);
    return { root: folder, train, left: walk.left, warnings: walk.warnings() };
  }
  const [testName] = TESTS.flatMap((pattern) => folders.filter((name) => pattern.test(name)));
  const part = async (name: string) => walk.classesIn(name, await listFolder(path.join(folder, name)));
  const train = await part(trainName);
  const unused = folders.filter((name) => name !== trainName && name !== testName);
  return {
    root: folder,
    train,
    ...(testName !== undefined && { test: await part(testName) }),
    left: walk.left,
    warnings: [...unused.map((name) => `The folder "${name}" beside "${trainName}" is not used.`), ...walk.warnings()],
  };
}

const DEEPEST = 16;

/** A link may lead to a whole disk. */
const MOST_LINKED = 100_000;

function createWalk(realRoot: string, root: string, { followLinks, signal }: WalkOptions) {
  const left: LeftLink[] = [];
  const circles: string[] = [];
  const deep: string[] = [];
  let total = 0;
  let linked = 0;

  /** All files under `relative`; a folder that is an ancestor of itself by a link, or was read for the class, is left out. */
  async function gather(relative: string, listing: Listing, way: Way, into: string[]): Promise<void> {
    throwIfCancelled(signal);
    noteBroken(relative, listing);
    for (const name of listing.files) {
      const file = `${relative}/${name}`;
      if (!(await isFollowed(file, listing))) continue;
      if (++total > MOST_PICTURES)
        throw unreadable(`"${root}" holds more than ${MOST_PICTURES} files.`, 'Choose a smaller data set.');
      into.push(file);
    }
    for (const name of listing.folders) await enter(`${relative}/${name}`, listing, way, into);
  }

  async function enter(relative: string, parent: Listing, way: Way, into: string[]): Promise<void> {
    if (!(await isFollowed(relative, parent))) return;
    if (way.ancestors.length > DEEPEST) {
      deep.push(relative);
      return;
    }
    const byLink = way.byLink || parent.links.has(path.posix.basename(relative));
    if (byLink && ++linked > MOST_LINKED)
      throw unreadable(
        `The links in "${root}" lead to more than ${MOST_LINKED} folders.`,
        'Choose a folder without links between its folders.',
      );
    const full = path.join(root, relative);
    const real = await realpath(full);
    if (way.ancestors.includes(real) || way.read.has(real)) {
      circles.push(relative);
      return;
    }
    way.read.add(real);
    await gather(relative, await listFolder(full), { ...way, ancestors: [...way.ancestors, real], byLink }, into);
  }

  /** Only links can lead out, so that nothing else needs to be resolved. */
  async function isFollowed(relative: string, { links }: Listing): Promise<boolean> {
    if (followLinks || !links.has(path.posix.basename(relative))) return true;
    if (await liesInside(realRoot, path.join(root, relative))) return true;
    left.push({ path: relative, why: 'outside' });
    return false;
  }

  function noteBroken(relative: string, { broken }: Listing): void {
    const within = relative === '' ? '' : `${relative}/`;
    for (const name of broken) left.push({ path: `${within}${name}`, why: 'broken' });
  }

  return {
    left,
    /** What a person should know of folders that were not walked. */
    warnings: (): string[] => [
      ...(circles.length > 0
        ? [`${listed(circles)}: links to folders that hold them or were read already, which are not followed.`]
        : []),
      ...(deep.length > 0 ? [`${listed(deep)} lie more than ${DEEPEST} folders deep and are not read.`] : []),
    ],
    async classesIn(relative: string, listing: Listing): Promise<ClassFolder[]> {
      if (listing.folders.length > MOST_CLASSES)
        throw unreadable(
          `"${listing.folder}" holds ${listing.folders.length} folders, and at most ${MOST_CLASSES} classes are read.`,
          'Choose a folder that has one folder to each class.',
        );
      noteBroken(relative, listing);
      const classes: ClassFolder[] = [];
      for (const name of listing.folders) {
        const files: string[] = [];
        const way: Way = { ancestors: [realRoot], read: new Set(), byLink: false };
        await enter(relative === '' ? name : `${relative}/${name}`, listing, way, files);
        classes.push({ name, files });
      }
      return classes;
    },
  };
}

/** How a folder was come to: the folders that hold it, links resolved, those of its class that were read, and whether by a link. */
interface Way {
  readonly ancestors: readonly string[];
  readonly read: Set<string>;
  readonly byLink: boolean;
}

const LISTED = 5;

function listed(paths: readonly string[]): string {
  const more = paths.length - LISTED;
  const shown = paths.slice(0, LISTED).map((each) => `"${each}"`);
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
