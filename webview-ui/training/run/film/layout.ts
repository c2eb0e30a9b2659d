/** Where things lie in a frame of a film, in pixels. */
export interface FilmLayout {
  readonly width: number;
  readonly height: number;
  /** Line of text above all cells. */
  readonly head: number;
  readonly cells: readonly FilmCell[];
  readonly font: number;
}

export interface FilmCell {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  /** Of the picture; two lines of text follow below. */
  readonly height: number;
}

const MOST_WIDE = 1920;
const MOST_HIGH = 1080;
const LARGEST_CELL = 448;
const SMALLEST_CELL = 96;
const GAP = 16;
const MARGIN = 24;

/** Cells of `count` pictures of one shape, as large as fits, in a frame of about 16 : 9. Both sides are even: encoders ask for that. */
export function layoutFilm(count: number, picture: { readonly width: number; readonly height: number }): FilmLayout {
  const ratio = picture.height / picture.width;
  let best = layoutColumns(count, 1, ratio);
  for (let columns = 2; columns <= count; columns++) {
    const next = layoutColumns(count, columns, ratio);
    if (next.cell > best.cell) best = next;
  }
  const { columns, rows, cell, font } = best;
  const head = 2 * font;
  const caption = captionHeight(font);
  const cellHeight = Math.round(cell * ratio);
  return {
    width: even(2 * MARGIN + columns * cell + (columns - 1) * GAP),
    height: even(2 * MARGIN + head + rows * (cellHeight + caption) + (rows - 1) * GAP),
    head: MARGIN,
    font,
    cells: Array.from({ length: count }, (_, index) => ({
      x: MARGIN + (index % columns) * (cell + GAP),
      y: MARGIN + head + Math.floor(index / columns) * (cellHeight + caption + GAP),
      width: cell,
      height: cellHeight,
    })),
  };
}

function layoutColumns(count: number, columns: number, ratio: number) {
  const rows = Math.ceil(count / columns);
  const widest = (MOST_WIDE - 2 * MARGIN - (columns - 1) * GAP) / columns;
  const font = widest > 200 ? 18 : 13;
  const highest = (MOST_HIGH - 2 * MARGIN - 2 * font - (rows - 1) * GAP - rows * captionHeight(font)) / (rows * ratio);
  const cell = Math.floor(Math.max(SMALLEST_CELL, Math.min(LARGEST_CELL, widest, highest)));
  return { columns, rows, cell, font };
}

function captionHeight(font: number): number {
  return Math.round(2.8 * font);
}

function even(length: number): number {
  return 2 * Math.ceil(length / 2);
}
