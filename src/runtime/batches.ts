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
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const logits = new Float32Array(count * classes);
  const probabilities = new Float32Array(count * classes);
  let offset = 0;
  for (const part of parts) {
    logits.set(part.logits, offset);
    probabilities.set(part.probabilities, offset);
    offset += part.count * classes;
  }
  return { logits, probabilities, count, classes };
}

/** Lets waiting messages (a cancellation) in. */
export async function nextTurn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
