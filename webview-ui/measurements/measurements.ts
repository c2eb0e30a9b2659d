import type { Measurement } from '../../src/core/result/measurement';
import type { AttributionRecord } from '../../src/core/result/kinds/attribution';
import { CONTROL_NAMES, verdictWords } from '../../src/core/result/verdict';
import type { MethodCatalog, MetricDescription } from '../../src/engine/calls/service';
import { button } from '../controls/button';
import { element } from '../dom';
import { formatNumber } from '../format';
import { curveFigure } from './curves';

export interface Measurements {
  readonly element: HTMLElement;
  show(record: AttributionRecord, catalog: MethodCatalog): void;
}

/** What metrics say of the map that is shown, beside what they say of maps that explain nothing; `measure` asks for it. */
export function createMeasurements(measure: () => void): Measurements {
  const ask = button(
    'Measure',
    measure,
    'secondary',
    'Runs every metric on this map and on two maps that explain nothing.',
  );
  const body = element('div', { class: 'measurements-body' });
  const box = element(
    'section',
    { class: 'measurements', attributes: { 'aria-label': 'Can the map be believed?' } },
    element('div', { class: 'card-head' }, element('h3', { text: 'Can the map be believed?' }), ask),
    body,
  );
  return {
    element: box,
    show({ measurements, training }, { metric: known }) {
      box.hidden = measurements === undefined && (training !== undefined || known.length === 0);
      ask.hidden = measurements !== undefined;
      if (measurements === undefined) {
        body.replaceChildren();
        return;
      }
      const figures = measurements.map((found) => curveFigure(found, described(found.metric, known)));
      body.replaceChildren(
        measurementTable(measurements, known),
        ...measurements.flatMap(({ metric, warnings }) =>
          warnings.map((text) =>
            element('p', {
              class: 'measurement-warning',
              text: `${described(metric, known)?.label ?? metric}: ${text}`,
            }),
          ),
        ),
        element('div', { class: 'measurement-curves' }, ...figures),
      );
    },
  };
}

function described(metric: string, known: readonly MetricDescription[]): MetricDescription | undefined {
  return known.find(({ id }) => id === metric);
}

function measurementTable(measurements: readonly Measurement[], known: readonly MetricDescription[]): HTMLElement {
  const controls = (measurements[0]?.controls ?? []).map(({ id }) => CONTROL_NAMES[id]);
  const heads = ['Metric', 'This map', ...controls.map(capitalised), 'Better', 'Verdict'];
  return element(
    'table',
    { class: 'class-table measurements-table' },
    element('caption', { class: 'screen-reader', text: 'Metrics of this map and of the controls' }),
    element(
      'thead',
      {},
      element('tr', {}, ...heads.map((text) => element('th', { text, attributes: { scope: 'col' } }))),
    ),
    element('tbody', {}, ...measurements.map((found) => row(found, known))),
  );
}

function row(found: Measurement, known: readonly MetricDescription[]): HTMLElement {
  const metric = described(found.metric, known);
  const number = (value: number): HTMLElement => element('td', { class: 'number', text: formatNumber(value) });
  return element(
    'tr',
    metric === undefined ? {} : { title: `${metric.summary} In: ${metric.unit}.` },
    element('th', { text: metric?.label ?? found.metric, attributes: { scope: 'row' } }),
    number(found.value),
    ...found.controls.map(({ value }) => number(value)),
    element('td', { text: found.better }),
    element('td', { text: verdictWords(found) }),
  );
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
