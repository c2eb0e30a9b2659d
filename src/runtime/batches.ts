import type { ImageBatch } from '../core/image/pixels';

export { joinScores } from '../core/model/joinScores';

/** At most `size` images from `start` on; shares the batch's memory. */
export function imagesOf(images: ImageBatch, start: number, size: number): ImageBatch {
  const perImage = images.data.length / images.count;
  const count = Math.min(size, images.count - start);
  return { ...images, count, data: images.data.subarray(start * perImage, (start + count) * perImage) };
}

/** Lets waiting messages (a cancellation) in. */
export async function nextTurn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
