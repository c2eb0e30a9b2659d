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

/** What is known of a data set; plain JSON. */
export interface DatasetInfo {
  readonly name: string;
  readonly path: string;
  readonly format: DatasetFormat;
  readonly classes: readonly string[];
  /** False: nothing names the classes, and `classes` are the numbers of the labels. Absent in old runs. */
  readonly isNamed?: boolean;
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  readonly trainCount: number;
  readonly testCount: number;
  /** Images of each class in the training part. */
  readonly classCounts: readonly number[];
  /** Where the test part comes from. */
  readonly testSource: 'own' | 'split';
  /** Files that are no readable images; at most 100 are listed. */
  readonly unreadable: readonly { readonly path: string; readonly reason: string }[];
  readonly unreadableCount: number;
  /** SHA-256 over names, sizes and contents as far as they are cheap to read, hexadecimal. */
  readonly hash: string;
  readonly warnings: readonly string[];
}

export type DatasetFormat = 'folders' | 'idx' | 'cifar-10' | 'cifar-100' | 'npz';

/** How a data set is to be read; plain JSON. */
export interface DatasetRequest {
  /** A folder (a folder per class, with train/test above or not; IDX files; CIFAR-10 batches) or an .npz/.npy file. */
  readonly path: string;
  /** Size of the images; one side alone: a square. Absent: their own where they are all alike and at most 512, else 256 at most. */
  readonly height?: number;
  readonly width?: number;
  /** Absent: as they are (grey only if all are). */
  readonly color?: 'rgb' | 'grayscale';
  /** Default `stretch`, as for models. */
  readonly resize?: 'stretch' | 'center-crop' | 'pad';
  /** Only these classes, by name, in this order. */
  readonly classes?: readonly string[];
  /** At most so many training images (a seeded stratified choice), and a like share of the test images. */
  readonly limit?: number;
  /** Share held out as the test part where the files have none; default 0.2. */
  readonly testShare?: number;
  readonly seed?: number;
  /** Links of a folder per class are followed out of the data set, too; default false. */
  readonly followLinks?: boolean;
  /** Bytes of decoded images that are kept; default 1 GiB. */
  readonly cacheBytes?: number;
}
