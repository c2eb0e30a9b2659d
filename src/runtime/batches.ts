import type { ImageBatch } from '../core/image/pixels';
import type { Scores } from '../core/model/classifier';

/** At most `size` images from `start` on; shares the batch's memory. */
export function imagesOf(images: ImageBatch, start: number, size: number): ImageBatch {
  const perImage = images.data.length / images.count;
  const count = Math.min(size, images.count - start);
  return { ...images, count, data: images.data.subarray(start * perImage, (start + count) * perImage) };
}

/** The scores of all chunks, in their order. */
export function joinScores(parts: readonly Scores[], classes: number): Scores {
  const [only] = parts;
  if (parts.length === 1 && only) return only;
  return {
    logits: joinFloats(parts.map(({ logits }) => logits)),
    probabilities: joinFloats(parts.map(({ probabilities }) => probabilities)),
    count: parts.reduce((sum, part) => sum + part.count, 0),
    classes,
  };
}

/** All parts one after the other; one alone as it is. */
export function joinFloats(parts: readonly Float32Array[]): Float32Array {
  const [only] = parts;
  if (parts.length === 1 && only) return only;
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}

/** Lets waiting messages (a cancellation) in. */
export async function nextTurn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
