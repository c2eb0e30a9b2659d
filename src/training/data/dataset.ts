import { choice, chosenFrom, flag, list, object, possible, text } from '../../core/schema/kinds';
import { count, number, whole } from '../../core/schema/numbers';
import type { Of } from '../../core/schema/schema';
import { asked } from '../../core/schema/words';
import { seedOption } from '../options';

/** Longest side of a training image in pixels. */
export const LARGEST_SIDE = 8192;
const LONGEST_PATH = 4096;
const side = whole(1, LARGEST_SIDE, 'pixels');

/** Labelled pictures of one size, ready to train on. */
export interface Dataset {
  readonly info: DatasetInfo;
  readonly train: ImageSet;
  /** Never trained on: the files' own test part, else a seeded stratified share. */
  readonly test: ImageSet;
  /** Frees caches and open files. */
  dispose(): Promise<void>;
}

/** Part of a data set; images are fetched when they are needed. */
export interface ImageSet {
  readonly count: number;
  /** Class of each image. */
  readonly labels: Uint16Array;
  /**
   * Writes the images at `indices`, one after the other, to the start of `target`: H × W × C each, in [0, 1].
   * Throws `UserError` if a file vanished or changed its shape.
   */
  read(indices: ArrayLike<number>, target: Float32Array): Promise<void>;
  /** Name to show; `path` where the image is a file of its own. */
  nameOf(index: number): { readonly name: string; readonly path?: string };
}

export const unreadableFile = object({ path: text(), reason: text() });

/** What is known of a data set; plain JSON. */
export const datasetInfo = object({
  name: text(),
  path: text(),
  format: choice(['folders', 'idx', 'cifar-10', 'cifar-100', 'npz']),
  classes: list(text()),
  /** False: nothing names the classes, and `classes` are the numbers of the labels. Absent in old runs. */
  isNamed: possible(flag),
  height: side,
  width: side,
  channels: choice([1, 3]),
  trainCount: count,
  testCount: count,
  /** Images of each class in the training part. */
  classCounts: list(count),
  /** Where the test part comes from. */
  testSource: choice(['own', 'split']),
  /** Files that are no readable images; at most 100 are listed. */
  unreadable: list(unreadableFile),
  unreadableCount: count,
  /** SHA-256 over names, sizes and contents as far as they are cheap to read, hexadecimal. */
  hash: text(),
  warnings: list(text()),
});

export type DatasetInfo = Of<typeof datasetInfo>;
export type DatasetFormat = DatasetInfo['format'];

/** How a data set is read, as far as a person says; plain JSON. */
export const datasetRequest = object({
  /** A folder (a folder per class, with train/test above or not; IDX files; CIFAR-10 batches) or an .npz/.npy file. */
  path: asked(text(LONGEST_PATH), { name: 'path of the data set', caption: 'Data set', description: 'Where it lies.' }),
  /** Size of the images; one side alone: a square. Absent: their own where they are all alike and at most 512, else 256 at most. */
  height: possible(
    asked(side, { name: 'height of the images', caption: 'Height', description: 'Height of the images in pixels.' }),
  ),
  width: possible(
    asked(side, { name: 'width of the images', caption: 'Width', description: 'Width of the images in pixels.' }),
  ),
  /** Absent: as they are (grey only if all are). */
  color: possible(
    asked(
      chosenFrom([
        { id: 'rgb', label: 'Colour' },
        { id: 'grayscale', label: 'Grey' },
      ]),
      { name: 'colour of the images', caption: 'Colour', description: 'Colour of the images.' },
    ),
  ),
  /** Default `stretch`, as for models. */
  resize: possible(
    asked(
      chosenFrom([
        { id: 'stretch', label: 'Stretch' },
        { id: 'center-crop', label: 'Crop the centre' },
        { id: 'pad', label: 'Pad' },
      ]),
      { name: 'fit of the images', caption: 'Fit', description: 'How they are brought to their size.' },
    ),
  ),
  /** Only these classes, by name, in this order. */
  classes: possible(
    asked(list(text(1000)), { name: 'list of classes', caption: 'Classes', description: 'Only these classes.' }),
  ),
  /** At most so many training images (a seeded stratified choice), and a like share of the test images. */
  limit: possible(
    asked(whole(1, 1e9), {
      name: 'number of training images',
      caption: 'Limit',
      description: 'Train on at most so many images, chosen evenly by class.',
    }),
  ),
  /** Share held out as the test part where the files have none; default 0.2. */
  testShare: possible(
    asked(number(0, 1, 'open'), {
      name: 'share held out for testing',
      caption: 'Test',
      description: 'Share of each class that is held out to test.',
      unit: 'share',
    }),
  ),
  seed: possible(seedOption),
  /** Links of a folder per class are followed out of the data set, too; default false. */
  followLinks: possible(
    asked(flag, {
      name: 'following of links',
      caption: 'Follow links',
      description: 'Follow links that lead out of the data set.',
    }),
  ),
});

/** The same with what a program sets. */
export const fullDatasetRequest = object({
  ...datasetRequest.entries,
  /** Bytes of decoded images that are kept; default 1 GiB. */
  cacheBytes: possible(
    asked(number(0), { name: 'size of the cache', caption: 'Cache', description: 'Bytes of images that are kept.' }),
  ),
});

export type DatasetRequest = Of<typeof fullDatasetRequest>;
