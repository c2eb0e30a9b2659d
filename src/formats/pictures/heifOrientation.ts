import type { PictureOrientation } from '../../core/image/decoding';

/** EXIF's number of an anticlockwise turn by 0, 90, 180, 270°, then no mirroring, top to bottom, left to right. */
const NUMBERS = [
  [1, 4, 2],
  [8, 5, 7],
  [3, 2, 4],
  [6, 7, 5],
] as const;

/**
 * What the decoder has already applied to a HEIF picture, from the first `irot` and `imir` of its properties; undefined where it
 * was neither turned nor mirrored. Source: ISO/IEC 23008-12, 6.5.10 and 6.5.12.
 */
export function heifOrientation(bytes: Uint8Array): PictureOrientation | undefined {
  const meta = findBox(bytes, 'meta');
  const properties = findBox(findBox(meta?.subarray(4), 'iprp'), 'ipco');
  const angle = findBox(properties, 'irot')?.[0] ?? 0;
  const axis = findBox(properties, 'imir')?.[0];
  const value = NUMBERS[(angle & 3) as 0 | 1 | 2 | 3][axis === undefined ? 0 : (axis & 1) === 0 ? 1 : 2];
  return value === 1 ? undefined : { value, source: 'irot/imir' };
}

/** Content of the first box of a kind among the boxes that lie one after the other in `bytes`. */
export function findBox(bytes: Uint8Array | undefined, type: string): Uint8Array | undefined {
  if (bytes === undefined) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + 8 <= bytes.length;) {
    const declared = view.getUint32(at);
    const wide = declared === 1;
    const head = wide ? 16 : 8;
    if (at + head > bytes.length) return undefined;
    const size = wide ? Number(view.getBigUint64(at + 8)) : declared === 0 ? bytes.length - at : declared;
    if (size < head) return undefined;
    if (String.fromCharCode(...bytes.subarray(at + 4, at + 8)) === type) return bytes.subarray(at + head, at + size);
    at += size;
  }
  return undefined;
}
