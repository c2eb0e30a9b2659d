import { UserError } from '../errors';
import { decodeBmp, over } from './bmp';
import { readBmpHeader } from './bmpHeader';
import { checkSize, damagedPicture, isGrey, LIMIT_MEGAPIXELS, readMetadata, SHARP_INPUT } from './pictureFacts';
import type { Picture } from './pixels';
import { loadSharp, type Sharp } from './sharp';
import { sniffPicture, type PictureFormat } from './sniff';

export interface DecodeOptions {
  /** Named in errors. */
  readonly name: string;
  /** Largest declared size that is decoded, in megapixels (10⁶ pixels); default 100. */
  readonly limitMegapixels?: number;
  /** What transparent pixels lie on; default white, the paper that viewers and documents show them on. */
  readonly background?: 'white' | 'black';
}

/** A hostile file may take minutes to decode; no honest one within the size limit does. */
const LIMIT_SECONDS = 60;

/**
 * Decodes a PNG, JPEG, WebP, GIF (first frame), AVIF, TIFF (first page) or BMP file to 8 bits, H×W×C, as it is displayed.
 *
 * The format is found by content. EXIF orientation is applied; alpha is composited on `background`,
 * round(c·α + b·(1 − α)); 16-bit samples keep their high byte; CMYK becomes sRGB by its own colour profile or a common one.
 * Profiles of RGB and grey pictures are not applied: models are trained on the stored values. Grey stays one channel.
 *
 * Throws `UserError('image-unreadable')` naming what the file holds, for damaged and truncated files too, and
 * `UserError('image-too-large')` by the declared size, before pixels are decoded.
 */
export async function decodePicture(bytes: Uint8Array, options: DecodeOptions): Promise<Picture> {
  const { name, limitMegapixels = LIMIT_MEGAPIXELS } = options;
  const background = options.background === 'black' ? 0 : 255;
  const content = sniffPicture(bytes);
  if (content.format === undefined)
    throw new UserError('image-unreadable', `${name} holds ${content.what}.`, content.hint);
  if (content.format === 'BMP') {
    const header = readBmpHeader(bytes, name);
    checkSize(header, name, limitMegapixels);
    return decodeBmp(bytes, header, background, name);
  }
  const sharp = await loadSharp();
  return decodeBySharp(sharp, bytes, content.format, { name, limitMegapixels, background });
}

async function decodeBySharp(
  sharp: Sharp,
  bytes: Uint8Array,
  format: PictureFormat,
  { name, limitMegapixels, background }: { name: string; limitMegapixels: number; background: number },
): Promise<Picture> {
  const metadata = await readMetadata(sharp, bytes, format, name, limitMegapixels);
  const grey = isGrey(metadata);
  const pipeline = sharp(bytes, { ...SHARP_INPUT, ignoreIcc: metadata.space !== 'cmyk', limitInputPixels: false })
    // On the way to 'b-w' alpha is lost and 16 bits are rounded, so such grey goes through RGB.
    .toColourspace(metadata.space === 'b-w' && !metadata.hasAlpha ? 'b-w' : 'srgb')
    .timeout({ seconds: LIMIT_SECONDS })
    .raw({ depth: 'uchar' });
  const { data, info } = await pipeline.toBuffer({ resolveWithObject: true }).catch((error: unknown) => {
    throw damagedPicture(name, format, error);
  });
  return flatten(data, info, grey ? 1 : 3, background);
}

/**
 * 8-bit grey or RGB, with or without a last band of alpha, composited on a grey level and cut to `channels`;
 * shares the memory of pictures that need neither.
 */
function flatten(
  raw: Uint8Array,
  { width, height, channels: bands }: { width: number; height: number; channels: number },
  channels: 1 | 3,
  background: number,
): Picture {
  if (bands === channels)
    return { data: new Uint8Array(raw.buffer, raw.byteOffset, raw.byteLength), height, width, channels };
  const data = new Uint8Array(width * height * channels);
  const hasAlpha = bands % 2 === 0;
  for (let from = 0, to = 0; to < data.length; from += bands, to += channels) {
    const alpha = hasAlpha ? raw[from + bands - 1]! : 255;
    for (let channel = 0; channel < channels; channel++)
      data[to + channel] = over(raw[from + channel]!, alpha, background);
  }
  return { data, height, width, channels };
}
