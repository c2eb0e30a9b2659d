import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../../core/errors';
import { decodePicture } from '../../../formats/pictures/decode';
import { reasonOf, unreadable } from '../failures';
import type { PictureSize, PictureSource } from '../source';

/** A picture file of a data set. */
export interface PictureFile extends PictureSize {
  /** Relative to the data set, with `/` between folders. */
  readonly file: string;
  readonly label: number;
}

const HINT = 'Put the file back as it was, or open the data set again and start a new run.';

/** Pictures that are files of their own, decoded when they are read; where all have one `size`, another is an error. */
export function fileSource(root: string, files: readonly PictureFile[], size: PictureSize | undefined): PictureSource {
  const fullPath = (index: number) => path.join(root, files[index]!.file);
  return {
    count: files.length,
    labels: Uint16Array.from(files, ({ label }) => label),
    cheap: false,
    async picture(index) {
      const name = files[index]!.file;
      try {
        const picture = await decodePicture(await readFile(fullPath(index)), { name });
        if (size === undefined || (picture.height === size.height && picture.width === size.width)) return picture;
        throw unreadable(
          `${name} was ${size.width} × ${size.height} pixels when the data set was opened and is ${picture.width} × ${picture.height} now.`,
          HINT,
        );
      } catch (error) {
        if (error instanceof UserError && error.code === 'dataset-unreadable') throw error;
        if (error instanceof UserError) throw unreadable(error.message, HINT);
        throw unreadable(`${name} could not be read (${reasonOf(error)}).`, HINT);
      }
    },
    nameOf: (index) => ({ name: path.posix.basename(files[index]!.file), path: fullPath(index) }),
  };
}
