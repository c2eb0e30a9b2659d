import { UserError } from '../errors';
import { gradCam } from './cam/gradCam';
import { hiresCam } from './cam/hiresCam';
import { layerCam } from './cam/layerCam';
import { reciproCam } from './cam/reciproCam';
import { deconvolution } from './deconvolution';
import { gradient } from './gradient';
import { gradientXInput } from './gradientXInput';
import { guidedBackprop } from './guidedBackprop';
import { inputXGradient } from './inputXGradient';
import { integratedGradients } from './integratedGradients';
import type { AttributionMethod } from './method';
import { occlusion } from './occlusion';
import { smoothGrad } from './smoothGrad';
import type { CheckpointMethod } from './training/checkpoint';
import { trainingIntegrated } from './training/trainingIntegrated';

/** Every attribution method, in the order in which choosers list them; the first is the default. */
export const attributionMethods: readonly AttributionMethod[] = [
  gradientXInput,
  inputXGradient,
  gradient,
  integratedGradients,
  smoothGrad,
  occlusion,
  gradCam,
  hiresCam,
  layerCam,
  reciproCam,
  guidedBackprop,
  deconvolution,
];

/** Those that ask for a run or a folder of checkpoints instead of a model; choosers list them after the others. */
export const checkpointMethods: readonly CheckpointMethod[] = [trainingIntegrated];

/** All that choosers, settings and documents list, in that order. */
export function listedMethods(): readonly (AttributionMethod | CheckpointMethod)[] {
  return [...attributionMethods, ...checkpointMethods];
}

/** The method with this id. Throws `UserError('unknown-method')` that lists the ids there are. */
export function findAttributionMethod(id: string): AttributionMethod {
  const method = attributionMethods.find((candidate) => candidate.id === id);
  if (method !== undefined) return method;
  const ids = listedMethods()
    .map((candidate) => candidate.id)
    .join(', ');
  throw new UserError('unknown-method', `There is no attribution method "${id}".`, `Use one of: ${ids}.`);
}
