import { FILL_CHOICES } from '../method/baselines';
import { type Choice, COUNT, type ParameterDeclaration } from '../method/parameters';

export type Perturbation = 'noise' | 'baseline';

export const infidelityParameters: readonly ParameterDeclaration[] = [
  {
    id: 'samples',
    label: 'Samples',
    description: 'Perturbations that the mean is taken over.',
    ...COUNT,
  },
  {
    id: 'perturbation',
    label: 'Perturbation',
    description: 'What is taken off the image.',
    type: 'choice',
    default: 'noise',
    choices: [
      { id: 'noise', label: 'Noise', description: 'Noise alone.' },
      {
        id: 'baseline',
        label: 'To the baseline',
        description: 'All of the image but the baseline and noise on it (noisy baseline).',
      },
    ] satisfies Choice<Perturbation>[],
  },
  {
    id: 'deviation',
    label: 'Noise',
    description: 'Standard deviation of the noise, which is drawn from a normal distribution for each value.',
    unit: 'pixel range',
    type: 'number',
    default: 0.003,
    minimum: 0,
    maximum: 1,
    step: 0.001,
  },
  {
    id: 'baseline',
    label: 'Baseline',
    description: 'The image without what is to be explained.',
    type: 'choice',
    default: 'black',
    choices: FILL_CHOICES,
  },
  {
    id: 'multipliedByInputs',
    label: 'Multiplied by a − a′',
    description:
      'The map says what each pixel adds to the score since the baseline, so a perturbation counts as a part of that way; off: it says how the score changes with the pixel.',
    type: 'boolean',
    default: false,
  },
  {
    id: 'normalize',
    label: 'Normalise',
    description: 'Scale the map by the factor that fits best, so that only its proportions count.',
    type: 'boolean',
    default: false,
  },
];
