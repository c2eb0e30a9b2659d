import type { ImageBatch, PixelImage } from '../../core/image/pixels';

/** Images of one shape as a batch: count × height × width × channels, copied. */
export function stackImages(images: readonly [PixelImage, ...PixelImage[]]): ImageBatch {
  const [{ height, width, channels, data: first }] = images;
  const data = new Float32Array(images.length * first.length);
  images.forEach((image, index) => data.set(image.data, index * first.length));
  return { data, count: images.length, height, width, channels };
}
