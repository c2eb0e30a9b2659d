import { throwIfCancelled } from '../errors';
import { isAllZero } from '../method/numbers';
import type { ParameterValues } from '../method/parameters';
import { booleanValue, numberValue } from '../method/values';
import type { Classifier } from '../model/classifier';
import { goalSign } from './goal';
import { lossGradients, nonFiniteWarnings } from './lossGradients';
import type { AttackContext, AttackOutcome, AttackSubject } from './method';

/** What a single step moves along: the loss gradient brought to a unit, and what to warn of. */
export interface Direction {
  readonly data: Float32Array;
  readonly warnings: readonly string[];
}

/**
 * One gradient step for each image: a′ = a + s·ε·direction(∇ₐJ), s = ±1 by the goal, ε and `clamp` from `parameters`; a′ is
 * clamped to [0, 1] if asked. Non-finite gradient elements count as 0, with a warning. The returned gradient is ∂J/∂a as the
 * classifier gave it. Throws `CancelledError` and what the classifier throws.
 */
export async function gradientStep(
  classifier: Classifier,
  subjects: readonly AttackSubject[],
  parameters: ParameterValues,
  context: AttackContext,
  direction: (gradient: Float32Array) => Direction,
): Promise<readonly AttackOutcome[]> {
  throwIfCancelled(context.signal);
  const images = subjects.map(({ image }) => image);
  const { gradients } = await lossGradients(
    classifier,
    images,
    subjects.map(({ goal }) => goal),
  );
  throwIfCancelled(context.signal);
  context.progress?.(1, 1);
  return subjects.map(({ image, goal }, row) => {
    const { raw, usable, nonFinite } = gradients[row]!;
    const { data, warnings } = direction(usable);
    const factor = goalSign(goal) * numberValue(parameters, 'epsilon');
    const perturbation = data.map((value) => factor * value);
    return {
      adversarial: { ...image, data: addTo(image.data, perturbation, booleanValue(parameters, 'clamp')) },
      gradient: raw,
      perturbation,
      steps: 1,
      warnings: [...nonFiniteWarnings(nonFinite, raw.length), ...(isAllZero(usable) ? [ZERO_GRADIENT] : warnings)],
    };
  });
}

const ZERO_GRADIENT =
  'The loss gradient is zero everywhere, so the image is unchanged: the model is saturated at this image.';

/** a + δ, clamped to [0, 1] if asked. */
export function addTo(image: Float32Array, perturbation: Float32Array, clamp: boolean): Float32Array {
  return image.map((pixel, index) => {
    const sum = pixel + perturbation[index]!;
    return clamp ? Math.min(1, Math.max(0, sum)) : sum;
  });
}
