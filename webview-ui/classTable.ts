import type { ClassScore } from '../src/core/result/record';
import { element } from './dom';
import { formatNumber, formatPercent } from './format';

const TOP = 10;

/** The most probable classes with their scores. */
export function classTable(scores: readonly ClassScore[]): HTMLElement {
  const head = ['Class', 'Probability', 'Logit'].map((text) => element('th', { text, attributes: { scope: 'col' } }));
  return element(
    'table',
    {},
    element('thead', {}, element('tr', {}, ...head)),
    element(
      'tbody',
      {},
      ...scores
        .slice(0, TOP)
        .map(({ name, probability, logit }, place) =>
          element(
            'tr',
            place === 0 ? { class: 'is-top' } : {},
            element('th', { text: name, attributes: { scope: 'row' } }),
            element('td', { class: 'number', text: formatPercent(probability) }),
            element('td', { class: 'number', text: formatNumber(logit) }),
          ),
        ),
    ),
  );
}
