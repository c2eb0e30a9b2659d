import type { RandomSource } from '../../src/core/random';
import type { LabelledImages } from './images';
import { imageAt, imagePixels, imageSize } from './images';

/** The pictures at `indices` in [0, 1], each mirrored left to right with probability ½. */
export function augmentedBatch(images: LabelledImages, indices: Uint32Array, random: RandomSource): Float32Array {
  const batch = new Float32Array(indices.length * imagePixels);
  indices.forEach((index, place) => {
    const source = imageAt(images, index);
    const mirrored = random() < 0.5;
    for (let pixel = 0; pixel < imagePixels; pixel += 1) {
      const x = pixel % imageSize;
      const from = mirrored ? pixel - x + (imageSize - 1 - x) : pixel;
      batch[place * imagePixels + pixel] = source[from]! / 255;
    }
  });
  return batch;
}
