import type { Window } from '../../ops/window';
import { sizeOf } from '../../tensor';

export interface Places {
  /** For each position and tap in turn the row of the input that is met; the number of rows stands for padding. */
  readonly places: readonly number[];
  /** Taps of the kernel that meet more than padding anywhere, with those between them, from `firstTap` on. */
  readonly taps: number;
  readonly firstTap: number;
  readonly allTaps: number;
}

/**
 * What the windows of a convolution meet, position by position: in reading order, or sorted by their place within the window
 * of a pooling of sides `pool` that follows, without the positions that it never reads.
 */
export function windowPlaces(
  window: Window,
  input: readonly number[],
  output: readonly number[],
  pool: readonly number[] | undefined,
): Places {
  const [height, width] = input as [number, number];
  const [rows, columns] = window.kernel as [number, number];
  const at = (y: number, x: number, tap: number): number => {
    const [i, j] = [Math.floor(tap / columns), tap % columns];
    const row = y * window.strides[0]! + i * window.dilations[0]! - window.begin[0]!;
    const column = x * window.strides[1]! + j * window.dilations[1]! - window.begin[1]!;
    return row >= 0 && row < height && column >= 0 && column < width ? row * width + column : height * width;
  };
  const positions = sortedPositions(output as [number, number], (pool ?? [1, 1]) as [number, number]);
  const allTaps = rows * columns;
  const used = Array.from({ length: allTaps }, (_, tap) => positions.some(([y, x]) => at(y, x, tap) < sizeOf(input)));
  const firstTap = Math.max(0, used.indexOf(true));
  const taps = Math.max(1, used.lastIndexOf(true) + 1 - firstTap);
  const places = positions.flatMap(([y, x]) => Array.from({ length: taps }, (_, tap) => at(y, x, firstTap + tap)));
  return { places, taps, firstTap, allTaps };
}

/** The positions that a pooling without overlap reads, by their place in its window first, then by the window. */
export function sortedPositions(
  [height, width]: readonly [number, number],
  [tall, wide]: readonly [number, number],
): readonly (readonly [number, number])[] {
  const positions: (readonly [number, number])[] = [];
  for (let i = 0; i < tall; i++)
    for (let j = 0; j < wide; j++)
      for (let y = i; y + tall - i <= height; y += tall)
        for (let x = j; x + wide - j <= width; x += wide) positions.push([y, x]);
  return positions;
}
