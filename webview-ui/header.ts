import type { ResultRecord } from '../src/core/result/kinds';
import type { AttackRecord } from '../src/core/result/kinds/attack';
import type { AttributionRecord } from '../src/core/result/kinds/attribution';
import type { ClassScore, LabelFacts } from '../src/core/result/record';
import { element, icon, replaceChildren } from './dom';
import { labelSource, named } from './facts';
import { formatPercent } from './format';
import { verdictOf } from './verdict';

export interface ResultHeader {
  readonly element: HTMLElement;
  showAttribution(record: AttributionRecord): void;
  showAttack(record: AttackRecord): void;
}

/** Picture, model and what the model says of it, with the actions at the right. */
export function createHeader(actions: readonly HTMLElement[]): ResultHeader {
  const origin = element('p', { class: 'head-origin' });
  const title = element('h1', { class: 'head-title' });
  const notes = element('div', { class: 'head-notes' });
  const warnings = createWarnings();

  function showCommon(record: ResultRecord): void {
    replaceChildren(
      origin,
      element('span', { class: 'head-file', text: record.image.name }),
      element('span', { text: record.model.name }),
      element('span', { text: `engine ${record.model.engine}` }),
    );
    warnings.show(record.warnings);
  }

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
      warnings.element,
    ),
    showAttribution(record) {
      showCommon(record);
      const top = record.classes[0];
      title.classList.remove('is-sentence');
      replaceChildren(title, top?.name, ' ', score(top));
      replaceChildren(notes, labelMatch(top, record.label), stageOf(record));
    },
    showAttack(record) {
      showCommon(record);
      const { success, sentence, saved } = verdictOf(record);
      title.classList.add('is-sentence');
      replaceChildren(title, sentence);
      replaceChildren(
        notes,
        mark(success, success ? 'Goal reached' : 'Goal not reached', 'goal'),
        element('span', { class: 'head-more', text: goalOf(record) }),
        element('span', { class: 'head-more', text: saved }),
      );
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
      others.replaceChildren(
        ...more.map((other) => element('li', {}, icon('warning', 'is-warning'), element('span', { text: other }))),
      );
    },
  };
}

function score(top: ClassScore | undefined): HTMLElement | undefined {
  if (top === undefined) return undefined;
  return element('span', { class: 'head-score number', text: formatPercent(top.probability) });
}

/** Whether a prediction is the label: said by sign, words and colour. */
function labelMatch(top: ClassScore | undefined, label: LabelFacts | undefined): HTMLElement {
  if (label === undefined || label.source === 'prediction')
    return element('span', { class: 'match is-unknown' }, icon('question'), 'True label not known');
  const isRight = top?.index === label.index;
  return mark(
    isRight,
    `${isRight ? 'Matches' : 'Differs from'} the label ${label.name}, ${labelSource(label)}`,
    'label',
  );
}

/** Says of a map that it is not the last one of its request. */
function stageOf({ stage }: AttributionRecord): HTMLElement | undefined {
  if (stage === undefined) return undefined;
  return element('span', { class: 'match is-unknown' }, icon('debug-pause'), `A stage: ${stage}`);
}

function mark(isGood: boolean, text: string, kind: 'label' | 'goal'): HTMLElement {
  const name = isGood ? 'pass' : kind === 'label' ? 'error' : 'circle-slash';
  return element('span', { class: `match ${isGood ? 'is-right' : 'is-wrong'}` }, icon(name), text);
}

function goalOf({ goal, classes }: AttackRecord): string {
  return goal.direction === 'away'
    ? `Away from ${goal.label.name}, ${labelSource(goal.label)}.`
    : `From ${named(classes[0])} towards ${goal.label.name}.`;
}

/** A prediction under a pane. */
export function predictionLine(scores: readonly ClassScore[], label: LabelFacts | undefined): HTMLElement {
  const top = scores[0];
  const known = label !== undefined && label.source !== 'prediction';
  const isRight = top?.index === label?.index;
  return element(
    'p',
    { class: 'prediction' },
    element('strong', { text: top?.name ?? 'nothing' }),
    ' ',
    score(top),
    ' ',
    known ? mark(isRight, isRight ? 'label' : `not ${label.name}`, 'label') : undefined,
  );
}
