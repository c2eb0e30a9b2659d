import type { PixelImage, RawMap } from '../image/pixels';

/**
 * Where the picture has edges: √(gₓ² + g_y²) of the mean over channels, g by the 3 × 3 operator of Sobel (1968), the outermost pixels
 * repeated beyond the border. Height × width × 1, ≥ 0, in pixel units.
 */
export function edgesOf({ data, height, width, channels }: PixelImage): RawMap {
  const grey = new Float64Array(height * width);
  for (let index = 0; index < data.length; index++) grey[Math.floor(index / channels)]! += data[index]! / channels;
  const at = (row: number, column: number): number => grey[clamp(row, height) * width + clamp(column, width)]!;
  const edges = new Float32Array(height * width);
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const across = (step: number): number =>
        at(row - 1, column + step) + 2 * at(row, column + step) + at(row + 1, column + step);
      const down = (step: number): number =>
        at(row + step, column - 1) + 2 * at(row + step, column) + at(row + step, column + 1);
      edges[row * width + column] = Math.hypot(across(1) - across(-1), down(1) - down(-1));
    }
  return { data: edges, height, width, channels: 1 };
}

function clamp(place: number, length: number): number {
  return Math.min(length - 1, Math.max(0, place));
}
