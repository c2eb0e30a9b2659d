import type { Metadata } from 'sharp';
import { sequenceFrames } from './avifSequence';
import { pngChunks } from './pngChunks';
import type { PictureFormat } from './sniff';

/** Frames of an animated picture or pages of a document, 1 for a still picture; as the file declares them. */
export function countFrames(bytes: Uint8Array, format: PictureFormat, { pages = 1 }: Metadata): number {
  if (format === 'PNG') return animatedFrames(bytes);
  return format === 'AVIF' ? Math.max(pages, sequenceFrames(bytes)) : pages;
}

/** Of an animated PNG, the picture that readers without animation show counted where it is none of the frames. */
function animatedFrames(bytes: Uint8Array): number {
  let frames: number | undefined;
  for (const { type, data } of pngChunks(bytes)) {
    if (type === 'acTL' && data.length >= 8)
      frames = new DataView(data.buffer, data.byteOffset, data.byteLength).getUint32(0);
    if (frames !== undefined && type === 'fcTL') return frames;
    if (type === 'IDAT') break;
  }
  return frames === undefined ? 1 : frames + 1;
}
