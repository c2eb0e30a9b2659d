import type { AttackRecord } from '../../src/core/result/kinds/attack';
import { element } from '../dom';
import { labelSource, named } from '../facts';
import { type Heading, mark, plainMark } from '../header';
import { verdictOf } from './verdict';

/** What the attack did, and whether it reached its goal. */
export function attackHeading(record: AttackRecord): Heading {
  const { sentence, saved } = verdictOf(record);
  return {
    title: [sentence],
    isSentence: true,
    notes: [
      goalMark(record),
      element('span', { class: 'head-more', text: goalOf(record) }),
      element('span', { class: 'head-more', text: saved }),
    ],
  };
}

function goalMark({ success, startedRight }: AttackRecord): HTMLElement {
  if (!startedRight && success) return plainMark('info', 'Nothing to do');
  return mark(success, success ? 'Goal reached' : 'Goal not reached', 'goal');
}

function goalOf({ goal, classes }: AttackRecord): string {
  return goal.direction === 'away'
    ? `Away from ${goal.label.name}, ${labelSource(goal.label)}.`
    : `From ${named(classes[0])} towards ${goal.label.name}.`;
}
