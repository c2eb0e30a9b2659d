import type { Curve, Measurement } from '../../src/core/result/measurement';
import { CONTROL_NAMES } from '../../src/core/result/verdict';
import type { MetricDescription } from '../../src/engine/calls/service';
import { element } from '../dom';
import { formatNumber } from '../format';

const WIDTH = 200;
const HEIGHT = 100;

interface Line {
  readonly name: string;
  /** Told apart by its dashes, not by its colour alone. */
  readonly look: string;
  readonly curve: Curve;
  readonly value: number;
}

/** The curve of a metric beside those of the controls: small, from the lowest to the highest value of all; undefined: it has none. */
export function curveFigure(found: Measurement, described: MetricDescription | undefined): HTMLElement | undefined {
  const { curve, value, controls } = found;
  if (curve === undefined) return undefined;
  const lines: readonly Line[] = [
    ...controls.flatMap((control): Line[] =>
      control.curve === undefined
        ? []
        : [{ name: CONTROL_NAMES[control.id], look: control.id, curve: control.curve, value: control.value }],
    ),
    { name: 'this map', look: 'own', curve, value },
  ];
  const heights = lines.flatMap((line) => line.curve.y).filter(Number.isFinite);
  const [low, high] = [Math.min(...heights, 0), Math.max(...heights)];
  const title = described?.label ?? found.metric;
  const areas = lines.map(({ name, value: area }) => `${name} ${formatNumber(area)}`).join(', ');
  return element(
    'figure',
    { class: 'measurement-curve' },
    element('figcaption', {
      text: `${title}: ${described?.curve?.y ?? 'value'} ${formatNumber(low)} … ${formatNumber(high)}`,
    }),
    drawing(`${title}, areas: ${areas}`, lines, (y) => HEIGHT * (1 - (y - low) / (high - low || 1))),
    element('p', {
      class: 'measurement-axis',
      text: `0 … 100 % ${described?.curve?.x.replace(/^share /, '') ?? ''}`.trim(),
    }),
    element(
      'p',
      { class: 'measurement-legend' },
      ...[...lines].reverse().map(({ name, look }) => element('span', { class: `is-${look}`, text: name })),
    ),
  );
}

function drawing(label: string, lines: readonly Line[], place: (y: number) => number): SVGElement {
  const svg = drawn('svg', {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    preserveAspectRatio: 'none',
    role: 'img',
    'aria-label': label,
  });
  for (const { look, curve } of lines) {
    const measured = curve.x.map((x, index) => [x, curve.y[index]!] as const).filter(([, y]) => Number.isFinite(y));
    const points = measured.map(([x, y]) => `${(WIDTH * x).toFixed(2)},${place(y).toFixed(2)}`);
    svg.append(drawn('polyline', { class: `is-${look}`, points: points.join(' ') }));
  }
  return svg;
}

function drawn(tag: 'svg' | 'polyline', attributes: Readonly<Record<string, string>>): SVGElement {
  const created = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) created.setAttribute(name, value);
  return created;
}
