import { element } from './dom';
import { type Fact, factList } from './facts';

export interface DetailsCard {
  readonly element: HTMLElement;
  show(facts: readonly Fact[], ...more: readonly HTMLElement[]): void;
}

/** What one needs to know to trust or repeat a result. */
export function detailsCard(): DetailsCard {
  const body = element('div', { class: 'card-body' });
  return {
    element: element(
      'section',
      { class: 'card details-card', attributes: { 'aria-label': 'Details' } },
      element('div', { class: 'card-head' }, element('h2', { text: 'Details' })),
      body,
    ),
    show: (facts, ...more) => body.replaceChildren(...more, factList(facts)),
  };
}
