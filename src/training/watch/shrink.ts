import type { FrameSize } from '../frames/frames';

/** Makes a frame's map of a network's map. */
export type Shrink = (map: Float32Array, target: Float32Array) => void;

/** The largest size of the same proportions whose longer side is at most `longestSide`. */
export function frameSizeOf({ height, width }: FrameSize, longestSide: number): FrameSize {
  const scale = Math.min(1, longestSide / Math.max(height, width));
  return { height: Math.max(1, Math.round(height * scale)), width: Math.max(1, Math.round(width * scale)) };
}

/**
 * Means over areas: pixel j of an axis of n pixels that is shrunk to m covers [j·n/m, (j + 1)·n/m] of it. Both maps have one
 * channel, row by row.
 */
export function createShrink(from: FrameSize, to: FrameSize): Shrink {
  if (from.height === to.height && from.width === to.width) return (map, target) => target.set(map);
  const rows = coverage(from.height, to.height);
  const columns = coverage(from.width, to.width);
  return (map, target) => {
    for (let row = 0; row < to.height; row++)
      for (let column = 0; column < to.width; column++) {
        let sum = 0;
        for (const [y, high] of rows[row]!)
          for (const [x, wide] of columns[column]!) sum += high * wide * map[y * from.width + x]!;
        target[row * to.width + column] = sum;
      }
  };
}

/** For each pixel the covered ones with their shares, which sum to 1. */
function coverage(from: number, to: number): readonly (readonly (readonly [number, number])[])[] {
  return Array.from({ length: to }, (_, j) => {
    const start = (j * from) / to;
    const end = ((j + 1) * from) / to;
    const covered: [number, number][] = [];
    for (let i = Math.floor(start); i < end; i++)
      covered.push([i, (Math.min(end, i + 1) - Math.max(start, i)) / (end - start)]);
    return covered.filter(([i, share]) => i < from && share > 0);
  });
}
