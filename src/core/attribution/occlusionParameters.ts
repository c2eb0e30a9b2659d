import { FILL_CHOICES } from '../method/baselines';
import type { Choice, ParameterDeclaration } from '../method/parameters';

export type OcclusionMode = 'signed-mean' | 'sum' | 'absolute-sum' | 'absolute-sum-all';

const MODES: readonly Choice<OcclusionMode>[] = [
  {
    id: 'signed-mean',
    label: 'Mean change',
    description: 'The mean of f(a) − f(occluded) over the windows that cover the pixel, with its sign (Captum).',
  },
  { id: 'sum', label: 'Sum of changes', description: 'Their sum, with its sign (PAIR).' },
  { id: 'absolute-sum', label: 'Sum of magnitudes', description: 'The sum of |f(a) − f(occluded)|.' },
  {
    id: 'absolute-sum-all',
    label: 'Sum of magnitudes, all classes',
    description: 'The same over all classes, whichever is chosen: logits, or probabilities if these are the objective.',
  },
];

const pixels = { unit: 'pixels', type: 'integer', default: 0, minimum: 0, maximum: 8192, step: 1 } as const;

export const occlusionParameters: readonly ParameterDeclaration[] = [
  {
    ...pixels,
    id: 'window',
    label: 'Window',
    description: 'Side of the square that is covered; 0: an eighth of the shorter side.',
  },
  {
    ...pixels,
    id: 'stride',
    label: 'Stride',
    description: 'From one window to the next, at most the window; 0: half the window.',
  },
  {
    id: 'fill',
    label: 'Fill',
    description: 'What covers a window, in pixels as they are before the model scales them.',
    type: 'choice',
    default: 'black',
    choices: FILL_CHOICES,
  },
  {
    id: 'mode',
    label: 'Mode',
    description: 'What is made of the windows that cover a pixel.',
    type: 'choice',
    default: 'signed-mean',
    choices: MODES,
  },
];
