import type { PixelImage, RawMap } from '../image/pixels';
import { createRandom, shuffledIndices } from '../random';
import { onGrid } from '../render/onGrid';
import { reduceMap } from '../render/reduce';

/** How a pixel's channels make the one value that it is ranked by. */
export type Reduction = Parameters<typeof reduceMap>[1];

/**
 * The image's pixels, by number, from the largest value of the map to the smallest; a coarser map is enlarged bilinearly. Equal ones
 * follow in an order that `seed` draws, since their order in the picture would favour what lies above.
 */
export function rankedPixels(map: RawMap, image: PixelImage, reduction: Reduction, seed: number): Uint32Array {
  const values = reduceMap(onGrid(map, image), reduction);
  return shuffledIndices(values.length, createRandom(seed)).sort((a, b) => values[b]! - values[a]!);
}
