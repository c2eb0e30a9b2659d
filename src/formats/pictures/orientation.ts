import type { Metadata } from 'sharp';
import type { PictureOrientation } from '../../core/image/decoding';
import { heifOrientation } from './heifOrientation';
import { pngChunks } from './pngChunks';
import { rawProfile, readPngText } from './pngText';
import type { PictureFormat } from './sniff';
import { readTiffTags } from './tiffDirectory';

const ORIENTATION_TAG = 274;

/**
 * The orientation that a picture is displayed in, with where it is stated; undefined where it is displayed as it is stored.
 *
 * EXIF is asked first: the directory of a TIFF file, EXIF of JPEG and WebP, a PNG's eXIf chunk, then EXIF that ImageMagick wrote as
 * text ("Raw profile type exif" or "APP1"). Only where none of these names an orientation does `tiff:Orientation` of XMP count. A
 * number that is not 1 … 8 turns nothing. AVIF has the container's `irot` and `imir` alone, as its standard demands.
 * Sources: Exif 3.0, 4.6.5; XMP part 1; ISO/IEC 23008-12, 6.5.10 and 6.5.12. The order is that of Pillow's `exif_transpose`.
 */
export function findOrientation(
  bytes: Uint8Array,
  format: PictureFormat,
  metadata: Metadata,
): PictureOrientation | undefined {
  if (format === 'AVIF') return heifOrientation(bytes);
  const stated = format === 'PNG' ? ofPng(bytes) : (ofExif(bytes, format, metadata) ?? ofXmp(metadata.xmp));
  return stated !== undefined && stated.value >= 2 && stated.value <= 8 ? stated : undefined;
}

function ofExif(bytes: Uint8Array, format: PictureFormat, metadata: Metadata): PictureOrientation | undefined {
  // libvips gives a TIFF file without the tag the orientation 1.
  const value = format === 'TIFF' ? readTiffTags(bytes).get(ORIENTATION_TAG)?.[0] : metadata.orientation;
  return value === undefined ? undefined : { value, source: 'EXIF' };
}

/** All of a PNG's chunks are looked at: ExifTool writes its own behind the pixels, where libvips reads none. */
function ofPng(bytes: Uint8Array): PictureOrientation | undefined {
  const stated = new Map<PictureOrientation['source'], PictureOrientation>();
  const note = (orientation: PictureOrientation | undefined) => {
    if (orientation !== undefined && !stated.has(orientation.source)) stated.set(orientation.source, orientation);
  };
  for (const chunk of pngChunks(bytes)) {
    if (chunk.type === 'eXIf') note(inExif(chunk.data, 'EXIF'));
    const text = readPngText(chunk);
    if (text?.keyword === 'XML:com.adobe.xmp') note(ofXmp(text.text));
    const kind = text === undefined ? undefined : /^Raw profile type (exif|app1|xmp)$/i.exec(text.keyword)?.[1];
    const profile = kind === undefined ? undefined : rawProfile(text!.text);
    if (profile !== undefined) note(inExif(profile, 'EXIF in text') ?? ofXmp(profile));
  }
  return stated.get('EXIF') ?? stated.get('EXIF in text') ?? stated.get('XMP');
}

const EXIF_HEADER = 'Exif\0\0';

function inExif(data: Uint8Array, source: PictureOrientation['source']): PictureOrientation | undefined {
  const headed = Buffer.from(data.subarray(0, EXIF_HEADER.length)).toString('latin1') === EXIF_HEADER;
  const value = readTiffTags(headed ? data.subarray(EXIF_HEADER.length) : data).get(ORIENTATION_TAG)?.[0];
  return value === undefined ? undefined : { value, source };
}

/** As an attribute or as an element. */
const XMP_ORIENTATION = /tiff:Orientation(?:\s*=\s*["']|\s*>)\s*(\d)\s*["'<]/;

function ofXmp(xmp: Uint8Array | undefined): PictureOrientation | undefined {
  if (xmp === undefined) return undefined;
  const value = XMP_ORIENTATION.exec(Buffer.from(xmp).toString('latin1'))?.[1];
  return value === undefined ? undefined : { value: Number(value), source: 'XMP' };
}

/** Mirroring and turning, clockwise, in this order, that display what is stored in an EXIF orientation. */
export function orientationSteps(value: number): {
  readonly flip: boolean;
  readonly flop: boolean;
  readonly turn: 0 | 90 | 180 | 270;
} {
  const flip = value === 4 || value === 5;
  const flop = value === 2 || value === 7;
  const turn = value === 3 ? 180 : value === 8 ? 270 : value >= 5 ? 90 : 0;
  return { flip, flop, turn };
}

/** Whether an EXIF orientation exchanges width and height. */
export function swapsSides(value: number): boolean {
  return value >= 5;
}
