import type { PixelImage, RawMap } from '../image/pixels';
import { onGrid } from '../render/onGrid';
import { reduceMap } from '../render/reduce';

/**
 * The map with a value for each element of the image: a coarser one enlarged bilinearly, one with other channels spread evenly over
 * those of the image, so that the sum of a pixel stays what it is.
 */
export function perElement(map: RawMap, image: PixelImage): Float32Array {
  const grown = onGrid(map, image);
  const { channels } = image;
  if (grown.channels === channels) return grown.data;
  const pixels = reduceMap(grown, 'sum');
  return Float32Array.from(image.data, (_, index) => pixels[Math.floor(index / channels)]! / channels);
}
