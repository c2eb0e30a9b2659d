import { createHash } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../../core/errors';
import { decodePicture } from '../../../formats/pictures/decode';
import { readPictureFacts, type PictureFacts } from '../../../formats/pictures/pictureFacts';
import { type PictureFormat, sniffPicture } from '../../../formats/pictures/sniff';
import { reasonOf } from '../failures';

/** What a look at a file told. */
export type Examined =
  | { readonly kind: 'picture'; readonly facts: PictureFacts; readonly bytes: number; readonly hash: Buffer }
  | { readonly kind: 'unreadable'; readonly reason: string }
  | { readonly kind: 'other' };

/** Whoever gives a file such a name means a picture. */
const PICTURE_NAME = /\.(png|jpe?g|jfif|webp|gif|avif|tiff?|bmp|hei[cf]|jp2|jxl|ppm|pgm|pbm|ico|psd|dng|cr2|nef|arw)$/i;

export function isPictureName(name: string): boolean {
  return PICTURE_NAME.test(name);
}

const HEAD_BYTES = 64 * 1024;
const TAIL_BYTES = 64;
const LARGEST_FILE = 512 * 1024 ** 2;

/**
 * Whether a file is a picture that can be decoded, of what size, by reading its beginning and its end. What that does not settle
 * (a header that is longer, an end that is not where it should be, a format whose end says nothing) is read or decoded whole.
 */
export async function examine(file: string): Promise<Examined> {
  const name = path.basename(file);
  try {
    const { head, tail, size } = await readEnds(file);
    const content = sniffPicture(head);
    if (content.format === undefined) {
      const meant = isPictureName(name) || content.what.includes('a format that is not supported');
      return meant ? { kind: 'unreadable', reason: `It holds ${content.what}.` } : { kind: 'other' };
    }
    if (size > LARGEST_FILE) return { kind: 'unreadable', reason: `It is ${Math.round(size / 1024 ** 2)} MB large.` };
    const facts = await factsOf(file, name, head, size, content.format);
    if (!endsWell(facts, tail, size, head)) await decodePicture(await readFile(file), { name });
    return { kind: 'picture', facts, bytes: size, hash: createHash('sha256').update(head).update(tail).digest() };
  } catch (error) {
    const reason = error instanceof UserError ? error.message : `It could not be read (${reasonOf(error)}).`;
    return { kind: 'unreadable', reason };
  }
}

async function factsOf(
  file: string,
  name: string,
  head: Uint8Array,
  size: number,
  format: PictureFormat,
): Promise<PictureFacts> {
  if (size <= head.length) return readPictureFacts(head, name);
  if (format === 'PNG' && (await mayBeTurnedAtItsEnd(file, size))) return readPictureFacts(await readFile(file), name);
  // Metadata may push the size beyond the beginning.
  return readPictureFacts(head, name).catch(async () => readPictureFacts(await readFile(file), name));
}

/** Whether a large PNG file has data behind its pixels that may state an orientation, as ExifTool writes it. */
async function mayBeTurnedAtItsEnd(file: string, size: number): Promise<boolean> {
  const handle = await open(file, 'r');
  try {
    const { buffer } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, Math.max(0, size - HEAD_BYTES));
    return ['eXIf', 'XML:com.adobe.xmp', 'Raw profile type'].some((mark) => buffer.includes(mark, 0, 'latin1'));
  } finally {
    await handle.close();
  }
}

/** Whether a file ends as one does that nothing was cut off from. */
function endsWell({ format }: PictureFacts, tail: Uint8Array, size: number, head: Uint8Array): boolean {
  const end = Buffer.from(tail).toString('latin1');
  switch (format) {
    case 'JPEG':
      return end.endsWith('\xff\xd9');
    case 'PNG':
      return end.endsWith('IEND\xaeB\x60\x82');
    case 'GIF':
      return end.endsWith(';');
    case 'WebP':
      return Buffer.from(head).readUInt32LE(4) + 8 <= size;
    case 'AVIF':
    case 'TIFF':
    case 'BMP':
      return false;
  }
}

async function readEnds(file: string): Promise<{ head: Uint8Array; tail: Uint8Array; size: number }> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const head = await handle.read(new Uint8Array(Math.min(size, HEAD_BYTES)), 0, null, 0);
    if (size <= HEAD_BYTES) return { head: head.buffer, tail: head.buffer.subarray(-TAIL_BYTES), size };
    const tail = await handle.read(new Uint8Array(TAIL_BYTES), 0, TAIL_BYTES, size - TAIL_BYTES);
    return { head: head.buffer, tail: tail.buffer, size };
  } finally {
    await handle.close();
  }
}
