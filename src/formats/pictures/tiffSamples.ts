import { UserError } from '../../core/errors';
import { locateTiffTag, readTiffTags } from './tiffDirectory';

const BITS = 258;
const COMPRESSION = 259;
const PHOTOMETRIC = 262;
const SAMPLES = 277;
const WHITE_POINT = 318;
const INK_SET = 332;
const EXTRA_SAMPLES = 338;
const SAMPLE_FORMAT = 339;

const RGB = 2;
const PALETTE = 3;
const CMYK = 5;
const YCBCR = 6;
const CIELAB = 8;
const ICCLAB = 9;
const JPEG = 7;
const UNSPECIFIED = 0;
const UNSIGNED = 1;
const FLOAT = 3;

/** What a TIFF file says of its samples, beyond what the image library tells. */
export interface TiffSamples {
  readonly lab?: LabSamples;
  readonly palette: boolean;
  /** The samples after the colours are something that the file does not name, and not opacity. */
  readonly unnamedExtra: boolean;
}

/** How CIE L*a*b* is stored. */
export interface LabSamples {
  /** a* and b* are signed numbers, or have the offset 128. */
  readonly signed: boolean;
  readonly bits: 8 | 16;
  /** Chromaticity x, y of white; absent: D50. */
  readonly white?: readonly [number, number];
}

/**
 * Checks that the samples of a TIFF file have a meaning as colours, by its first directory; says nothing where `bytes` do not hold it.
 * Throws `UserError('image-unreadable')` that names what they are. Source: TIFF 6.0; Adobe Photoshop TIFF Technical Notes.
 */
export function readTiffSamples(bytes: Uint8Array, name: string): TiffSamples {
  const tags = readTiffTags(bytes);
  const first = (tag: number) => tags.get(tag)?.[0];
  const bits = tags.get(BITS) ?? [];
  const count = first(SAMPLES) ?? 1;
  const photometric = first(PHOTOMETRIC);
  const extra = tags.get(EXTRA_SAMPLES);
  const float = first(SAMPLE_FORMAT) === FLOAT;
  const refuse = (what: string) => refused(name, what);

  if (bits.some((value) => value !== bits[0])) throw refuse(`samples of ${bits.join(', ')} bits, which cannot be read`);
  if (float) throw refuse('samples of type float, whose black and white are not defined');
  if (bits[0] !== undefined && ![1, 2, 4, 8, 16, 32].includes(bits[0]))
    throw refuse(`samples of ${bits[0]} bits, which cannot be read`);
  if (photometric === undefined) return { unnamedExtra: false, palette: false };
  const colours = COLOURS[photometric];
  if (colours === undefined)
    throw refuse(`${OTHERS[photometric] ?? `colours of the unknown kind ${photometric}`}, which cannot be read`);
  if (photometric === YCBCR && first(COMPRESSION) !== JPEG)
    throw refuse('YCbCr colours that are not compressed as JPEG, which cannot be read');
  if (photometric === CMYK && (first(INK_SET) ?? 1) !== 1) throw refuse('inks other than CMYK, which cannot be read');
  if (count < colours) throw refuse(`${count} of the ${colours} samples that its colours need`);
  if (colours === 1 && count > 2)
    throw refuse(`${count} bands that are not declared as RGB, so which are red, green and blue is not defined`);
  const white = whitePoint(tags.get(WHITE_POINT));
  const lab = photometric === CIELAB || photometric === ICCLAB;
  if (lab && bits[0] !== 8 && bits[0] !== 16)
    throw refuse(`CIE Lab colours of ${bits[0] ?? 1} bits, which cannot be read`);
  return {
    palette: photometric === PALETTE,
    unnamedExtra: count > colours && extra?.[0] === UNSPECIFIED,
    ...(lab && {
      lab: { signed: photometric === CIELAB, bits: bits[0] as 8 | 16, ...(white === undefined ? {} : { white }) },
    }),
  };
}

/** Samples of a pixel's colour, by PhotometricInterpretation: white is zero, black is zero, RGB, palette, CMYK, YCbCr, Lab. */
const COLOURS: Readonly<Record<number, number>> = { 0: 1, 1: 1, 2: 3, 3: 1, 5: 4, 6: 3, 8: 3, 9: 3 };

const OTHERS: Readonly<Record<number, string>> = {
  4: 'a transparency mask',
  10: 'ITU Lab colours (fax)',
  32803: 'a camera’s raw samples',
  32844: 'LogL samples',
  32845: 'LogLuv colours',
  34892: 'a camera’s raw samples',
};

function whitePoint(values: readonly number[] | undefined): readonly [number, number] | undefined {
  const [x, y] = values ?? [];
  return x !== undefined && y !== undefined && x > 0.1 && x < 0.8 && y > 0.1 && y < 0.9 ? [x, y] : undefined;
}

function refused(name: string, what: string): UserError {
  return new UserError(
    'image-unreadable',
    `${name} is a TIFF file with ${what}.`,
    'Save it as grey or RGB with 8 or 16 bits a sample, or save the values in [0, 1] as a .npy file.',
  );
}

/** A copy of a TIFF file of L*a*b* that declares its samples as RGB and unsigned: the image library then unpacks them as they are. */
export function declareRgb(bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes);
  setAll(copy, PHOTOMETRIC, RGB);
  setAll(copy, SAMPLE_FORMAT, UNSIGNED);
  return copy;
}

function setAll(bytes: Uint8Array, tag: number, value: number): void {
  const place = locateTiffTag(bytes, tag);
  if (place === undefined) return;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < place.count; i++) {
    const at = place.at + i * place.width;
    if (place.width === 2) view.setUint16(at, value, place.little);
    else if (place.width === 4) view.setUint32(at, value, place.little);
    else view.setUint8(at, value);
  }
}
