import { ASSUMED } from '../src/core/image/inputChoices';
import type { ResultRecord } from '../src/core/result/kinds';
import type { ClassScore } from '../src/core/result/record';
import { button } from './controls/button';
import { type Child, element, icon, replaceChildren } from './dom';
import { formatPercent } from './format';
import { warningItems } from './warnings';

/** What a view says of its result at the top. */
export interface Heading {
  readonly title: readonly Child[];
  /** The title is a sentence, not a name. */
  readonly isSentence: boolean;
  readonly notes: readonly Child[];
}

const CHOOSE_TITLE = 'What the model says of this picture under each common scaling of pixels, side by side';

export interface ResultHeader {
  readonly element: HTMLElement;
  show(record: ResultRecord, heading: Heading): void;
}

/** Picture, model and what the model says of it, with the actions at the right. */
export function createHeader(actions: readonly HTMLElement[], choosePreprocessing: () => void): ResultHeader {
  const origin = element('p', { class: 'head-origin' });
  const title = element('h1', { class: 'head-title' });
  const notes = element('div', { class: 'head-notes' });
  const warnings = createWarnings();
  const choose = button('Choose Preprocessing…', choosePreprocessing, 'secondary', CHOOSE_TITLE);
  choose.classList.add('is-small');

  return {
    element: element(
      'header',
      { class: 'head' },
      element(
        'div',
        { class: 'head-row' },
        element('div', { class: 'head-text' }, title, notes, origin),
        element('div', { class: 'head-actions' }, ...actions),
      ),
      element('div', { class: 'warnings-row' }, warnings.element, choose),
    ),
    show(record, heading) {
      replaceChildren(
        origin,
        element('span', { class: 'head-file', text: record.image.name }),
        element('span', { text: record.model.name }),
        element('span', { text: `engine ${record.model.engine}` }),
      );
      warnings.show(record.warnings);
      choose.hidden = record.model.preprocessing?.source !== ASSUMED;
      title.classList.toggle('is-sentence', heading.isSentence);
      replaceChildren(title, ...heading.title);
      replaceChildren(notes, ...heading.notes);
    },
  };
}

/** The first warning on one line, as far as there is room; opened, all of them. */
function createWarnings(): { readonly element: HTMLElement; show(texts: readonly string[]): void } {
  const first = element('span', { class: 'warning-text' });
  const count = element('span', { class: 'warning-count' });
  const others = element('ul', { class: 'warnings' });
  const whole = element(
    'details',
    { class: 'warnings-line', attributes: { 'aria-label': 'Warnings' } },
    element('summary', {}, icon('warning', 'is-warning'), first, count, icon('chevron-down', 'warning-chevron')),
    others,
  );
  return {
    element: whole,
    show([text, ...more]) {
      whole.hidden = text === undefined;
      first.textContent = text ?? '';
      whole.title = text ?? '';
      count.textContent = more.length === 0 ? '' : `and ${more.length} more`;
      others.replaceChildren(...warningItems(more));
    },
  };
}

export function score(top: ClassScore | undefined): HTMLElement | undefined {
  if (top === undefined) return undefined;
  return element('span', { class: 'head-score number', text: formatPercent(top.probability) });
}

/** Says by a sign and words what is neither good nor bad. */
export function plainMark(sign: string, text: string): HTMLElement {
  return element('span', { class: 'match is-unknown' }, icon(sign), text);
}

/** Says by sign, words and colour whether something is as it should be. */
export function mark(isGood: boolean, text: string, kind: 'label' | 'goal'): HTMLElement {
  const name = isGood ? 'pass' : kind === 'label' ? 'error' : 'circle-slash';
  return element('span', { class: `match ${isGood ? 'is-right' : 'is-wrong'}` }, icon(name), text);
}
