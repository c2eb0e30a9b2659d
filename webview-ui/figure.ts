import { element } from './dom';
import { encodeCanvas } from './encode';
import { context2d } from './panes/pane';

interface FigurePane {
  readonly title: string;
  readonly canvas: HTMLCanvasElement;
  /** Under the picture, one line each. */
  readonly lines: readonly string[];
}

export interface Figure {
  readonly title: string;
  readonly panes: readonly FigurePane[];
  /** How the figure was made. */
  readonly note: string;
}

const PANE = 360;
const GAP = 24;
const MARGIN = 32;
const LINE = 22;
const FONT = 'system-ui, sans-serif';

/** The panes side by side with their captions, black on white for papers and slides, as PNG. */
export async function renderFigure({ title, panes, note }: Figure): Promise<Uint8Array> {
  const captionLines = Math.max(...panes.map((pane) => pane.lines.length));
  const pictureTop = MARGIN + 2 * LINE + 12;
  const heights = panes.map(({ canvas }) => PANE * Math.min(1, canvas.height / canvas.width));
  const pictureHeight = Math.max(...heights);
  const width = 2 * MARGIN + panes.length * PANE + (panes.length - 1) * GAP;
  const height = pictureTop + pictureHeight + captionLines * LINE + 20 + LINE + MARGIN;
  const figure = element('canvas', { attributes: { width: String(width), height: String(Math.ceil(height)) } });
  const context = context2d(figure);
  context.fillStyle = 'white';
  context.fillRect(0, 0, figure.width, figure.height);
  const write = (text: string, x: number, y: number, font: string, color: string, most: number): void => {
    context.font = `${font} ${FONT}`;
    context.fillStyle = color;
    context.textBaseline = 'top';
    context.fillText(text, x, y, most);
  };

  write(title, MARGIN, MARGIN - 4, '600 18px', '#111', width - 2 * MARGIN);
  panes.forEach(({ title: name, canvas, lines }, index) => {
    const left = MARGIN + index * (PANE + GAP);
    const scale = Math.min(PANE / canvas.width, pictureHeight / canvas.height);
    const [drawnWidth, drawnHeight] = [canvas.width * scale, canvas.height * scale];
    write(name, left, pictureTop - LINE, '13px', '#555', PANE);
    context.imageSmoothingEnabled = scale < 1;
    context.drawImage(canvas, left + (PANE - drawnWidth) / 2, pictureTop, drawnWidth, drawnHeight);
    lines.forEach((line, row) => {
      const font = row === 0 ? '600 15px' : '13px';
      write(line, left, pictureTop + pictureHeight + 10 + row * LINE, font, row === 0 ? '#111' : '#555', PANE);
    });
  });
  write(note, MARGIN, figure.height - MARGIN - 8, '12px', '#555', width - 2 * MARGIN);
  return encodeCanvas(figure);
}
