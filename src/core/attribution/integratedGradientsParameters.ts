import type { BaselineKind } from '../method/baselines';
import type { Choice, ParameterDeclaration } from '../method/parameters';
import type { QuadratureRule } from './path/quadrature';

const BASELINE_CHOICES: readonly Choice<BaselineKind>[] = [
  { id: 'black', label: 'Black', description: 'All pixels 0: dark pixels get nothing.' },
  { id: 'white', label: 'White', description: 'All pixels 1: bright pixels get nothing.' },
  { id: 'mean', label: 'Mean colour', description: 'Every pixel the mean colour of the image.' },
  { id: 'blur', label: 'Blurred', description: 'The image blurred by a tenth of its longer side.' },
  { id: 'noise', label: 'Noise', description: 'Pixels drawn evenly from [0, 1] by the seed.' },
];

const RULE_CHOICES: readonly Choice<QuadratureRule>[] = [
  { id: 'gauss-legendre', label: 'Gauss–Legendre', description: 'Exact for polynomials of degree below 2 · steps.' },
  { id: 'riemann-middle', label: 'Riemann, middle', description: 'The middle of equal pieces.' },
  {
    id: 'riemann-trapezoid',
    label: 'Riemann, trapezoid',
    description: "Equally spaced, the ends counted half (the true rule: Captum's sums to (n − 1)/n).",
  },
  { id: 'riemann-left', label: 'Riemann, left', description: 'The beginning of equal pieces.' },
  { id: 'riemann-right', label: 'Riemann, right', description: 'The end of equal pieces.' },
];

export const integratedGradientsParameters: readonly ParameterDeclaration[] = [
  {
    id: 'steps',
    label: 'Steps',
    description: 'How many gradients the integral is made of.',
    type: 'integer',
    default: 50,
    minimum: 1,
    maximum: 1000,
    step: 1,
    scale: 'logarithmic',
  },
  {
    id: 'baseline',
    label: 'Baseline',
    description: 'The empty image that the path starts from.',
    type: 'choice',
    default: 'black',
    choices: BASELINE_CHOICES,
  },
  {
    id: 'rule',
    label: 'Rule',
    description: 'Where on the path the gradients are taken and how they are weighed.',
    type: 'choice',
    default: 'gauss-legendre',
    choices: RULE_CHOICES,
  },
  {
    id: 'multiplyByInputs',
    label: 'Multiply by a − a′',
    description: 'Off: the mean gradient alone, which does not sum to the change of the score.',
    type: 'boolean',
    default: true,
  },
  {
    id: 'refine',
    label: 'Refine until',
    description:
      'Double the steps until the delta is at most this share of f(a) − f(a′); 0: take the steps as they are.',
    type: 'number',
    default: 0,
    minimum: 0,
    maximum: 1,
    step: 0.001,
  },
  {
    id: 'mostSteps',
    label: 'Most steps',
    description: 'Where refining ends; of use with refine above 0, and not below steps.',
    type: 'integer',
    default: 800,
    minimum: 1,
    maximum: 1000,
    step: 1,
    scale: 'logarithmic',
  },
];
