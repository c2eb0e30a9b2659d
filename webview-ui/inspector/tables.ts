import type { Measurement } from '../../src/core/result/measurement';
import { verdictWords } from '../../src/core/result/verdict';
import type { Probe } from '../../src/protocol/panel';
import { element } from '../dom';
import { formatNumber, formatSigned } from '../format';

/** The pixel and the map's value at the probe, a row for each channel. */
export function probeTable({ pixel, value, row, column }: Probe): HTMLElement {
  const count = Math.max(pixel.length, value.length);
  const names = count === 3 ? ['Red', 'Green', 'Blue'] : count === 1 ? ['Grey'] : [];
  // A map of one value a place stands for all channels.
  const valueOf = (channel: number): number | undefined =>
    value.length === 1 && channel > 0 ? undefined : value[channel];
  const text = (number: number | undefined, format: (of: number, digits: number) => string): string =>
    number === undefined ? '' : format(number, 4);
  return table(
    `Row ${row}, column ${column}`,
    ['Channel', 'Pixel', 'Value'],
    Array.from({ length: count }, (_, channel) => [
      names[channel] ?? String(channel),
      text(pixel[channel], formatNumber),
      text(valueOf(channel), formatSigned),
    ]),
  );
}

/** What metrics say of the map, each beside its controls. */
export function metricsTable(measurements: readonly Measurement[]): HTMLElement {
  return table(
    'What metrics say of the map',
    ['Metric', 'Value', 'Better', 'Verdict'],
    measurements.map((found) => [found.metric, formatNumber(found.value, 4), found.better, verdictWords(found)]),
  );
}

function table(caption: string, head: readonly string[], rows: readonly (readonly string[])[]): HTMLElement {
  return element(
    'table',
    { class: 'class-table' },
    element('caption', { text: caption }),
    element(
      'thead',
      {},
      element('tr', {}, ...head.map((text) => element('th', { text, attributes: { scope: 'col' } }))),
    ),
    element(
      'tbody',
      {},
      ...rows.map(([name, ...cells]) =>
        element(
          'tr',
          {},
          element('th', { text: name!, attributes: { scope: 'row' } }),
          ...cells.map((text) => element('td', { class: 'number', text })),
        ),
      ),
    ),
  );
}
