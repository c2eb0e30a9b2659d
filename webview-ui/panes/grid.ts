import type { PixelMapping } from '../../src/core/result/record';
import type { Point, Rectangle, Size } from './viewport';

/** One pixel of the model's input. */
export interface Cell {
  readonly row: number;
  readonly column: number;
}

/** The model's pixels on the content that all panes share. */
export interface Grid {
  readonly rows: number;
  readonly columns: number;
  readonly mapping: PixelMapping;
}

/** What the panes show, in one system of coordinates (picture pixels, or model pixels where there is no picture). */
export interface Geometry {
  readonly content: Size;
  readonly grid: Grid;
  /** Where the picture lies on the content. */
  readonly picture: Rectangle;
  /** Picture pixels per unit of content: a preview may be smaller than its picture. */
  readonly pixelsPerUnit: number;
}

/** The geometry of a picture and the model's input upon it; padding beyond the picture belongs to the content. */
export function geometryOf(picture: Size, mapping: PixelMapping, input: Size, pixelsPerUnit: number): Geometry {
  const left = Math.min(0, mapping.x);
  const top = Math.min(0, mapping.y);
  const right = Math.max(picture.width, mapping.x + mapping.scaleX * input.width);
  const bottom = Math.max(picture.height, mapping.y + mapping.scaleY * input.height);
  return {
    content: { width: right - left, height: bottom - top },
    picture: { x: -left, y: -top, ...picture },
    grid: {
      rows: input.height,
      columns: input.width,
      mapping: { ...mapping, x: mapping.x - left, y: mapping.y - top },
    },
    pixelsPerUnit,
  };
}

/** The geometry where the content is the model's input itself. */
export function inputGeometry(input: Size): Geometry {
  return geometryOf(input, { x: 0, y: 0, scaleX: 1, scaleY: 1 }, input, 1);
}

/** The cell under a point of the content; undefined outside the model's input. */
export function cellAt(grid: Grid, point: Point): Cell | undefined {
  const { mapping } = grid;
  const column = Math.floor((point.x - mapping.x) / mapping.scaleX);
  const row = Math.floor((point.y - mapping.y) / mapping.scaleY);
  const isInside = row >= 0 && row < grid.rows && column >= 0 && column < grid.columns;
  return isInside ? { row, column } : undefined;
}

export function cellRectangle(grid: Grid, cell: Cell): Rectangle {
  const { mapping } = grid;
  return {
    x: mapping.x + mapping.scaleX * cell.column,
    y: mapping.y + mapping.scaleY * cell.row,
    width: mapping.scaleX,
    height: mapping.scaleY,
  };
}

/** All of the model's input on the content. */
export function gridRectangle(grid: Grid): Rectangle {
  const { mapping } = grid;
  return { x: mapping.x, y: mapping.y, width: mapping.scaleX * grid.columns, height: mapping.scaleY * grid.rows };
}

const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  Home: [0, -Infinity],
  End: [0, Infinity],
  PageUp: [-Infinity, 0],
  PageDown: [Infinity, 0],
};

/** Where a key moves the cursor, from the centre if there is none yet; undefined for other keys. */
export function moveCell(grid: Grid, cell: Cell | undefined, key: string, stride: number): Cell | undefined {
  const step = STEPS[key];
  if (step === undefined) return undefined;
  if (cell === undefined) return { row: Math.floor(grid.rows / 2), column: Math.floor(grid.columns / 2) };
  const clamp = (value: number, count: number): number => Math.min(count - 1, Math.max(0, value));
  return {
    row: clamp(cell.row + step[0] * stride, grid.rows),
    column: clamp(cell.column + step[1] * stride, grid.columns),
  };
}
