import { findBox } from './heifOrientation';

/**
 * An AVIF sequence as the still picture that it also is: the same file under the brand "avif", in a copy. Files that are no sequence,
 * and those that hold no still picture, are given back. Source: AVIF 1.1, 6.2 and 6.3.
 */
export function stillOfSequence(bytes: Uint8Array): Uint8Array {
  const brand = Buffer.from(bytes.subarray(8, 12)).toString('latin1');
  if (brand !== 'avis' || findBox(bytes, 'meta') === undefined) return bytes;
  const copy = Uint8Array.from(bytes);
  copy.set(Buffer.from('avif', 'latin1'), 8);
  return copy;
}

/** Frames of the first track of an AVIF sequence; 1 for a still picture. */
export function sequenceFrames(bytes: Uint8Array): number {
  let box = findBox(bytes, 'moov');
  for (const type of ['trak', 'mdia', 'minf', 'stbl', 'stsz']) box = findBox(box, type);
  if (box === undefined || box.length < 12) return 1;
  return new DataView(box.buffer, box.byteOffset, box.byteLength).getUint32(8);
}
