import type { RgbaImage } from '../../../../src/core/render/map';
import type { Frame, FrameSize } from '../../../../src/training/frames/frames';
import type { RunRecord } from '../../../../src/training/run/record';
import { drawFrame, type FrameView } from '../../logic/frameMap';
import { verdictOf } from '../verdict';
import type { FilmLayout } from './layout';

export interface FilmScene {
  readonly record: RunRecord;
  readonly pictures: readonly RgbaImage[];
  readonly size: FrameSize;
  readonly view: FrameView;
}

const MARKS = { right: '✓ ', wrong: '✗ ', unknown: '' } as const;
const INK = '#111111';
const PALE = '#555555';

/** Paints one frame of a film: all watched images with what the network says of them, black on white. */
export function paintFilm(
  context: OffscreenCanvasRenderingContext2D,
  { width, height, head, font, cells }: FilmLayout,
  { record, pictures, size, view }: FilmScene,
  frame: Frame,
): void {
  context.fillStyle = 'white';
  context.fillRect(0, 0, width, height);
  context.textBaseline = 'top';
  const write = (text: string, x: number, y: number, most: number, color: string, weight = 400): void => {
    context.font = `${weight} ${font}px system-ui, sans-serif`;
    context.fillStyle = color;
    context.fillText(text, x, y, most);
  };
  const first = cells[0];
  if (first === undefined) return;
  write(`${record.name} · minibatch ${frame.step} of ${record.steps}`, first.x, head, width - 2 * first.x, INK, 600);
  cells.forEach((cell, index) => {
    const [picture, image, watched] = [pictures[index], frame.images[index], record.watched[index]];
    if (picture === undefined || image === undefined || watched === undefined) return;
    const { rgba, width: columns, height: rows } = drawFrame(picture, image, size, view);
    const small = new OffscreenCanvas(columns, rows);
    small.getContext('2d')?.putImageData(new ImageData(rgba, columns, rows), 0, 0);
    context.imageSmoothingEnabled = cell.width < columns;
    context.drawImage(small, cell.x, cell.y, cell.width, cell.height);
    const { kind, predicted, probability } = verdictOf(image, watched, record.dataset.info.classes);
    const below = cell.y + cell.height + 0.25 * font;
    write(`${MARKS[kind]}${predicted} ${probability}`, cell.x, below, cell.width, INK, 600);
    write(watched.name, cell.x, below + 1.25 * font, cell.width, PALE);
  });
}
