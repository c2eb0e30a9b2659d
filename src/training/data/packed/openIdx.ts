import path from 'node:path';
import { unreadable } from '../failures';
import type { Listing } from '../listing';
import type { OpenedFiles } from '../source';
import { keptInMemory } from './bytes';
import { openIdx, readIdxHeader, type IdxFile } from './idx';
import { openPacked, type PackedOptions, type PackedPart } from './openPacked';
import { pairUp, type Named, type Pair } from './parts';
import type { PictureRecords } from './records';
import { shapeOf } from './shape';

const MOST_FILES = 64;

/**
 * The IDX files of a folder as a data set (`train-images-idx3-ubyte`, `t10k-labels-idx1-ubyte.gz`, …, or any one pair).
 * Undefined if there are none. Throws `UserError('dataset-unreadable')` for files that do not fit together or are damaged.
 */
export async function openIdxFolder(listing: Listing, options: PackedOptions): Promise<OpenedFiles | undefined> {
  const found = await headersIn(listing);
  if (!found.some(isLabels) || found.every(isLabels)) return undefined;
  const pairs = pairUp(
    found.map((file): Named<IdxFile> => ({ name: file.name, role: isLabels(file) ? 'labels' : 'images', file })),
  );
  if (pairs === undefined)
    throw unreadable(
      `The IDX files in "${path.basename(listing.folder)}" do not make a data set: ${found.map(({ name }) => name).join(', ')}.`,
      'Leave one file of images and one of labels there, for training and, if you have them, for testing (train-…, t10k-…).',
    );
  const train = await openPart(pairs.train, options);
  const test = pairs.test === undefined ? undefined : await openPart(pairs.test, options);
  return openPacked(
    {
      format: 'idx',
      folder: listing.folder,
      train,
      ...(test !== undefined && { test }),
      warnings: pairs.unused.map((part) => `The ${part} part is not used.`),
    },
    options,
  );
}

function isLabels({ dimensions }: IdxFile): boolean {
  return dimensions.length === 1;
}

/** Of a file that is there packed and unpacked, the unpacked one. */
async function headersIn({ folder, files }: Listing): Promise<IdxFile[]> {
  const found: IdxFile[] = [];
  for (const name of files.slice(0, MOST_FILES)) {
    if (/\.gz$/i.test(name) && files.includes(name.slice(0, -3))) continue;
    const header = await readIdxHeader(path.join(folder, name));
    if (header !== undefined) found.push(header);
  }
  return found;
}

async function openPart({ images, labels }: Pair<IdxFile>, options: PackedOptions): Promise<PackedPart> {
  const name = images.name.replace(/\.gz$/i, '').replace(/[-_.]?(images?|idx\d).*$/i, '') || 'image';
  return { name, images: [await openImages(images, options)], labels: await readLabels(labels, options) };
}

async function openImages(header: IdxFile, options: PackedOptions): Promise<PictureRecords> {
  const file = await openIdx(header, options);
  options.sources.push(file);
  const [count = 0, ...sides] = header.dimensions;
  const shape = shapeOf(sides);
  if (shape === undefined)
    throw unreadable(
      `The pictures in "${header.name}" are ${sides.join(' × ')}, which is neither grey nor RGB.`,
      'Write them as count × height × width, or with 3 channels last.',
    );
  const bytes = await keptInMemory(file, options.memoryBytes);
  const stride = shape.height * shape.width * shape.channels;
  return { bytes, offset: header.headerBytes, stride, count, shape };
}

async function readLabels(header: IdxFile, options: PackedOptions): Promise<Uint16Array> {
  const source = await openIdx(header, options);
  options.sources.push(source);
  const labels = await source.read(header.headerBytes, source.length - header.headerBytes);
  await source.close();
  return Uint16Array.from(labels);
}
