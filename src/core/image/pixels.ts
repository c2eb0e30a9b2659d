import { bytes, choice, floats, object, such } from '../schema/kinds';
import { count } from '../schema/numbers';
import type { Of } from '../schema/schema';

interface Grid {
  readonly data: { readonly length: number };
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** Drawing relies on it. */
function isWhole({ data, height, width, channels }: Grid): boolean {
  return data.length > 0 && data.length === height * width * channels;
}

const WHOLE = 'as long as its shape says';
const size = { height: count, width: count };
const colors = choice([1, 3]);

/** Pixel space: float32 in [0, 1], height × width × channels, grey (1) or RGB (3), at the model's own resolution. */
export const pixelImage = such(object({ data: floats, ...size, channels: colors }), isWhole, WHOLE);
export type PixelImage = Of<typeof pixelImage>;

/** `count` images of one shape, laid out count × height × width × channels. */
export interface ImageBatch {
  readonly data: Float32Array;
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/**
 * A signed map that covers the model's whole input, height × width × channels: raw, never normalised. Most have the input's own
 * shape; those of a layer have the layer's height and width.
 */
export const rawMap = such(object({ data: floats, ...size, channels: count }), isWhole, WHOLE);
export type RawMap = Of<typeof rawMap>;

/** A decoded picture as displayed (EXIF orientation applied, alpha composited): 8-bit sRGB, height × width × channels. */
export const pixelPicture = such(object({ data: bytes, ...size, channels: colors }), isWhole, WHOLE);
export type Picture = Of<typeof pixelPicture>;

/** A batch that holds `image` alone; shares its memory. */
export function batchOf(image: PixelImage): ImageBatch {
  const { data, height, width, channels } = image;
  return { data, count: 1, height, width, channels };
}

/** Images of one shape as a batch: count × height × width × channels; copied, unless it is one alone. */
export function stackImages(images: readonly PixelImage[]): ImageBatch {
  const [first] = images;
  if (first === undefined) throw new RangeError('A batch of no images.');
  if (images.length === 1) return batchOf(first);
  const { height, width, channels } = first;
  const data = new Float32Array(images.length * first.data.length);
  images.forEach((image, index) => data.set(image.data, index * first.data.length));
  return { data, count: images.length, height, width, channels };
}
