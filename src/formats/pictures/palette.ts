/** A few colours that stand for all. */
export interface Palette {
  /** RGB, three bytes a colour. */
  readonly colors: Uint8Array;
  /** Place of the nearest colour, by squared distance in RGB. */
  readonly nearest: (red: number, green: number, blue: number) => number;
}

/** Colours are counted in cells of 2³ = 8 levels along each channel. */
const BITS = 5;
const SHIFT = 8 - BITS;
const CELLS = 1 << (3 * BITS);

/** Counts the colours of pictures for {@link buildPalette}. */
export interface ColorCounts {
  readonly add: (rgba: Uint8Array | Uint8ClampedArray) => void;
  /** Per cell: how many pixels, and the sums of their red, green and blue. */
  readonly cells: Float64Array;
}

export function countColors(): ColorCounts {
  const cells = new Float64Array(4 * CELLS);
  return {
    cells,
    add(rgba) {
      for (let at = 0; at < rgba.length; at += 4) {
        const cell = 4 * cellOf(rgba[at]!, rgba[at + 1]!, rgba[at + 2]!);
        cells[cell]! += 1;
        cells[cell + 1]! += rgba[at]!;
        cells[cell + 2]! += rgba[at + 1]!;
        cells[cell + 3]! += rgba[at + 2]!;
      }
    },
  };
}

function cellOf(red: number, green: number, blue: number): number {
  return ((red >> SHIFT) << (2 * BITS)) | ((green >> SHIFT) << BITS) | (blue >> SHIFT);
}

/** A set of counted cells that become one colour. */
interface Box {
  readonly cells: number[];
  /** The channel with the largest spread, and that spread (variance × weight): what splitting it gains. */
  readonly channel: number;
  readonly spread: number;
}

/**
 * At most `most` colours for what was counted: boxes of colours are split at their mean along the channel that spreads most, the one that
 * spreads most first, and each becomes its mean. (Heckbert 1982's median cut, by variance.)
 */
export function buildPalette({ cells }: ColorCounts, most: number): Palette {
  const used = Array.from({ length: CELLS }, (_, cell) => cell).filter((cell) => cells[4 * cell]! > 0);
  const boxes = [boxOf(used, cells)];
  while (boxes.length < most) {
    const widest = boxes.reduce((best, box, place) => (box.spread > boxes[best]!.spread ? place : best), 0);
    const box = boxes[widest]!;
    if (box.spread <= 0) break;
    const middle = meanOf(box.cells, cells, box.channel);
    const [low, high] = [[], []] as [number[], number[]];
    for (const cell of box.cells) (levelOf(cells, cell, box.channel) <= middle ? low : high).push(cell);
    boxes[widest] = high.length === 0 ? { ...box, spread: 0 } : boxOf(low, cells);
    if (high.length > 0) boxes.push(boxOf(high, cells));
  }
  const colors = Uint8Array.from(
    boxes.flatMap((box) => [1, 2, 3].map((channel) => Math.round(meanOf(box.cells, cells, channel)))),
  );
  return { colors, nearest: nearestIn(colors) };
}

function boxOf(members: number[], cells: Float64Array): Box {
  let [channel, spread] = [1, 0];
  for (const candidate of [1, 2, 3]) {
    const mean = meanOf(members, cells, candidate);
    const variance = members.reduce(
      (sum, cell) => sum + cells[4 * cell]! * (levelOf(cells, cell, candidate) - mean) ** 2,
      0,
    );
    if (variance > spread && members.length > 1) [channel, spread] = [candidate, variance];
  }
  return { cells: members, channel, spread };
}

function meanOf(members: readonly number[], cells: Float64Array, channel: number): number {
  let sum = 0;
  let weight = 0;
  for (const cell of members) {
    sum += cells[4 * cell + channel]!;
    weight += cells[4 * cell]!;
  }
  return weight === 0 ? 0 : sum / weight;
}

function levelOf(cells: Float64Array, cell: number, channel: number): number {
  return cells[4 * cell + channel]! / cells[4 * cell]!;
}

/** Answers are remembered for cells of 4³ colours: the first that was asked for in a cell speaks for all of it. */
function nearestIn(colors: Uint8Array): Palette['nearest'] {
  const known = new Int32Array(64 ** 3);
  return (red, green, blue) => {
    const cell = ((red >> 2) << 12) | ((green >> 2) << 6) | (blue >> 2);
    const found = known[cell]!;
    if (found !== 0) return found - 1;
    let best = 0;
    let least = Infinity;
    for (let place = 0, at = 0; at < colors.length; place++, at += 3) {
      const distance = (colors[at]! - red) ** 2 + (colors[at + 1]! - green) ** 2 + (colors[at + 2]! - blue) ** 2;
      if (distance < least) [best, least] = [place, distance];
    }
    known[cell] = best + 1;
    return best;
  };
}
