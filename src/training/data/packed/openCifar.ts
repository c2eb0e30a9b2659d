import path from 'node:path';
import type { DatasetFormat } from '../dataset';
import { unreadable } from '../failures';
import type { Listing } from '../listing';
import type { OpenedFiles } from '../source';
import { chunksOf, keptInMemory, openBytes, type ByteSource } from './bytes';
import { openPacked, type PackedOptions, type PackedPart } from './openPacked';
import type { PictureRecords } from './records';

const SHAPE = { height: 32, width: 32, channels: 3, layout: 'chw' } as const;
const PIXELS = 3072;

/** How the binary files of a variant are named, and the bytes of labels before each picture; the last of them is the class. */
interface Variant {
  readonly format: DatasetFormat;
  readonly train: RegExp;
  readonly test: RegExp;
  readonly labelBytes: number;
}

const VARIANTS: readonly Variant[] = [
  { format: 'cifar-10', train: /^data_batch_\d+\.bin$/i, test: /^test_batch\.bin$/i, labelBytes: 1 },
  { format: 'cifar-100', train: /^train\.bin$/i, test: /^test\.bin$/i, labelBytes: 2 },
];

/**
 * A folder of CIFAR-10's binary batches, or CIFAR-100's (with its fine labels), as a data set; undefined if it is none.
 * Source: Krizhevsky 2009, https://www.cs.toronto.edu/~kriz/cifar.html. Throws `UserError('dataset-unreadable')`.
 */
export async function openCifarFolder(listing: Listing, options: PackedOptions): Promise<OpenedFiles | undefined> {
  const variant = VARIANTS.find(({ train }) => listing.files.some((name) => train.test(name)));
  if (variant === undefined) return undefined;
  const named = (pattern: RegExp) => listing.files.filter((name) => pattern.test(name));
  const train = await openPart('train', named(variant.train), variant, listing, options);
  const testFiles = named(variant.test);
  const test = testFiles.length === 0 ? undefined : await openPart('test', testFiles, variant, listing, options);
  return openPacked(
    { format: variant.format, folder: listing.folder, train, ...(test !== undefined && { test }), warnings: [] },
    options,
  );
}

async function openPart(
  name: string,
  files: readonly string[],
  { labelBytes }: Variant,
  { folder }: Listing,
  { sources, memoryBytes }: PackedOptions,
): Promise<PackedPart> {
  const record = labelBytes + PIXELS;
  const images: PictureRecords[] = [];
  const labels: Uint16Array[] = [];
  for (const file of files) {
    const source = await openBytes(path.join(folder, file));
    sources.push(source);
    if (source.length % record !== 0)
      throw unreadable(
        `"${file}" has ${source.length} bytes, which is no multiple of the ${record} of one picture.`,
        'Download the binary version of the data set again.',
      );
    const bytes = await keptInMemory(source, memoryBytes);
    images.push({ bytes, offset: labelBytes, stride: record, count: bytes.length / record, shape: SHAPE });
    labels.push(await labelsOf(bytes, record, labelBytes - 1));
  }
  const all = new Uint16Array(labels.reduce((sum, part) => sum + part.length, 0));
  let filled = 0;
  for (const part of labels) {
    all.set(part, filled);
    filled += part.length;
  }
  return { name, images, labels: all };
}

async function labelsOf(bytes: ByteSource, record: number, at: number): Promise<Uint16Array> {
  const labels = new Uint16Array(bytes.length / record);
  for await (const { offset, chunk } of chunksOf(bytes, record * 2048))
    for (let from = at; from < chunk.length; from += record) labels[(offset + from - at) / record] = chunk[from]!;
  return labels;
}
