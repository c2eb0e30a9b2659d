import { type PixelImage, stackImages } from '../image/pixels';
import { countNonFinite, nonFiniteWords } from '../method/numbers';
import type { Classifier, Scores } from '../model/classifier';
import { goalObjective } from './goal';
import type { AttackGoal } from './method';

/** ∂J/∂a of one image, J the cross-entropy of its goal's label. */
export interface LossGradient {
  /** As the classifier gave it. */
  readonly raw: Float32Array;
  /** The same with 0 for what is not finite. */
  readonly usable: Float32Array;
  readonly nonFinite: number;
}

/** Scores and loss gradients of images, each with a goal of its own, in one call. */
export async function lossGradients(
  classifier: Classifier,
  images: readonly PixelImage[],
  goals: readonly AttackGoal[],
): Promise<{ readonly scores: Scores; readonly gradients: readonly LossGradient[] }> {
  const { scores, gradient } = await classifier.gradient(stackImages(images), goals.map(goalObjective));
  const size = gradient.length / images.length;
  return {
    scores,
    gradients: images.map((_, row) => usableGradient(gradient.subarray(row * size, (row + 1) * size))),
  };
}

/** A gradient with 0 for what is not finite. */
export function usableGradient(raw: Float32Array): LossGradient {
  const nonFinite = countNonFinite(raw);
  return { raw, nonFinite, usable: nonFinite === 0 ? raw : raw.map((value) => (Number.isFinite(value) ? value : 0)) };
}

/** What to say of `nonFinite` among `count` gradient values. */
export function nonFiniteWarnings(nonFinite: number, count: number): readonly string[] {
  return nonFinite > 0
    ? [`${nonFiniteWords(nonFinite, count, 'gradient value')}; ${nonFinite === 1 ? 'it counts' : 'they count'} as 0.`]
    : [];
}
