import type { ResultRecord } from '../src/core/result/kinds';
import type { AttackRecord } from '../src/core/result/kinds/attack';
import type { AttributionRecord } from '../src/core/result/kinds/attribution';
import type { ImageFacts, LabelFacts, Norms } from '../src/core/result/record';
import type { MethodCatalog } from '../src/engine/calls/service';
import { resizeWords, scalingWords } from '../src/core/render/preprocessingWords';
import { decodingSteps, storedWords } from '../src/core/render/decodingWords';
import { objectiveWords } from '../src/core/result/objectiveWords';
import { griddingWords } from '../src/core/render/onGrid';
import { element } from './dom';
import { formatMilliseconds, formatNumber, formatPercent, formatSigned, formatSize } from './format';

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

export const OBJECTIVES = {
  logit: { label: 'Logit', description: 'The score of the class before the softmax or sigmoid.' },
  probability: {
    label: 'Probability',
    description: 'The score of the class after the softmax or sigmoid.',
  },
  'log-probability': {
    label: 'Log-probability',
    description: 'The logarithm of the probability.',
  },
  'cross-entropy': {
    label: 'Cross-entropy',
    description: 'The loss if this class were the label.',
  },
} as const;

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

export function attributionFacts(record: AttributionRecord, catalog?: MethodCatalog): readonly Fact[] {
  const method = catalog?.attribution.find(({ id }) => id === record.method);
  const { objective, statistics, stage, delta, layer } = record;
  const shown = layer && griddingWords(layer, record.model.input);
  return [
    ['Method', method?.label ?? record.method],
    ...(method === undefined ? [] : [['Definition', method.formula, 'number'] as const]),
    [capitalised(objectiveWords(objective)), formatSigned(objective.value, 5), 'number'],
    ...(layer === undefined
      ? []
      : [['Layer', `${layer.id} (${layer.kind}, ${layer.height} × ${layer.width} × ${layer.channels})`] as const]),
    ...(shown === undefined ? [] : [['Shown', shown] as const]),
    ['Map from … to', `${formatSigned(statistics.minimum)} … ${formatSigned(statistics.maximum)}`, 'number'],
    ['Sum', formatSigned(statistics.sum, 5), 'number'],
    ['Sum of magnitudes', formatNumber(statistics.absoluteSum, 5), 'number'],
    ...(statistics.nonFinite === 0 ? [] : [['Not finite', String(statistics.nonFinite), 'number'] as const]),
    ...(stage === undefined ? [] : [['Stage', stage] as const]),
    ...(delta === undefined ? [] : [['Completeness delta', formatSigned(delta), 'number'] as const]),
    ...trainingFacts(record),
    ...parameterFacts(record),
  ];
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

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

/** What a training-integrated map was summed over. */
function trainingFacts({ training }: AttributionRecord): readonly Fact[] {
  if (training === undefined) return [];
  const { folder, checkpoints } = training;
  const losses = checkpoints.map(({ loss }) => loss);
  return [
    ['Checkpoints', `${checkpoints.length} in ${folder}`],
    ['Loss from … to', `${formatNumber(losses[0] ?? NaN)} … ${formatNumber(losses.at(-1) ?? NaN)}`, 'number'],
  ];
}

function parameterFacts(record: ResultRecord): readonly Fact[] {
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

/** "Sandal (99.3 %)". */
export function named(score: { readonly name: string; readonly probability: number } | undefined): string {
  return score === undefined ? 'nothing' : `${score.name} (${formatPercent(score.probability)})`;
}
