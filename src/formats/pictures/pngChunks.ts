/** A chunk of a PNG file; shares the file's memory. */
export interface PngChunk {
  /** Four letters, such as "eXIf". */
  readonly type: string;
  readonly data: Uint8Array;
}

const SIGNATURE_BYTES = 8;
/** Length, type and checksum. */
const FRAME_BYTES = 12;

/**
 * The chunks of a PNG file in their order, before and after its pixels, up to IEND or to where the file breaks off. Checksums are
 * not looked at. Source: Portable Network Graphics (Third Edition), 5.3.
 */
export function* pngChunks(bytes: Uint8Array): Generator<PngChunk> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = SIGNATURE_BYTES;
  while (at + FRAME_BYTES <= bytes.length) {
    const length = view.getUint32(at);
    const end = at + FRAME_BYTES + length;
    if (end > bytes.length) return;
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (type === 'IEND') return;
    yield { type, data: bytes.subarray(at + 8, end - 4) };
    at = end;
  }
}
