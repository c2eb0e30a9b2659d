import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../core/errors';
import type { ImageReference } from '../calls/service';

/** Larger files are no pictures that anyone looks at; a camera's largest raw TIFF is below. */
const LARGEST_FILE = 512 * 1024 * 1024;

/** Name to show and to judge the format by: the last part of a path or URI. */
export function imageName({ path: imagePath }: ImageReference): string {
  return path.basename(imagePath);
}

/**
 * What identifies the file's state without reading it; absent where `reference` brings its bytes.
 * Throws `UserError`: `file-missing`, `image-unreadable` (a folder, a device), `image-too-large`.
 */
export async function imageFileState(reference: ImageReference): Promise<string | undefined> {
  if (reference.bytes !== undefined) return undefined;
  const name = imageName(reference);
  let facts;
  try {
    facts = await stat(reference.path);
  } catch {
    throw new UserError('file-missing', `There is no file "${reference.path}".`, 'Check the path of the image.');
  }
  if (!facts.isFile())
    throw new UserError('image-unreadable', `"${name}" is not a file.`, 'Choose a picture file or an .npy file.');
  if (facts.size > LARGEST_FILE)
    throw new UserError(
      'image-too-large',
      `"${name}" is ${Math.round(facts.size / 1024 ** 2)} MB large.`,
      `Use a picture file of at most ${LARGEST_FILE / 1024 ** 2} MB.`,
    );
  return `${reference.path} ${facts.size} ${facts.mtimeMs} ${facts.ino}`;
}

/** The file's bytes. Throws `UserError('image-unreadable')`. */
export async function readImageBytes(reference: ImageReference): Promise<Uint8Array> {
  if (reference.bytes !== undefined) return reference.bytes;
  try {
    return await readFile(reference.path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(
      'image-unreadable',
      `"${imageName(reference)}" could not be read (${reason}).`,
      'Check that the file may be read.',
    );
  }
}
