import type { AttackRecord } from '../../src/core/result/kinds/attack';
import { named } from '../facts';
import { formatPercent } from '../format';

export interface Verdict {
  /** What the attack did to the prediction. */
  readonly sentence: string;
  /** What is left of it in an 8-bit PNG. */
  readonly saved: string;
}

/** In words what an attack reached, before and after saving. */
export function verdictOf(record: AttackRecord): Verdict {
  return { sentence: sentenceOf(record), saved: savedSentence(record) };
}

function sentenceOf({ goal, classes, adversarialClasses, success, startedRight }: AttackRecord): string {
  const before = classes[0];
  const after = adversarialClasses[0];
  if (goal.direction === 'towards') {
    if (!startedRight) return `The prediction was ${goal.label.name} before the attack: there was nothing to reach.`;
    if (success) return `Changed the prediction from ${named(before)} to the target ${named(after)}.`;
    const reached = adversarialClasses.find(({ index }) => index === goal.label.index);
    const share =
      reached === undefined ? '' : `, the target ${goal.label.name} has ${formatPercent(reached.probability)}`;
    return `Did not reach the target: the prediction is ${named(after)}${share}.`;
  }
  if (!startedRight)
    return `The model was wrong before the attack: it says ${named(before)}, the label is ${goal.label.name}.`;
  if (success) return `Changed the prediction from ${named(before)} to ${named(after)}.`;
  return `Did not change the prediction: still ${named(after)}, before ${named(before)}.`;
}

function savedSentence({ saved, success, startedRight, goal }: AttackRecord): string {
  const after = named(saved.classes[0]);
  const start = 'After saving as 8-bit PNG';
  if (!startedRight && goal.direction === 'away') return `${start}: ${after}.`;
  if (success) return saved.success ? `${start}: still ${after}.` : `${start}: no longer, back to ${after}.`;
  return saved.success ? `${start}: it does, ${after}.` : `${start}: ${after}.`;
}
