import type { PixelImage } from '../image/pixels';
import type { RgbaImage } from './map';

/** An image in pixel space as 8-bit colours: [0, 1] to 0–255, rounded; beyond it clamped; NaN black. Grey is replicated. */
export function renderImage(image: PixelImage): RgbaImage {
  const { data, width, height, channels } = image;
  const rgba = new Uint8ClampedArray(width * height * 4);
  for (let pixel = 0, target = 0; pixel < width * height; pixel++, target += 4) {
    const source = pixel * channels;
    for (let channel = 0; channel < 3; channel++)
      rgba[target + channel] = 255 * data[source + (channels === 1 ? 0 : channel)]!;
    rgba[target + 3] = 255;
  }
  return { rgba, width, height };
}
