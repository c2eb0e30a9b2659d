import type { Picture, PixelImage, RawMap } from '../../src/core/image/pixels';
import { type Guard, hasShape, isBytes, isCount, isFloats } from './guards';

const size = { height: isCount, width: isCount, channels: isCount };
const isGrid = hasShape({ data: isFloats, ...size });
const isByteGrid = hasShape({ data: isBytes, ...size });

interface Grid {
  readonly data: { readonly length: number };
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** An array as long as its shape says: drawing relies on it. */
const isWhole = ({ data, height, width, channels }: Grid): boolean =>
  data.length > 0 && data.length === height * width * channels;
const isColor = ({ channels }: Grid): boolean => channels === 1 || channels === 3;

export const isMap: Guard<RawMap> = (value): value is RawMap => isGrid(value) && isWhole(value);
export const isImage: Guard<PixelImage> = (value): value is PixelImage => isMap(value) && isColor(value);
export const isPixelPicture: Guard<Picture> = (value): value is Picture =>
  isByteGrid(value) && isWhole(value) && isColor(value);
