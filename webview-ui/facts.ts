import type { ResultRecord } from '../src/core/result/kinds';
import type { ImageFacts, LabelFacts } from '../src/core/result/record';
import { resizeWords, scalingWords } from '../src/core/render/preprocessingWords';
import { decodingSteps, storedWords } from '../src/core/render/decodingWords';
import { element } from './dom';
import { formatMilliseconds, formatNumber, formatPercent, formatSize } from './format';

/** A name and what it is, as shown in lists of facts. */
export type Fact = readonly [name: string, value: string, kind?: 'number' | 'text'];

export function factList(facts: readonly Fact[]): HTMLElement {
  return element(
    'dl',
    { class: 'facts' },
    ...facts.flatMap(([name, value, kind = 'text']) => [
      element('dt', { text: name }),
      element('dd', { text: value, ...(kind === 'number' ? { class: 'number' } : {}) }),
    ]),
  );
}

/** "from the file name": where a label comes from. */
export function labelSource(label: LabelFacts): string {
  switch (label.source) {
    case 'user':
      return 'chosen by you';
    case 'file name':
      return 'from the file name';
    case 'folder name':
      return 'from the folder name';
    case 'prediction':
      return 'taken from the prediction';
  }
}

/** The parameters of a method, by their names. */
export function parameterFacts(record: ResultRecord): readonly Fact[] {
  return Object.entries(record.parameters).map(([id, value]) => [
    id,
    typeof value === 'number' ? formatNumber(value, 5) : String(value),
    'number',
  ]);
}

export function runFacts(record: ResultRecord): readonly Fact[] {
  const { model, image, timings } = record;
  const { input } = model;
  return [
    ['Image', `${image.name}, ${formatSize(image.width, image.height)}`],
    ...decodingFacts(image),
    ['Model', model.name],
    ['Model input', `${formatSize(input.width, input.height)}${input.channels === 3 ? ' RGB' : ' grey'}`],
    ...preprocessingFacts(model),
    ['Engine', `${model.engine}: ${model.engineReason}`],
    [
      'Time',
      `model ${formatMilliseconds(timings.model)} · image ${formatMilliseconds(timings.image)} · compute ${formatMilliseconds(timings.compute)}`,
    ],
    ['Seed', String(record.seed), 'number'],
  ];
}

/** What pixels become before they meet the model, and whose word that is. */
function preprocessingFacts({ preprocessing }: ResultRecord['model']): readonly Fact[] {
  if (preprocessing === undefined) return [];
  return [
    ['Pixel values', `${scalingWords(preprocessing)} (${preprocessing.source})`],
    ['Fitted by', resizeWords(preprocessing)],
  ];
}

/** What the picture's file holds and what was done to it. */
function decodingFacts({ decoding }: ImageFacts): readonly Fact[] {
  if (decoding === undefined) return [];
  const steps = decodingSteps(decoding);
  return [
    ['Picture file', storedWords(decoding)],
    ...(steps.length === 0 ? [] : [['Decoded', steps.join('; ')] as const]),
  ];
}

/** "Sandal (99.3 %)". */
export function named(score: { readonly name: string; readonly probability: number } | undefined): string {
  return score === undefined ? 'nothing' : `${score.name} (${formatPercent(score.probability)})`;
}
