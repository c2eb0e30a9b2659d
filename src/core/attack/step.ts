import { throwIfCancelled } from '../errors';
import { batchOf, type PixelImage } from '../image/pixels';
import type { MethodContext } from '../method/context';
import { countNonFinite, isAllZero } from '../method/numbers';
import { booleanValue, numberValue } from '../method/values';
import type { ParameterValues } from '../method/parameters';
import type { Classifier, Objective } from '../model/classifier';
import type { AttackGoal, AttackOutcome } from './method';

/** What a single step moves along: the loss gradient brought to a unit, and what to warn of. */
export interface Direction {
  readonly data: Float32Array;
  readonly warnings: readonly string[];
}

/** +1 where the goal is to raise the loss J of its label (`away`), −1 where it is to lower it (`towards`). */
export function goalSign(goal: AttackGoal): 1 | -1 {
  return goal.direction === 'away' ? 1 : -1;
}

/** The loss J that attacks differentiate: cross-entropy of the goal's label. */
function goalObjective(goal: AttackGoal): Objective {
  return { kind: 'cross-entropy', label: goal.label };
}

/**
 * One gradient step: a′ = a + s·ε·direction(∇ₐJ), s = ±1 by the goal, ε and `clamp` from `parameters`; a′ is clamped to [0, 1]
 * if asked. Non-finite gradient elements count as 0, with a warning. The returned gradient is ∂J/∂a as the classifier gave it.
 * Throws `CancelledError` and what the classifier throws.
 */
export async function gradientStep(
  classifier: Classifier,
  image: PixelImage,
  goal: AttackGoal,
  parameters: ParameterValues,
  context: MethodContext,
  direction: (gradient: Float32Array) => Direction,
): Promise<AttackOutcome> {
  throwIfCancelled(context.signal);
  const { gradient } = await classifier.gradient(batchOf(image), [goalObjective(goal)]);
  throwIfCancelled(context.signal);
  const nonFinite = countNonFinite(gradient);
  const usable = nonFinite === 0 ? gradient : gradient.map((value) => (Number.isFinite(value) ? value : 0));
  const { data, warnings } = direction(usable);
  const factor = goalSign(goal) * numberValue(parameters, 'epsilon');
  const perturbation = data.map((value) => factor * value);
  context.progress?.(1, 1);
  return {
    adversarial: { ...image, data: addTo(image.data, perturbation, booleanValue(parameters, 'clamp')) },
    gradient,
    perturbation,
    warnings: [
      ...(nonFinite > 0 ? [`${nonFinite} of ${gradient.length} gradient values are not finite; they count as 0.`] : []),
      ...(isAllZero(usable) ? [ZERO_GRADIENT] : warnings),
    ],
  };
}

const ZERO_GRADIENT =
  'The loss gradient is zero everywhere, so the image is unchanged: the model is saturated at this image.';

/** a + δ, clamped to [0, 1] if asked. */
function addTo(image: Float32Array, perturbation: Float32Array, clamp: boolean): Float32Array {
  return image.map((pixel, index) => {
    const sum = pixel + perturbation[index]!;
    return clamp ? Math.min(1, Math.max(0, sum)) : sum;
  });
}
