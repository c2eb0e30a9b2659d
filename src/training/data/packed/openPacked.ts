import { countOf } from '../../../core/countOf';
import { createHash } from 'node:crypto';
import path from 'node:path';
import type { DatasetFormat } from '../dataset';
import { unreadable } from '../failures';
import type { OpenedFiles, PictureSize } from '../source';
import type { ByteSource } from './bytes';
import { classNames } from './classNames';
import { packedSource, type PictureRecords } from './records';
import type { UnpackOptions } from './unpack';

export interface PackedOptions extends UnpackOptions {
  /** Every file that is opened is noted here, so that all can be closed whatever happens. */
  readonly sources: ByteSource[];
  /** Links out of a data set of folders are followed. */
  readonly followLinks?: boolean;
  readonly progress?: (done: number, total: number) => void;
}

export interface PackedPart {
  /** What its pictures are called, before their number. */
  readonly name: string;
  readonly images: readonly PictureRecords[];
  readonly labels: Uint16Array;
}

export interface PackedFiles {
  readonly format: DatasetFormat;
  readonly folder: string;
  readonly train: PackedPart;
  readonly test?: PackedPart;
  readonly warnings: readonly string[];
}

/** Pictures that lie one after the other in few files, as a data set. Throws `UserError('dataset-unreadable')`. */
export async function openPacked(files: PackedFiles, { sources }: PackedOptions): Promise<OpenedFiles> {
  const { format, folder, train, test, warnings } = files;
  const parts = test === undefined ? [train] : [train, test];
  for (const part of parts) checkCounts(part);
  const shapes = parts.flatMap((part) => part.images.map(({ shape }) => shape));
  const [first] = shapes;
  if (first === undefined) throw unreadable(`"${path.basename(folder)}" holds no images.`, 'Choose another folder.');
  const typicalSize: PictureSize = { height: first.height, width: first.width };
  const alike = shapes.every(({ height, width }) => height === first.height && width === first.width);
  const {
    names,
    isNamed,
    warnings: nameWarnings,
  } = await classNames(
    folder,
    parts.map(({ labels }) => labels),
  );
  return {
    format,
    classes: names,
    isNamed,
    train: packedSource(train.name, train.images, train.labels),
    ...(test !== undefined && { test: packedSource(test.name, test.images, test.labels) }),
    ...(alike && { size: typicalSize }),
    typicalSize,
    grey: shapes.every(({ channels }) => channels === 1),
    hash: await hashOf(parts),
    warnings: [...warnings, ...nameWarnings],
    unreadable: [],
    unreadableCount: 0,
    close: () => closeAll(sources),
  };
}

/** Closes what is open, all of it even if one fails. */
export async function closeAll(sources: readonly ByteSource[]): Promise<void> {
  await Promise.allSettled(sources.map((source) => source.close()));
}

function checkCounts({ name, images, labels }: PackedPart): void {
  const count = images.reduce((sum, file) => sum + file.count, 0);
  if (count !== labels.length)
    throw unreadable(
      `There ${count === 1 ? 'is' : 'are'} ${countOf(count, 'image')} and ${countOf(labels.length, 'label')} for "${name}".`,
      'Choose a folder whose images and labels belong together.',
    );
}

const HASHED_BYTES = 1024 ** 2;

/** Of all labels, the shapes, and the beginning of each file of images. */
async function hashOf(parts: readonly PackedPart[]): Promise<string> {
  const hash = createHash('sha256');
  for (const { images, labels } of parts) {
    hash.update(`${labels.length}\n`).update(Uint16Array.from(labels));
    for (const { bytes, count, shape } of images) {
      hash.update(JSON.stringify([count, shape.height, shape.width, shape.channels, bytes.length]));
      hash.update(await bytes.read(0, Math.min(bytes.length, HASHED_BYTES)));
    }
  }
  return hash.digest('hex');
}
