import type { Metadata } from 'sharp';
import { UserError } from '../../core/errors';
import type { PictureDecoding } from '../../core/image/decoding';
import { decodeBmp } from './bmp';
import { readBmpHeader } from './bmpHeader';
import { declaresTooMuch } from './emptyPromise';
import { flatten, type Opacity } from './flatten';
import { profileName } from './iccProfile';
import { labToSrgb } from './lab';
import { orientationSteps } from './orientation';
import { countFrames } from './pictureFrames';
import { checkSize, damagedPicture, isGrey, LIMIT_MEGAPIXELS, readHeader, SHARP_INPUT } from './pictureFacts';
import type { Picture } from '../../core/image/pixels';
import { loadSharp, type Sharp } from './sharp';
import { sniffPicture, type PictureFormat } from './sniff';
import type { TiffSamples } from './tiffSamples';
import { darkestWhite, highBytes, pictureWarnings } from '../../core/image/usedRange';

export interface DecodeOptions {
  /** Named in errors. */
  readonly name: string;
  /** Largest declared size that is decoded, in megapixels (10⁶ pixels); default 100. */
  readonly limitMegapixels?: number;
  /** What transparent pixels lie on; default white, the paper that viewers and documents show them on. */
  readonly background?: 'white' | 'black';
}

/** A picture, what was done to the file on the way to it, and what is to be said of it. */
export interface DecodedPicture {
  readonly picture: Picture;
  readonly decoding: PictureDecoding;
  /** Whole sentences that name the file. */
  readonly warnings: readonly string[];
}

/** A hostile file may take minutes to decode; no honest one within the size limit does. */
const LIMIT_SECONDS = 60;

/**
 * Decodes a PNG, JPEG, WebP, GIF (first frame), AVIF, TIFF (first page) or BMP file to 8 bits, H×W×C, as it is displayed.
 *
 * The format is found by content. The orientation of `findOrientation` is applied; alpha is composited on `background`,
 * round(c·α + b·(1 − α)); 16-bit samples keep their high byte; CMYK becomes sRGB by its own colour profile or a common one, L*a*b* by
 * its definition. Profiles of RGB and grey pictures are not applied: models are trained on the stored values. Grey stays one channel.
 *
 * Throws `UserError('image-unreadable')` naming what the file holds, for damaged and truncated files too, and
 * `UserError('image-too-large')` by the declared size, before pixels are decoded.
 */
export async function decodePicture(bytes: Uint8Array, options: DecodeOptions): Promise<Picture> {
  return (await openPicture(bytes, options)).picture;
}

/** As {@link decodePicture}, with what was done, and with warnings of pictures of which next to nothing can be seen. */
export async function openPicture(bytes: Uint8Array, options: DecodeOptions): Promise<DecodedPicture> {
  const { name, limitMegapixels = LIMIT_MEGAPIXELS, background = 'white' } = options;
  const content = sniffPicture(bytes);
  if (content.format === undefined)
    throw new UserError('image-unreadable', `${name} holds ${content.what}.`, content.hint);
  const { format } = content;
  const request = { name, limitMegapixels, background };
  const { picture, decoding } =
    format === 'BMP' ? openBmp(bytes, request) : await openBySharp(await loadSharp(), bytes, format, request);
  return { picture, decoding, warnings: pictureWarnings(picture, decoding, name) };
}

type Request = Required<DecodeOptions>;
type Opened = Omit<DecodedPicture, 'warnings'>;

function openBmp(bytes: Uint8Array, { name, limitMegapixels, background }: Request): Opened {
  const header = readBmpHeader(bytes, name);
  checkSize(header, name, limitMegapixels);
  const { picture, opacity } = decodeBmp(bytes, header, LEVELS[background], name);
  const colours = header.greyPalette ? 'grey' : header.bits <= 8 ? 'palette' : 'RGB';
  return { picture, decoding: { format: 'BMP', bits: 8, colours, ...alphaFacts(opacity, background) } };
}

