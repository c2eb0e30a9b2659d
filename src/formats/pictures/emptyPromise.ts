import type { Metadata } from 'sharp';
import type { PictureFormat } from './sniff';
import { readTiffTags } from './tiffDirectory';

const COMPRESSION = 259;

/** Bytes that a byte can unpack to, by TIFF's Compression: none, LZW, deflate (two numbers), PackBits. */
const TIFF_RATIOS: Readonly<Record<number, number>> = { 1: 1, 5: 2000, 8: 1040, 32946: 1040, 32773: 128 };
/** Of deflate: 258 bytes in two bits, a little more. */
const PNG_RATIO = 1040;

/**
 * Whether a whole file of PNG or TIFF is too short to hold as many pixels as it declares, counted as one sample each: the image
 * library would take memory and seconds before it finds that out. False where the coding has no such bound.
 */
export function declaresTooMuch(bytes: Uint8Array, format: PictureFormat, metadata: Metadata): boolean {
  const ratio =
    format === 'PNG'
      ? PNG_RATIO
      : format === 'TIFF'
        ? TIFF_RATIOS[readTiffTags(bytes).get(COMPRESSION)?.[0] ?? 1]
        : undefined;
  if (ratio === undefined) return false;
  return (metadata.width * metadata.height * (metadata.bitsPerSample ?? 8)) / 8 > ratio * bytes.length;
}
