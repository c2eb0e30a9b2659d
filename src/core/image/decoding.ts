import { choice, flag, object, possible, text } from '../schema/kinds';
import { number, whole } from '../schema/numbers';
import type { Of } from '../schema/schema';

const fraction = number(0, 1);

const pictureOrientation = object({
  /** EXIF's number, 2 … 8. */
  value: whole(2, 8),
  source: choice(['EXIF', 'EXIF in text', 'XMP', 'irot/imir']),
});

/** What a picture file holds, and what was done on the way to the 8 bits a channel that the model is given. */
export const pictureDecoding = object({
  format: choice(['PNG', 'JPEG', 'WebP', 'GIF', 'AVIF', 'TIFF', 'BMP']),
  /** Of a sample, as stored; of more than 8 the high 8 were kept. */
  bits: whole(1, 64),
  /** As stored; palettes, CMYK and Lab became RGB. */
  colours: choice(['grey', 'RGB', 'palette', 'CMYK', 'Lab']),
  /** Absent: displayed as stored. */
  orientation: possible(pictureOrientation),
  /** Least and largest opacity of a pixel, 0 … 1, and what the picture was laid on; absent: the picture has no alpha. */
  alpha: possible(object({ least: fraction, most: fraction, background: choice(['white', 'black']) })),
  /** Samples a pixel that the file does not name and that were left out. */
  ignoredBands: possible(whole(1, 1e6)),
  /** The embedded colour profile; those of grey and RGB pictures are not applied, and without one the stored values are sRGB. */
  profile: possible(object({ name: text(200), applied: flag })),
  /** Of an animation, or pages of a document, of which the first was taken; absent: one. */
  frames: possible(whole(2)),
  /** Largest colour sample as a fraction of white, where it is below a quarter in a file of 16 bits. */
  brightest: possible(fraction),
});

/** Where pixel (0, 0) of a model's input lies on the picture, in pixels of the picture, and how many of those one of its own spans. */
export const pixelMapping = object({ x: number(), y: number(), scaleX: number(), scaleY: number() });

export type PixelMapping = Of<typeof pixelMapping>;
export type PictureDecoding = Of<typeof pictureDecoding>;
export type PictureOrientation = Of<typeof pictureOrientation>;
