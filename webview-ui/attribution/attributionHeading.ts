import type { AttributionRecord } from '../../src/core/result/kinds/attribution';
import type { ClassScore, LabelFacts } from '../../src/core/result/record';
import { labelSource } from '../facts';
import { type Heading, mark, plainMark, score } from '../header';

/** The prediction, whether it is the label, and whether the map is a stage. */
export function attributionHeading(record: AttributionRecord): Heading {
  const top = record.classes[0];
  return {
    title: [top?.name, ' ', score(top)],
    isSentence: false,
    notes: [labelMatch(top, record.label), stageOf(record)],
  };
}

/** Whether a prediction is the label: said by sign, words and colour. */
function labelMatch(top: ClassScore | undefined, label: LabelFacts | undefined): HTMLElement {
  if (label === undefined || label.source === 'prediction') return plainMark('question', 'True label not known');
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
  return plainMark('debug-pause', `A stage: ${stage}`);
}
