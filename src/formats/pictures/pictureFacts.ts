import type { Metadata } from 'sharp';
import { UserError } from '../../core/errors';
import { readBmpHeader } from './bmpHeader';
import type { PictureOrientation } from '../../core/image/decoding';
import { stillOfSequence } from './avifSequence';
import { findOrientation, swapsSides } from './orientation';
import { loadSharp, type Sharp } from './sharp';
import { sniffPicture, type PictureFormat } from './sniff';
import { declareRgb, readTiffSamples, type TiffSamples } from './tiffSamples';

/** What a picture's header says of it as it is displayed; its pixels may still turn out to be damaged. */
export interface PictureFacts {
  readonly format: PictureFormat;
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
}

export const LIMIT_MEGAPIXELS = 100;

/** 'error' refuses truncated files and bad checksums, and lets pass what every reader lets pass (odd metadata). */
export const SHARP_INPUT = { failOn: 'error', ignoreIcc: true } as const;

/**
 * Size and channels that `decodePicture` would give, from the header alone: `bytes` may be the beginning of a file, but for
 * some formats and files only the whole will do. Throws as `decodePicture` does.
 */
export async function readPictureFacts(bytes: Uint8Array, name: string): Promise<PictureFacts> {
  const content = sniffPicture(bytes);
  if (content.format === undefined)
    throw new UserError('image-unreadable', `${name} holds ${content.what}.`, content.hint);
  const { format } = content;
  if (format === 'BMP') {
    const header = readBmpHeader(bytes, name);
    checkSize(header, name, LIMIT_MEGAPIXELS);
    return { format, height: header.height, width: header.width, channels: header.greyPalette ? 1 : 3 };
  }
  const { metadata, orientation } = await readHeader(await loadSharp(), bytes, format, name, LIMIT_MEGAPIXELS);
  const { height, width } = metadata;
  const channels = isGrey(metadata) ? 1 : 3;
  // The image library gives the size of AVIF as it is displayed.
  const swapped = format !== 'AVIF' && swapsSides(orientation?.value ?? 1);
  return swapped ? { format, height: width, width: height, channels } : { format, height, width, channels };
}

/** Whether a picture is decoded to one channel. */
export function isGrey({ space }: Metadata): boolean {
  return space === 'b-w' || space === 'grey16';
}

/** What is known of a picture before its pixels are decoded. */
export interface PictureHeader {
  /** The file, or a copy that is changed so that the image library reads it. */
  readonly bytes: Uint8Array;
  readonly metadata: Metadata;
  readonly orientation: PictureOrientation | undefined;
  /** Of TIFF files. */
  readonly samples: TiffSamples | undefined;
}

/** The header of a picture that can be decoded and is not too large. */
export async function readHeader(
  sharp: Sharp,
  file: Uint8Array,
  format: Exclude<PictureFormat, 'BMP'>,
  name: string,
  limitMegapixels: number,
): Promise<PictureHeader> {
  const samples = format === 'TIFF' ? readTiffSamples(file, name) : undefined;
  const bytes = samples?.lab === undefined ? (format === 'AVIF' ? stillOfSequence(file) : file) : declareRgb(file);
  const metadata = await sharp(bytes, { ...SHARP_INPUT, limitInputPixels: false })
    .metadata()
    .catch((error: unknown) => {
      throw damagedPicture(name, format, error);
    });
  checkSize(metadata, name, limitMegapixels);
  checkSamples(metadata, format, name);
  return { bytes, metadata, orientation: findOrientation(file, format, metadata), samples };
}

/** Throws `UserError('image-too-large')` for a declared size beyond the limit. */
export function checkSize({ width, height }: { width: number; height: number }, name: string, limit: number): void {
  const megapixels = (width * height) / 1e6;
  if (megapixels <= limit) return;
  throw new UserError(
    'image-too-large',
    `${name} is declared to be ${width} × ${height} pixels, ${Math.round(megapixels)} megapixels, and the limit is ${limit}.`,
    'Save it smaller, or raise the limit if you trust the file.',
  );
}

/** Floating-point and 32-bit samples have no agreed white, and further bands no agreed colour. */
function checkSamples({ depth, channels, space }: Metadata, format: PictureFormat, name: string): void {
  if (channels > 4 && space !== 'cmyk')
    throw new UserError(
      'image-unreadable',
      `${name} is a ${format} file with ${channels} bands, and which of them are red, green and blue is not defined.`,
      'Save the bands to look at as an RGB picture.',
    );
  if (depth === 'uchar' || depth === 'ushort') return;
  throw new UserError(
    'image-unreadable',
    `${name} is a ${format} file with samples of type ${depth}, whose black and white are not defined.`,
    'Save it with 8 or 16 bits a sample, or save the values in [0, 1] as a .npy file.',
  );
}

/** What is said of a picture whose bytes cannot be decoded. */
export function damagedPicture(name: string, format: PictureFormat, error?: unknown): UserError {
  const detail =
    error instanceof Error && /timeout/i.test(error.message) ? 'takes too long to decode' : 'is damaged or incomplete';
  return new UserError(
    'image-unreadable',
    `${name} holds a ${format} picture that ${detail}.`,
    'Copy or download it again, or open it in an image editor and save it as PNG.',
  );
}
