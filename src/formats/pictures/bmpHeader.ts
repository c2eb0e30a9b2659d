import { UserError } from '../../core/errors';

export type BmpCompression = 'none' | 'rle8' | 'rle4' | 'masks';

/** What the headers of a BMP file declare; nothing of it has been allocated. */
export interface BmpHeader {
  readonly width: number;
  readonly height: number;
  readonly topDown: boolean;
  readonly bits: number;
  readonly compression: BmpCompression;
  /** Bit masks of red, green, blue and alpha; alpha 0: opaque. Files of 16 and 32 bits only. */
  readonly masks: readonly [number, number, number, number];
  /** 256 RGB triplets (black beyond those declared) for files of up to 8 bits; else empty. */
  readonly palette: Uint8Array;
  readonly greyPalette: boolean;
  readonly pixelOffset: number;
}

const FILE_HEADER = 14;
const INFO_HEADER = 40;

/**
 * The headers of a BMP file: OS/2 1 and 2, Windows 3 to 5; 1, 2, 4, 8, 16, 24 and 32 bits.
 * Throws `UserError('image-unreadable')` for embedded JPEG or PNG, Huffman coding, and impossible values.
 * Source: Microsoft, "Bitmap Header Types".
 */
export function readBmpHeader(bytes: Uint8Array, name: string): BmpHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerSize = bytes.length >= FILE_HEADER + 4 ? view.getUint32(FILE_HEADER, true) : 0;
  if (headerSize < 12 || bytes.length < FILE_HEADER + headerSize) throw damagedBmp(name, 'it ends inside its header');
  const core = headerSize === 12;
  const width = core ? view.getUint16(18, true) : view.getInt32(18, true);
  const height = core ? view.getUint16(20, true) : view.getInt32(22, true);
  const bits = view.getUint16(core ? 24 : 28, true);
  const full = headerSize >= INFO_HEADER;
  const code = full ? view.getUint32(30, true) : 0;
  if (width <= 0 || height === 0)
    throw damagedBmp(name, `its declared size ${width} × ${Math.abs(height)} is not possible`);
  const compression = compressionOf(code, bits, headerSize);
  if (compression === undefined) throw damagedBmp(name, `its coding ${code} of ${bits} bits is not supported`);
  if (height < 0 && compression.startsWith('rle')) throw damagedBmp(name, 'its rows are both compressed and top-down');

  const trailingMasks = headerSize === INFO_HEADER && compression === 'masks' ? (code === 6 ? 16 : 12) : 0;
  const tables = FILE_HEADER + headerSize + trailingMasks;
  if (bytes.length < tables) throw damagedBmp(name, 'it ends inside its header');
  const declaredOffset = view.getUint32(10, true);
  const colors = bits > 8 ? 0 : Math.min((full ? view.getUint32(46, true) : 0) || 2 ** bits, 2 ** bits);
  const entry = core ? 3 : 4;
  const pixelOffset = declaredOffset >= tables ? declaredOffset : tables + colors * entry;
  const readable = Math.max(0, Math.floor((Math.min(bytes.length, pixelOffset) - tables) / entry));
  const palette = readPalette(bytes, tables, Math.min(colors, readable), entry, bits);
  return {
    width,
    height: Math.abs(height),
    topDown: height < 0,
    bits,
    compression,
    masks: masksOf(view, compression, bits, headerSize, code),
    palette,
    greyPalette: bits <= 8 && isGrey(palette),
    pixelOffset,
  };
}

export function damagedBmp(name: string, why: string): UserError {
  return new UserError(
    'image-unreadable',
    `${name} is a BMP file that cannot be read: ${why}.`,
    'Save the picture again as PNG and open that.',
  );
}

function compressionOf(code: number, bits: number, headerSize: number): BmpCompression | undefined {
  if (code === 0 && [1, 2, 4, 8, 16, 24, 32].includes(bits)) return 'none';
  if (code === 1 && bits === 8) return 'rle8';
  if (code === 2 && bits === 4) return 'rle4';
  // OS/2 2 gives the code 3 to Huffman coding.
  if ((code === 3 || code === 6) && (bits === 16 || bits === 32) && headerSize !== 64) return 'masks';
  return undefined;
}

function masksOf(
  view: DataView,
  compression: BmpCompression,
  bits: number,
  headerSize: number,
  code: number,
): BmpHeader['masks'] {
  if (compression !== 'masks') return bits === 16 ? [0x7c00, 0x03e0, 0x001f, 0] : [0xff0000, 0xff00, 0xff, 0];
  const at = FILE_HEADER + INFO_HEADER;
  const alpha = headerSize >= 56 || code === 6 ? view.getUint32(at + 12, true) : 0;
  return [view.getUint32(at, true), view.getUint32(at + 4, true), view.getUint32(at + 8, true), alpha];
}

function readPalette(bytes: Uint8Array, at: number, count: number, entry: number, bits: number): Uint8Array {
  if (bits > 8) return new Uint8Array(0);
  const palette = new Uint8Array(256 * 3);
  for (let i = 0; i < count; i++)
    for (let channel = 0; channel < 3; channel++) palette[3 * i + channel] = bytes[at + entry * i + 2 - channel]!;
  return palette;
}

function isGrey(palette: Uint8Array): boolean {
  for (let i = 0; i < palette.length; i += 3)
    if (palette[i] !== palette[i + 1] || palette[i] !== palette[i + 2]) return false;
  return true;
}
