import type { ParameterDeclaration } from '../method/parameters';

type NumberDeclaration = Extract<ParameterDeclaration, { readonly minimum: number }>;

/** ε in pixel units: 0.01 is the definition's value, 1/255 ≈ 0.0039 is one step of an 8-bit picture. */
export const epsilonParameter: NumberDeclaration = {
  id: 'epsilon',
  label: 'ε',
  description: 'Largest change of a pixel, as a fraction of the pixel range (1/255 is one step of an 8-bit picture).',
  unit: 'pixel range',
  type: 'number',
  default: 0.01,
  minimum: 0,
  maximum: 1,
  step: 0.0005,
  scale: 'logarithmic',
};

/** ε of attacks whose change is bounded by its L2 norm. */
export const epsilonL2Parameter: NumberDeclaration = {
  id: 'epsilon',
  label: 'ε',
  description:
    'Largest L2 norm of the change: the root of the sum of squares over all pixels and channels, in pixel units.',
  unit: 'pixel range',
  type: 'number',
  default: 0.5,
  minimum: 0,
  maximum: 100,
  step: 0.005,
  scale: 'logarithmic',
};

export const clampParameter: ParameterDeclaration = {
  id: 'clamp',
  label: 'Keep within the pixel range',
  description: 'Clamp the changed image to [0, 1], so that it can be saved as a picture.',
  type: 'boolean',
  default: true,
};
