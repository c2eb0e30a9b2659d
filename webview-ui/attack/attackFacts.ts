import type { AttackRecord } from '../../src/core/result/kinds/attack';
import type { Norms } from '../../src/core/result/record';
import type { MethodCatalog } from '../../src/engine/calls/service';
import { element } from '../dom';
import { type Fact, labelSource, parameterFacts } from '../facts';
import { formatNumber } from '../format';

export function attackFacts(record: AttackRecord, catalog?: MethodCatalog): readonly Fact[] {
  const attack = catalog?.attack.find(({ id }) => id === record.attack);
  const { goal, steps } = record;
  return [
    ['Attack', attack?.label ?? record.attack],
    ...(attack === undefined ? [] : [['Definition', attack.formula, 'number'] as const]),
    ['Goal', `${goal.direction === 'away' ? 'away from' : 'towards'} ${goal.label.name} (${labelSource(goal.label)})`],
    ...parameterFacts(record),
    ...(steps === undefined ? [] : [['Steps made', String(steps), 'number'] as const]),
  ];
}

/** Norms of a′ − a as computed and as saved. */
export function normsTable(computed: Norms, saved: Norms): HTMLElement {
  const rows: readonly (readonly [string, keyof Norms, string])[] = [
    ['L0', 'l0', 'Elements that differ'],
    ['L1', 'l1', 'Sum of the magnitudes'],
    ['L2', 'l2', 'Root of the sum of squares'],
    ['L∞', 'linf', 'Largest magnitude'],
  ];
  const head = ['Norm', 'Computed', 'Saved as PNG'].map((text) =>
    element('th', { text, attributes: { scope: 'col' } }),
  );
  return element(
    'table',
    { class: 'class-table norms-table' },
    element('caption', { class: 'screen-reader', text: 'Size of the change, in pixel units' }),
    element('thead', {}, element('tr', {}, ...head)),
    element(
      'tbody',
      {},
      ...rows.map(([name, key, title]) =>
        element(
          'tr',
          { title },
          element('th', { text: name, attributes: { scope: 'row' } }),
          element('td', { class: 'number', text: formatNumber(computed[key], 4) }),
          element('td', { class: 'number', text: formatNumber(saved[key], 4) }),
        ),
      ),
    ),
  );
}
