import type { ClassScore, LabelFacts } from '../../src/core/result/record';
import { element } from '../dom';
import { mark, score } from '../header';

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
