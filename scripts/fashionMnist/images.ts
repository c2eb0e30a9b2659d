export const imageSize = 28;
export const imagePixels = imageSize * imageSize;

/** Grey pictures of 28 × 28 bytes, one after the other, with their labels 0 … 9. */
export interface LabelledImages {
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
}

/** The 784 bytes of picture `index`, not copied. */
export function imageAt(images: LabelledImages, index: number): Uint8Array {
  return images.pixels.subarray(index * imagePixels, (index + 1) * imagePixels);
}

/** The pictures at `indices`, copied, in that order. */
export function selectImages(images: LabelledImages, indices: readonly number[] | Uint32Array): LabelledImages {
  const pixels = new Uint8Array(indices.length * imagePixels);
  indices.forEach((index, place) => pixels.set(imageAt(images, index), place * imagePixels));
  return { pixels, labels: Uint8Array.from(indices, (index) => images.labels[index]!) };
}
