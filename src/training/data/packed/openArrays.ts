import path from 'node:path';
import { unreadable } from '../failures';
import { readHead } from '../../../formats/archives/readHead';
import type { Listing } from '../listing';
import type { OpenedFiles } from '../source';
import { imagesOf, withWhite } from './arrayImages';
import { labelsOf } from './arrayLabels';
import { arraysOfNpz, npyFile, type ArrayFile } from './npyArrays';
import { openPacked, type PackedOptions } from './openPacked';
import { pairUp, type Named } from './parts';

/** An `.npz` file as a data set. Throws `UserError('dataset-unreadable')`. */
export async function openNpz(file: string, options: PackedOptions): Promise<OpenedFiles> {
  return openArrays(path.dirname(file), path.basename(file), await arraysOfNpz(file, options), options);
}

/** The only `.npz` file of a folder, or its `.npy` files (`images.npy` and `labels.npy`, `x_train.npy`, …); undefined if it has none. */
export async function openArrayFolder(listing: Listing, options: PackedOptions): Promise<OpenedFiles | undefined> {
  const { folder, files } = listing;
  const archives = files.filter((name) => /\.npz$/i.test(name));
  if (archives.length === 1) return openNpz(path.join(folder, archives[0]!), options);
  if (archives.length > 1)
    throw unreadable(
      `"${path.basename(folder)}" holds ${archives.length} .npz files: ${archives.slice(0, 5).join(', ')}.`,
      'Choose one of them.',
    );
  const arrays: ArrayFile[] = [];
  for (const name of files.filter((file) => /\.npy$/i.test(file))) {
    const file = path.join(folder, name);
    if (Buffer.from(await readHead(file, 6)).equals(MAGIC)) arrays.push(npyFile(file, options));
  }
  return arrays.length < 2 ? undefined : openArrays(folder, path.basename(folder), arrays, options);
}

const MAGIC = Buffer.from('\x93NUMPY', 'latin1');

async function openArrays(
  folder: string,
  name: string,
  arrays: readonly ArrayFile[],
  options: PackedOptions,
): Promise<OpenedFiles> {
  const pairs = pairUp(arrays.flatMap((array) => roleOf(array, arrays)));
  if (pairs === undefined)
    throw unreadable(
      `"${name}" holds no images with labels; its arrays are ${arrays
        .slice(0, 8)
        .map((array) => array.name.slice(0, 40))
        .join(', ')}.`,
      'Name the arrays x_train, y_train, x_test and y_test, or images and labels.',
    );
  const wanted = [
    ['train', pairs.train] as const,
    ...(pairs.test === undefined ? [] : [['test', pairs.test] as const]),
  ];
  const opened = [];
  for (const [part, { images, labels }] of wanted)
    opened.push({
      name: part,
      images: await imagesOf(await images.open(), options),
      labels: await labelsOf(await labels.open()),
    });
  const { parts, warnings } = await withWhite(
    opened.map(({ images }) => images),
    options,
  );
  const [train, test] = opened.map((part, i) => ({ ...part, images: [parts[i]!] }));
  return openPacked(
    {
      format: 'npz',
      folder,
      train: train!,
      ...(test !== undefined && { test }),
      warnings: [...warnings, ...pairs.unused.map((part) => `The ${part} part is not used.`)],
    },
    options,
  );
}

const LABELS = /(^|[^a-z])(y|labels?|targets?|class(es)?)([^a-z]|$)/i;
const IMAGES = /(^|[^a-z])(x|images?|pictures?|data|inputs?)([^a-z]|$)/i;

/** What an array is by its name; numpy.savez calls those without one arr_0, arr_1. */
function roleOf(array: ArrayFile, all: readonly ArrayFile[]): Named<ArrayFile>[] {
  const { name } = array;
  if (all.length === 2 && all.every((other) => /^arr_[01]$/.test(other.name)))
    return [{ name: '', role: name === 'arr_0' ? 'images' : 'labels', file: array }];
  if (LABELS.test(name)) return [{ name, role: 'labels', file: array }];
  return IMAGES.test(name) ? [{ name, role: 'images', file: array }] : [];
}
