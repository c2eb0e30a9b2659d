import { compressIndices } from './lzw';
import type { Palette } from './palette';

/** An animated GIF as it is made: its bytes in order, a piece at a time. */
export interface GifEncoder {
  /** Signature, size, colours and endless repetition: the first bytes of the file. */
  readonly header: () => Uint8Array;
  /** The next picture, RGBA as height × width × 4 (alpha is ignored), shown for `hundredths` of a second. */
  readonly frame: (rgba: Uint8Array | Uint8ClampedArray, hundredths: number) => Uint8Array;
  /** The last byte. */
  readonly trailer: () => Uint8Array;
}

/** Palette entry of pixels that stay as they were in the picture before. */
const UNCHANGED = 255;
/** How many colours a palette may have. */
export const GIF_COLORS = 255;
const LARGEST_SIDE = 65535;

/**
 * Encodes pictures of one size with one palette of at most {@link GIF_COLORS} colours; each pixel takes the nearest. Pixels that do not
 * change are left out of the pictures after the first. Holds one picture at a time. Throws `RangeError` for sizes that GIF cannot hold.
 * Source: GIF89a specification, CompuServe 1990; repetition: Netscape's application extension.
 */
export function createGifEncoder(width: number, height: number, palette: Palette): GifEncoder {
  for (const side of [width, height])
    if (!Number.isInteger(side) || side < 1 || side > LARGEST_SIDE) throw new RangeError(`${side} is no side of a GIF`);
  const shown = new Uint8Array(width * height);
  const indices = new Uint8Array(width * height);
  let isFirst = true;
  return {
    header() {
      const colors = new Uint8Array(256 * 3);
      colors.set(palette.colors.subarray(0, GIF_COLORS * 3));
      // 0xf7: a colour table of 256 entries for all pictures, 8 bits a colour.
      return joined(
        latin('GIF89a'),
        [...short(width), ...short(height), 0xf7, 0, 0],
        colors,
        [0x21, 0xff, 11],
        latin('NETSCAPE2.0'),
        [3, 1, 0, 0, 0],
      );
    },
    frame(rgba, hundredths) {
      if (rgba.length !== shown.length * 4)
        throw new RangeError(`${rgba.length} bytes are not ${width} × ${height} × 4`);
      for (let pixel = 0; pixel < shown.length; pixel++) {
        const at = 4 * pixel;
        const index = palette.nearest(rgba[at]!, rgba[at + 1]!, rgba[at + 2]!);
        indices[pixel] = !isFirst && index === shown[pixel] ? UNCHANGED : index;
        shown[pixel] = index;
      }
      isFirst = false;
      const delay = Math.min(0xffff, Math.max(0, Math.round(hundredths)));
      // Control: keep the picture for the next one, entry UNCHANGED is see-through.
      return joined(
        [0x21, 0xf9, 4, 0x05, ...short(delay), UNCHANGED, 0],
        [0x2c, 0, 0, 0, 0, ...short(width), ...short(height), 0],
        compressIndices(indices),
      );
    },
    trailer: () => Uint8Array.of(0x3b),
  };
}

function joined(...parts: readonly ArrayLike<number>[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function short(value: number): [number, number] {
  return [value & 0xff, value >> 8];
}

function latin(text: string): number[] {
  return Array.from(text, (letter) => letter.charCodeAt(0));
}