async function openBySharp(
  sharp: Sharp,
  file: Uint8Array,
  format: Exclude<PictureFormat, 'BMP'>,
  { name, limitMegapixels, background }: Request,
): Promise<Opened> {
  const { bytes, metadata, orientation, samples } = await readHeader(sharp, file, format, name, limitMegapixels);
  if (declaresTooMuch(file, format, metadata)) throw damagedPicture(name, format);
  const cmyk = metadata.space === 'cmyk';
  const channels = isGrey(metadata) ? 1 : 3;
  const wide = metadata.depth === 'ushort' && !cmyk;
  // AVIF was turned by its decoder.
  const { flip, flop, turn } = orientationSteps(format === 'AVIF' ? 1 : (orientation?.value ?? 1));
  const pipeline = sharp(bytes, { ...SHARP_INPUT, ignoreIcc: !cmyk, limitInputPixels: false })
    .toColourspace(targetSpace(metadata, wide))
    .flip(flip)
    .flop(flop)
    .rotate(turn)
    .timeout({ seconds: LIMIT_SECONDS })
    .raw({ depth: wide ? 'ushort' : 'uchar' });
  const { data, info } = await pipeline.toBuffer({ resolveWithObject: true }).catch((error: unknown) => {
    throw damagedPicture(name, format, error);
  });
  const { width, height, channels: bands } = info;
  const stored = wide
    ? new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2)
    : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const bits = metadata.isPalette ? 8 : (metadata.bitsPerSample ?? 8);
  const brightest =
    stored instanceof Uint16Array && bits === 16 && samples?.lab === undefined
      ? darkestWhite(stored, bands, channels)
      : undefined;
  const hasAlpha = metadata.hasAlpha && samples?.unnamedExtra !== true;
  const layout = { height, width, bands, hasAlpha };
  const { picture, opacity } = flatten(eightBit(stored, bands, samples), layout, channels, LEVELS[background]);
  const frames = countFrames(file, format, metadata);
  const decoding: PictureDecoding = {
    format,
    bits,
    colours: coloursOf(metadata, samples),
    ...(orientation && { orientation }),
    ...alphaFacts(opacity, background),
    ...(samples?.unnamedExtra === true && { ignoredBands: metadata.channels - (cmyk ? 4 : channels) }),
    ...(metadata.icc === undefined ? {} : { profile: { name: profileName(metadata.icc), applied: cmyk } }),
    ...(frames > 1 && { frames }),
    ...(brightest === undefined ? {} : { brightest: brightest / 65535 }),
  };
  return { picture, decoding };
}

const LEVELS = { white: 255, black: 0 } as const;

/** Where no value is changed on the way: alpha is lost on that to 'b-w', so 8-bit grey with alpha goes through RGB. */
function targetSpace(metadata: Metadata, wide: boolean): 'b-w' | 'srgb' | 'grey16' | 'rgb16' {
  if (wide) return isGrey(metadata) ? 'grey16' : 'rgb16';
  return metadata.space === 'b-w' && !metadata.hasAlpha ? 'b-w' : 'srgb';
}

function eightBit(stored: Uint8Array | Uint16Array, bands: number, samples: TiffSamples | undefined): Uint8Array {
  if (samples?.lab !== undefined) return labToSrgb(stored, bands, samples.lab);
  return stored instanceof Uint16Array ? highBytes(stored) : stored;
}

function coloursOf(metadata: Metadata, samples: TiffSamples | undefined): PictureDecoding['colours'] {
  if (samples?.lab !== undefined) return 'Lab';
  if (metadata.space === 'cmyk') return 'CMYK';
  if (metadata.isPalette || samples?.palette === true) return 'palette';
  return isGrey(metadata) ? 'grey' : 'RGB';
}

function alphaFacts(opacity: Opacity | undefined, background: Request['background']): Pick<PictureDecoding, 'alpha'> {
  return opacity === undefined ? {} : { alpha: { least: opacity.least / 255, most: opacity.most / 255, background } };
}
