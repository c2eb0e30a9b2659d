import path from 'node:path';
import { CancelledError } from '../../errors';
import { unreadable } from './failures';
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

/**
 * The files of a data set, its format found by what is there: a file stands for its folder, `.npz` for itself.
 * Throws `UserError('file-missing' | 'dataset-unreadable')`, `CancelledError`.
 */
export async function openFiles(dataset: string, job: DataJob, cacheBytes: number): Promise<OpenedFiles> {
  const options: PackedOptions = { ...job, sources: [], memoryBytes: Math.min(LARGEST_IN_MEMORY, cacheBytes) };
  try {
    const isFile = (await kindOf(dataset)) === 'file';
    if (isFile && /\.npz$/i.test(dataset)) return await openNpz(dataset, options);
    return await openFolder(isFile ? path.dirname(dataset) : dataset, options, 0);
  } catch (error) {
    await closeAll(options.sources);
    if (job.signal?.aborted) throw new CancelledError();
    throw error;
  }
}

async function openFolder(folder: string, options: PackedOptions, wrapped: number): Promise<OpenedFiles> {
  const listing = await listFolder(folder);
  const packed =
    (await openIdxFolder(listing, options)) ??
    (await openCifarFolder(listing, options)) ??
    (await openArrayFolder(listing, options));
  if (packed !== undefined) return packed;
  const [only, ...others] = listing.folders;
  if (only !== undefined && others.length === 0 && wrapped < MOST_WRAPPED && !listing.links.has(only))
    return openFolder(path.join(folder, only), options, wrapped + 1);
  const opened = await openFolders(listing, options);
  if (opened !== undefined) return opened;
  throw unreadable(
    `"${path.basename(folder)}" holds no data set that can be read.`,
    'Choose a folder with one folder of pictures to each class, or one with IDX, CIFAR or NumPy files.',
  );
}
