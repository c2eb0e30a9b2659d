import type { Box } from '../../core/image/canvas';

/** Where things are in a picture of equal cells, in whole pixels. */
export interface Grid {
  readonly width: number;
  readonly height: number;
  /** Size of every picture and map in it. */
  readonly pane: { readonly width: number; readonly height: number };
  readonly cells: readonly Cell[];
  /** Free space for the words above and below the cells. */
  readonly header: Box;
  readonly footer: Box;
}

export interface Cell {
  /** Pictures side by side. */
  readonly panes: readonly Box[];
  /** Under them. */
  readonly captions: readonly Box[];
}

export interface GridRequest {
  readonly cells: number;
  readonly panes: number;
  /** Lines under each cell. */
  readonly lines: number;
  /** Size of the pictures as they come. */
  readonly picture: { readonly width: number; readonly height: number };
  /** Longest side of a pane. */
  readonly side: number;
  /** Cells a row; absent: as many as make the whole a little wider than high. */
  readonly columns?: number;
}

const MARGIN = 20;
const GAP = 6;
const BETWEEN = 22;
const LINE = 20;
const LEAST_SIDE = 16;
/** What one picture may have, in pixels: 64 MB as RGBA. */
const MOST_PIXELS = 16 * 1024 ** 2;
const ASPECT = 1.5;

/** Lays out a grid; panes become smaller where the whole would be too large. */
export function layOutGrid(request: GridRequest): Grid {
  for (let side = request.side; ; side = Math.floor(side * 0.8)) {
    const grid = gridOf(request, paneSize(request.picture, side));
    if (grid.width * grid.height <= MOST_PIXELS || side <= LEAST_SIDE) return grid;
  }
}

/** Small pictures are enlarged by a whole factor, so that their pixels stay alike; large ones are shrunk. */
function paneSize({ width, height }: GridRequest['picture'], side: number): Grid['pane'] {
  const longest = Math.max(width, height);
  const factor = longest <= side ? Math.floor(side / longest) : side / longest;
  return { width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)) };
}

function gridOf({ cells, panes, lines, columns }: GridRequest, pane: Grid['pane']): Grid {
  const cellWidth = panes * pane.width + (panes - 1) * GAP;
  const cellHeight = pane.height + lines * LINE;
  const across =
    columns ?? Math.max(1, Math.min(cells, Math.round(Math.sqrt((cells * ASPECT * cellHeight) / cellWidth))));
  const down = Math.ceil(cells / across);
  const inner = across * cellWidth + (across - 1) * BETWEEN;
  const width = inner + 2 * MARGIN;
  const top = MARGIN + LINE + GAP;
  const bottom = top + down * cellHeight + (down - 1) * BETWEEN;
  const place = (index: number): Cell => {
    const x = MARGIN + (index % across) * (cellWidth + BETWEEN);
    const y = top + Math.floor(index / across) * (cellHeight + BETWEEN);
    return {
      panes: Array.from({ length: panes }, (_, at) => ({ ...pane, x: x + at * (pane.width + GAP), y })),
      captions: Array.from({ length: lines }, (_, at) => ({
        x,
        y: y + pane.height + at * LINE,
        width: cellWidth,
        height: LINE,
      })),
    };
  };
  return {
    width,
    height: bottom + BETWEEN + LINE + MARGIN,
    pane,
    cells: Array.from({ length: cells }, (_, index) => place(index)),
    header: { x: MARGIN, y: MARGIN, width: inner, height: LINE },
    footer: { x: MARGIN, y: bottom + BETWEEN, width: inner, height: LINE },
  };
}
