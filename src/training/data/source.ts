import type { Picture } from '../../core/image/pixels';
import type { DatasetFormat, DatasetInfo } from './dataset';

/** One part of a data set as its files hold it. */
export interface PictureSource {
  readonly count: number;
  /** Class of each picture, in the numbering of the files. */
  readonly labels: Uint16Array;
  /** The picture as it is stored, in 8 bits. */
  picture(index: number): Promise<Picture>;
  /**
   * Where pictures are stored as real numbers in just this shape: writes H × W × C in [0, 1], unrounded, into `target` from `offset`
   * on and says true.
   */
  values?(index: number, shape: StoredShape, target: Float32Array, offset: number): Promise<boolean>;
  /** Reading a picture again costs no more than keeping it would save. */
  readonly cheap: boolean;
  nameOf(index: number): { readonly name: string; readonly path?: string };
}

export interface StoredShape extends PictureSize {
  readonly channels: 1 | 3;
}

export interface PictureSize {
  readonly height: number;
  readonly width: number;
}

/** The files of a data set, opened and examined, before it is decided how they are used. */
export interface OpenedFiles extends Pick<DatasetInfo, 'unreadable' | 'unreadableCount' | 'hash' | 'warnings'> {
  readonly format: DatasetFormat;
  readonly classes: readonly string[];
  /** False: nothing names the classes, and `classes` are the numbers of the labels. */
  readonly isNamed: boolean;
  readonly train: PictureSource;
  /** The files' own test part. */
  readonly test?: PictureSource;
  /** Size of the pictures where they are all alike, and the median height and width. */
  readonly size?: PictureSize;
  readonly typicalSize: PictureSize;
  /** Whether no picture has colours. */
  readonly grey: boolean;
  close(): Promise<void>;
}

/** More classes than this are a mistake: of labels, or of the folder chosen. */
export const MOST_CLASSES = 10_000;

/** More pictures than this are not kept track of. */
export const MOST_PICTURES = 16_000_000;
