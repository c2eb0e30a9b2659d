import type { CheckpointMethod } from './checkpoint';
import { integrate } from './integrate';
import { integrationParameters } from './parameters';

/** Σₙ ∂J(O(a; θₙ), y)/∂a: what {@link integrate} says. */
export const trainingIntegrated: CheckpointMethod = {
  id: 'training-integrated',
  label: 'Training-integrated gradient',
  summary: 'The gradient of the loss, summed over the configurations that the model passed through in training.',
  formula: 'Σₙ ∂J(O(a; θₙ), y)/∂a',
  source: 'blbadger.github.io, input attribution integrated over training',
  family: 'training',
  needs: ['gradient', 'checkpoints'],
  display: 'diverging',
  parameters: integrationParameters,
  run: integrate,
};
