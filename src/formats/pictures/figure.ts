import { plain } from './png';
import { loadSharp, type Sharp } from './sharp';
import { shortenToFit, strokeText, type TextStyle } from '../../core/image/strokeText';

/** One picture of a figure: RGBA pixels, height × width × 4, a title and lines of caption under it. */
export interface FigurePane {
  readonly rgba: Uint8ClampedArray | Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly lines: readonly string[];
}

export interface FigureOptions {
  /** Height of every picture in pixels, about 360; small pictures of one size are enlarged by the nearest whole factor. */
  readonly height?: number;
  /** What stands between panes, such as `['+ 0.01 ×', '=']`; the i-th between panes i and i + 1. */
  readonly between?: readonly string[];
}

const MARGIN = 24;
const GAP = 28;
const LINE = 24;
const LEAST_CELL = 200;
const WIDEST_PICTURE = 4;
const TITLE: TextStyle = { capitalHeight: 13, weight: 0.155, color: '#1a1a1a' };
const BODY: TextStyle = { capitalHeight: 11, weight: 0.11, color: '#404040' };
const SIGN: TextStyle = { capitalHeight: 16, weight: 0.11, color: '#1a1a1a' };

/**
 * PNG of pictures side by side on white, each brought to one height, its title and caption lines under it.
 * Enlarged pictures keep crisp pixels. Text is drawn, not typeset, so no font need be installed.
 * Throws `RangeError` for a pane whose pixels do not have its size, or no panes.
 */
export async function composeFigure(panes: readonly FigurePane[], options: FigureOptions = {}): Promise<Uint8Array> {
  for (const { rgba, width, height } of panes)
    if (rgba.length !== width * height * 4 || rgba.length === 0)
      throw new RangeError(`${rgba.length} bytes are not ${width} × ${height} × 4`);
  if (panes.length === 0) throw new RangeError('a figure needs a pane');
  const sharp = await loadSharp();
  const height = commonHeight(panes, options.height ?? 360);
  const cells = placeCells(panes, height, options.between ?? []);
  const lines = Math.max(...panes.map((pane) => pane.lines.length));
  const last = cells.at(-1)!;
  const size = {
    width: Math.ceil(last.left + last.width + MARGIN),
    height: Math.ceil(MARGIN + height + LINE * (lines + 1) + MARGIN),
  };
  const pictures = cells.map(async ({ pane, left, width, picture }) => ({
    input: await enlarge(sharp, pane, picture, height),
    left: Math.round(left + (width - picture) / 2),
    top: MARGIN,
  }));
  const captions = cells.map((cell) => caption(cell, height)).join('');
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}">${captions}</svg>`;
  const figure = sharp({ create: { ...size, channels: 3, background: '#ffffff' } })
    .composite([...(await Promise.all(pictures)), { input: Buffer.from(svg), left: 0, top: 0 }])
    .png();
  return plain(await figure.toBuffer());
}

interface Cell {
  readonly pane: FigurePane;
  readonly left: number;
  readonly width: number;
  /** Width of the picture, in the cell's middle. */
  readonly picture: number;
  /** What stands to the left of the cell. */
  readonly sign: string;
}

function commonHeight(panes: readonly FigurePane[], wanted: number): number {
  const first = panes[0]!.height;
  const whole = panes.every((pane) => pane.height === first) && first <= wanted;
  return whole ? first * Math.round(wanted / first) : Math.round(wanted);
}

function placeCells(panes: readonly FigurePane[], height: number, between: readonly string[]): Cell[] {
  let left = MARGIN;
  return panes.map((pane, i) => {
    const sign = i === 0 ? '' : (between[i - 1] ?? '');
    if (i > 0) left += GAP + (sign === '' ? 0 : strokeText(sign, SIGN).width + GAP);
    const picture = Math.round(Math.min(WIDEST_PICTURE * height, Math.max(1, (pane.width * height) / pane.height)));
    const cell = { pane, left, width: Math.max(picture, LEAST_CELL), picture, sign };
    left += cell.width;
    return cell;
  });
}

async function enlarge(sharp: Sharp, pane: FigurePane, width: number, height: number): Promise<Buffer> {
  const { rgba } = pane;
  const data = new Uint8Array(rgba.buffer, rgba.byteOffset, rgba.length);
  const kernel = height >= pane.height ? 'nearest' : 'lanczos3';
  return sharp(data, { raw: { width: pane.width, height: pane.height, channels: 4 } })
    .resize(width, height, { fit: 'fill', kernel })
    .png({ compressionLevel: 1 })
    .toBuffer();
}

function caption({ pane, left, width, sign }: Cell, height: number): string {
  const centred = (text: string, style: TextStyle, line: number) => {
    const drawn = strokeText(shortenToFit(text, width, style), style);
    return drawn.draw(left + (width - drawn.width) / 2, MARGIN + height + LINE * (line + 1));
  };
  const operator = strokeText(sign, SIGN);
  return [
    operator.draw(left - GAP - operator.width, MARGIN + height / 2 + SIGN.capitalHeight / 2),
    centred(pane.title, TITLE, 0),
    ...pane.lines.map((line, i) => centred(line, BODY, i + 1)),
  ].join('');
}
