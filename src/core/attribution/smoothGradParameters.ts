import type { ParameterDeclaration } from '../method/parameters';

export const smoothGradParameters: readonly ParameterDeclaration[] = [
  {
    id: 'noise',
    label: 'σ',
    description: 'Standard deviation of the noise as a share of the pixel range.',
    unit: 'pixel range',
    type: 'number',
    default: 0.15,
    minimum: 0,
    maximum: 1,
    step: 0.01,
  },
  {
    id: 'samples',
    label: 'Samples',
    description: 'Noisy copies of the image.',
    type: 'integer',
    default: 25,
    minimum: 1,
    maximum: 1000,
    step: 1,
    scale: 'logarithmic',
  },
  {
    id: 'statistic',
    label: 'Statistic',
    description: 'What is made of the gradients of the copies.',
    type: 'choice',
    default: 'mean',
    choices: [
      { id: 'mean', label: 'Mean', description: 'Their mean, with its sign.' },
      { id: 'squared', label: 'Mean square', description: 'The mean of their squares (SmoothGrad²).' },
      { id: 'variance', label: 'Variance', description: 'How much they differ (VarGrad).' },
    ],
  },
  {
    id: 'of',
    label: 'Of',
    description: 'What is computed at each copy.',
    type: 'choice',
    default: 'gradient',
    choices: [
      { id: 'gradient', label: 'Gradient', description: 'The gradient.' },
      { id: 'input-x-gradient', label: 'Input × gradient', description: 'The gradient times the noisy copy.' },
    ],
  },
];
