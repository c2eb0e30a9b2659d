import { COLORS, colorMapOf } from '../../src/core/render/colorMap';
import type { MapScale } from '../../src/core/render/map';
import type { MapView } from '../../src/core/render/view';
import { element } from '../dom';
import { formatNumber, formatSigned } from '../format';
import { context2d } from './pane';

/** The colours of a map with the raw values that they stand for, and in words what their sign means. */
export interface ColorBar {
  readonly element: HTMLElement;
  show(scale: MapScale, view: MapView, meaning: Meaning): void;
}

/** What negative and positive values do ("lowers the logit"). */
export interface Meaning {
  readonly lowers: string;
  readonly raises: string;
  readonly magnitude: string;
}

export function createColorBar(): ColorBar {
  const canvas = element('canvas', {
    class: 'color-bar-canvas',
    attributes: { width: String(COLORS), height: '1', role: 'img' },
  });
  const low = element('span', { class: 'number' });
  const middle = element('span', { class: 'number' });
  const high = element('span', { class: 'number' });
  const legend = element('p', { class: 'color-bar-legend' });
  const whole = element(
    'div',
    { class: 'color-bar' },
    canvas,
    element('div', { class: 'color-bar-ticks' }, low, middle, high),
    legend,
  );
  return {
    element: whole,
    show(scale, view, meaning) {
      paint(canvas, view);
      const isDiverging = view.colorMap === 'diverging';
      const isClipped = scale.clipped > 0;
      low.textContent = isDiverging ? `${isClipped ? '≤ ' : ''}${formatSigned(scale.minimum)}` : floorText(scale, '≤ ');
      middle.textContent = isDiverging ? floorText(scale, '± ') : formatNumber((scale.floor + scale.maximum) / 2);
      high.textContent = `${isClipped ? '≥ ' : ''}${isDiverging ? formatSigned(scale.maximum) : formatNumber(scale.maximum)}`;
      legend.textContent = legendOf(scale, view, meaning);
      canvas.setAttribute(
        'aria-label',
        `Colour bar from ${low.textContent} to ${high.textContent}. ${legend.textContent}`,
      );
    },
  };
}

/** Where the colours begin: 0, or a magnitude up to which nothing is shown. */
function floorText({ floor }: MapScale, sign: string): string {
  return floor === 0 ? '0' : `${sign}${formatNumber(floor)}`;
}

function paint(canvas: HTMLCanvasElement, view: MapView): void {
  const colors = colorMapOf(view.colorMap);
  const rgba = new Uint8ClampedArray(COLORS * 4);
  for (let index = 0; index < COLORS; index++) {
    rgba.set(colors.subarray(3 * index, 3 * index + 3), 4 * index);
    rgba[4 * index + 3] = 255;
  }
  context2d(canvas).putImageData(new ImageData(rgba, COLORS, 1), 0, 0);
}

function legendOf(scale: MapScale, view: MapView, { lowers, raises, magnitude }: Meaning): string {
  const isDiverging = view.colorMap === 'diverging';
  if (view.reduce !== 'sum' || view.sign === 'absolute') return magnitude;
  if (view.sign === 'positive') return `+ ${raises}`;
  if (view.sign === 'negative') return `− ${lowers}${isDiverging ? '' : ', by magnitude'}`;
  return isDiverging || scale.magnitude ? `− ${lowers} · + ${raises}${isDiverging ? '' : ', by magnitude'}` : magnitude;
}
