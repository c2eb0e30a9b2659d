import { type Box, type Canvas, drawImage } from '../../core/image/canvas';
import { paintColorMap } from './paint';
import { BODY, textIn } from './words';

const BAR_HEIGHT = 12;
const WIDEST = 160;
const LABEL = 70;

/** Draws both colour bars into `box` and returns their words as SVG: one from 0 to the largest, one centred at 0. */
export function drawColorBars(canvas: Canvas, box: Box): string {
  const half = Math.floor(box.width / 2);
  return [
    drawBar(canvas, { ...box, width: half }, 'inferno', '0', 'largest'),
    drawBar(canvas, { ...box, x: box.x + half, width: half }, 'diverging', '− largest', '+ largest'),
  ].join('');
}

function drawBar(canvas: Canvas, box: Box, colors: 'inferno' | 'diverging', low: string, high: string): string {
  const width = Math.max(1, Math.min(WIDEST, box.width - 2 * LABEL));
  const x = box.x + LABEL;
  drawImage(canvas, paintColorMap(colors), {
    x,
    y: box.y + Math.floor((box.height - BAR_HEIGHT) / 2),
    width,
    height: BAR_HEIGHT,
  });
  const label = LABEL - 8;
  return (
    textIn({ ...box, width: label }, low, BODY, 'right') +
    textIn({ ...box, x: x + width + 8, width: label }, high, BODY)
  );
}
