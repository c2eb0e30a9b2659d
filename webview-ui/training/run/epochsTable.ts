import type { EpochResult } from '../../../src/training/run/record';
import { element } from '../../dom';
import { formatNumber, formatPercent } from '../../format';
import { formatDuration } from '../logic/duration';

const COLUMNS = ['Epoch', 'Loss', 'Accuracy', 'Validation loss', 'Validation accuracy', 'Time'];

/** The curves as numbers. */
export function epochsTable(epochs: readonly EpochResult[]): HTMLElement {
  return element(
    'table',
    { class: 'class-table' },
    element('caption', { class: 'screen-reader', text: 'Results of the epochs' }),
    element(
      'thead',
      {},
      element('tr', {}, ...COLUMNS.map((text) => element('th', { text, attributes: { scope: 'col' } }))),
    ),
    element('tbody', {}, ...epochs.map(row)),
  );
}

function row({ epoch, loss, accuracy, validation, seconds }: EpochResult): HTMLElement {
  const cells = [
    formatNumber(loss),
    formatPercent(accuracy),
    validation === undefined ? '–' : formatNumber(validation.loss),
    validation === undefined ? '–' : formatPercent(validation.accuracy),
    formatDuration(seconds),
  ];
  return element(
    'tr',
    {},
    element('th', { text: String(epoch), attributes: { scope: 'row' } }),
    ...cells.map((text) => element('td', { class: 'number', text })),
  );
}
