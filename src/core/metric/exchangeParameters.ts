import { FILL_CHOICES, type FillKind } from '../method/baselines';
import { type Choice, COUNT, type ParameterDeclaration } from '../method/parameters';
import type { Reduction } from './ranking';

export type Follow = 'probability' | 'objective';

const FOLLOWS: readonly Choice<Follow>[] = [
  {
    id: 'probability',
    label: 'Probability',
    description: 'The probability of the class, whatever the map was made for (RISE).',
  },
  { id: 'objective', label: 'Objective', description: 'What the map was made for, such as the logit.' },
];

const REDUCTIONS: readonly Choice<Reduction>[] = [
  { id: 'sum', label: 'Sum', description: 'Their sum, with its sign.' },
  { id: 'absolute-sum', label: 'Sum of magnitudes', description: 'The sum of their magnitudes.' },
  { id: 'absolute-maximum', label: 'Largest magnitude', description: 'The largest of their magnitudes.' },
];

/** What exchanging pixels can be told; `baseline` is what stands where the image does not. */
export function exchangeParameters(baseline: FillKind): readonly ParameterDeclaration[] {
  return [
    {
      id: 'steps',
      label: 'Steps',
      description: 'Equal parts in which all pixels are exchanged.',
      ...COUNT,
    },
    {
      id: 'baseline',
      label: 'Baseline',
      description: 'What stands where the image does not.',
      type: 'choice',
      default: baseline,
      choices: FILL_CHOICES,
    },
    {
      id: 'follow',
      label: 'Follow',
      description: 'The score whose curve it is.',
      type: 'choice',
      default: 'probability',
      choices: FOLLOWS,
    },
    {
      id: 'reduce',
      label: 'Rank by',
      description: 'What of its channels a pixel is ranked by, the largest first.',
      type: 'choice',
      default: 'sum',
      choices: REDUCTIONS,
    },
  ];
}
