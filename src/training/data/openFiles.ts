import path from 'node:path';
import { CancelledError } from '../../core/errors';
import { unreadable } from './failures';
import { isPictureName } from './folders/examine';
import { openFolders } from './folders/openFolders';
import type { DataJob } from './job';
import { kindOf, listFolder } from './listing';
import { openArrayFolder, openNpz } from './packed/openArrays';
import { openCifarFolder } from './packed/openCifar';
import { openIdxFolder } from './packed/openIdx';
import { closeAll, type PackedOptions } from './packed/openPacked';
import type { OpenedFiles } from './source';

/** Archives put their only folder into a folder; so many of them are opened on the way. */
const MOST_WRAPPED = 3;

const LARGEST_IN_MEMORY = 512 * 1024 ** 2;

/** How files are opened. */
export interface OpenOptions {
  /** Bytes that may be kept in memory. */
  readonly cacheBytes: number;
  readonly followLinks: boolean;
}

/**
 * The files of a data set, its format found by what is there: a file stands for its folder, `.npz` for itself.
 * Throws `UserError('file-missing' | 'dataset-unreadable')`, `CancelledError`.
 */
export async function openFiles(
  dataset: string,
  job: DataJob,
  { cacheBytes, followLinks }: OpenOptions,
): Promise<OpenedFiles> {
  const memoryBytes = Math.min(LARGEST_IN_MEMORY, cacheBytes);
  const options: PackedOptions = { ...job, sources: [], memoryBytes, followLinks };
  try {
    const isFile = (await kindOf(dataset)) === 'file';
    if (isFile && /\.npz$/i.test(dataset)) return await openNpz(dataset, options);
    const folder = isFile ? path.dirname(dataset) : dataset;
    const opened = await openFolder(folder, options, 0);
    if (opened !== undefined) return opened;
    throw await nothingIn(folder);
  } catch (error) {
    await closeAll(options.sources);
    if (job.signal?.aborted) throw new CancelledError();
    throw error;
  }
}

async function openFolder(folder: string, options: PackedOptions, wrapped: number): Promise<OpenedFiles | undefined> {
  const listing = await listFolder(folder);
  const packed =
    (await openIdxFolder(listing, options)) ??
    (await openCifarFolder(listing, options)) ??
    (await openArrayFolder(listing, options));
  if (packed !== undefined) return packed;
  const [only, ...others] = listing.folders;
  if (only !== undefined && others.length === 0 && wrapped < MOST_WRAPPED && !listing.links.has(only)) {
    const inner = await openFolder(path.join(folder, only), options, wrapped + 1);
    if (inner !== undefined) return inner;
  }
  return openFolders(listing, options);
}

/** Why a folder is no data set. */
async function nothingIn(folder: string): Promise<Error> {
  const { files } = await listFolder(folder);
  const pictures = files.filter((name) => isPictureName(name)).length;
  if (pictures > 0)
    return unreadable(
      `"${path.basename(folder)}" holds ${pictures} ${pictures === 1 ? 'picture' : 'pictures'}, but no folder to each class.`,
      'Put the pictures of each class into a folder of their own, and choose the folder that holds those.',
    );
  return unreadable(
    `"${path.basename(folder)}" holds no data set that can be read${files.length === 0 ? ': it is empty' : ''}.`,
    'Choose a folder with one folder of pictures to each class, or one with IDX, CIFAR or NumPy files.',
  );
}
