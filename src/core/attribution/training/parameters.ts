import type { ParameterDeclaration } from '../../method/parameters';

/** How the gradients of the configurations become one map. */
export const integrationParameters: readonly ParameterDeclaration[] = [
  {
    id: 'reduction',
    label: 'Reduction',
    description: 'What is made of the gradients of all configurations.',
    type: 'choice',
    default: 'sum',
    choices: [
      { id: 'sum', label: 'Sum', description: 'Grows with the number of configurations.' },
      { id: 'mean', label: 'Mean', description: 'The sum divided by the number of configurations.' },
    ],
  },
  {
    id: 'absolute',
    label: 'Magnitudes',
    description: 'Add up magnitudes, so that opposite signs do not cancel.',
    type: 'boolean',
    default: false,
  },
  {
    id: 'timesInput',
    label: 'Times input',
    description: 'Multiply by the image afterwards.',
    type: 'boolean',
    default: false,
  },
];
