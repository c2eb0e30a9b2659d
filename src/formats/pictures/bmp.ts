import type { BmpHeader } from './bmpHeader';
import { damagedBmp } from './bmpHeader';
import { type Flattened, over } from './flatten';
import type { Picture } from '../../core/image/pixels';

/**
 * The pixels of a BMP file whose header was read and whose size was accepted; alpha, where a mask declares it and any
 * pixel uses it, is composited on grey level `background`. A grey palette gives one channel, everything else three.
 * Throws `UserError('image-unreadable')` where the file ends before its pixels do.
 */
export function decodeBmp(bytes: Uint8Array, header: BmpHeader, background: number, name: string): Flattened {
  if (header.compression === 'rle4' || header.compression === 'rle8')
    return { picture: paint(header, readRuns(bytes, header, name)) };
  const { width, height, bits, pixelOffset } = header;
  // Before anything is allocated: a short file may declare a large picture.
  if (pixelOffset + strideOf(header) * (height - 1) + Math.ceil((bits * width) / 8) > bytes.length)
    throw damagedBmp(name, 'it ends before its last pixel');
  if (bits <= 8) return { picture: paint(header, readIndices(bytes, header)) };
  return bits === 24 ? { picture: readTrueColor(bytes, header) } : readMasked(bytes, header, background);
}

function strideOf({ bits, width }: BmpHeader): number {
  return Math.ceil((bits * width) / 32) * 4;
}

/** Calls `visit` for each stored row with its offset in the file and its first pixel in the picture. */
function eachRow(header: BmpHeader, visit: (offset: number, pixel: number) => void): void {
  const { width, height, topDown, pixelOffset } = header;
  const stride = strideOf(header);
  for (let row = 0; row < height; row++) visit(pixelOffset + stride * row, (topDown ? row : height - 1 - row) * width);
}

function readIndices(bytes: Uint8Array, header: BmpHeader): Uint8Array {
  const { width, height, bits } = header;
  const perByte = 8 / bits;
  const mask = 2 ** bits - 1;
  const result = new Uint8Array(width * height);
  eachRow(header, (offset, pixel) => {
    for (let x = 0; x < width; x++) {
      const shift = 8 - bits - bits * (x % perByte);
      result[pixel + x] = (bytes[offset + Math.floor(x / perByte)]! >> shift) & mask;
    }
  });
  return result;
}

/** Run-length coding of 4 and 8 bits; pixels that are skipped have index 0, what runs past a row or the picture is dropped. */
function readRuns(bytes: Uint8Array, header: BmpHeader, name: string): Uint8Array {
  const { width, height } = header;
  const nibbles = header.compression === 'rle4';
  const result = new Uint8Array(width * height);
  let at = header.pixelOffset;
  let x = 0;
  let y = height - 1;
  const put = (index: number) => {
    if (x < width && y >= 0) result[y * width + x] = index;
    x++;
  };
  const indexIn = (byte: number, i: number) => (nibbles ? (i % 2 === 0 ? byte >> 4 : byte & 15) : byte);
  while (at + 1 < bytes.length) {
    const count = bytes[at]!;
    const value = bytes[at + 1]!;
    at += 2;
    if (count > 0) {
      for (let i = 0; i < count; i++) put(indexIn(value, i));
    } else if (value === 0) {
      x = 0;
      y--;
    } else if (value === 1) {
      return result;
    } else if (value === 2) {
      x += bytes[at] ?? 0;
      y -= bytes[at + 1] ?? 0;
      at += 2;
    } else {
      const length = nibbles ? Math.ceil(value / 2) : value;
      if (at + length > bytes.length) break;
      for (let i = 0; i < value; i++) put(indexIn(bytes[at + (nibbles ? i >> 1 : i)]!, i));
      at += length + (length % 2);
    }
  }
  // Some writers leave out the end mark.
  if (y < 0 || (y === 0 && x >= width)) return result;
  throw damagedBmp(name, 'it ends before its last pixel');
}

function paint(header: BmpHeader, indices: Uint8Array): Picture {
  const { width, height, palette, greyPalette } = header;
  const channels = greyPalette ? 1 : 3;
  const data = new Uint8Array(indices.length * channels);
  for (let i = 0; i < indices.length; i++)
    for (let channel = 0; channel < channels; channel++)
      data[i * channels + channel] = palette[3 * indices[i]! + channel]!;
  return { data, height, width, channels };
}

function readTrueColor(bytes: Uint8Array, header: BmpHeader): Picture {
  const { width, height } = header;
  const data = new Uint8Array(width * height * 3);
  eachRow(header, (offset, pixel) => {
    for (let from = offset, to = 3 * pixel; to < 3 * (pixel + width); from += 3, to += 3) {
      data[to] = bytes[from + 2]!;
      data[to + 1] = bytes[from + 1]!;
      data[to + 2] = bytes[from]!;
    }
  });
  return { data, height, width, channels: 3 };
}

function readMasked(bytes: Uint8Array, header: BmpHeader, background: number): Flattened {
  const { width, height, bits } = header;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = bits / 8;
  const read = bits === 16 ? (at: number) => view.getUint16(at, true) : (at: number) => view.getUint32(at, true);
  const [red, green, blue, alpha] = header.masks.map(channelReader) as [Channel, Channel, Channel, Channel];
  const opaque = header.masks[3] === 0 || !anyPixel(header, size, (at) => alpha(read(at)) > 0);
  const data = new Uint8Array(width * height * 3);
  let least = 255;
  let most = 0;
  eachRow(header, (offset, pixel) => {
    for (let x = 0; x < width; x++) {
      const word = read(offset + size * x);
      const to = 3 * (pixel + x);
      const a = opaque ? 255 : alpha(word);
      if (a < least) least = a;
      if (a > most) most = a;
      data[to] = over(red(word), a, background);
      data[to + 1] = over(green(word), a, background);
      data[to + 2] = over(blue(word), a, background);
    }
  });
  return { picture: { data, height, width, channels: 3 }, ...(opaque ? {} : { opacity: { least, most } }) };
}

/** Many writers declare an alpha mask and leave every alpha 0; such a file is opaque. */
function anyPixel(header: BmpHeader, size: number, test: (at: number) => boolean): boolean {
  let found = false;
  eachRow(header, (offset) => {
    for (let x = 0; x < header.width && !found; x++) found = test(offset + size * x);
  });
  return found;
}

type Channel = (word: number) => number;

/** Extracts the bits of `mask` and scales them to 0…255, rounded down as Pillow does. */
function channelReader(mask: number): Channel {
  if (mask === 0) return () => 0;
  const shift = 31 - Math.clz32(mask & -mask);
  const maximum = mask >>> shift;
  return (word) => Math.floor((((word & mask) >>> shift) * 255) / maximum);
}
