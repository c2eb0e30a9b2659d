import type { ImageBatch } from '../../src/core/image/pixels';
import type { Classifier } from '../../src/core/model/classifier';
import { likeliestClass, pixelBatch } from './accuracy';
import type { LabelledImages } from './images';

/**
 * For every picture the smallest of `epsilons` (ascending) at which a′ = clamp(a + ε · sign ∇ₐ J(O(a), label), 0, 1), J the
 * cross-entropy, is given another class than its label; Infinity if none is. All pictures must be classified correctly.
 */
export async function flipEpsilons(
  classifier: Classifier,
  images: LabelledImages,
  epsilons: readonly number[],
): Promise<number[]> {
  const batch = pixelBatch(images);
  const objectives = Array.from(images.labels, (label) => ({ kind: 'cross-entropy', label }) as const);
  const { gradient } = await classifier.gradient(batch, objectives);
  const flips = objectives.map(() => Infinity);
  for (const epsilon of epsilons) {
    const { probabilities } = await classifier.predict(stepped(batch, gradient, epsilon));
    images.labels.forEach((label, index) => {
      if (likeliestClass(probabilities, index) !== label) flips[index] = Math.min(flips[index]!, epsilon);
    });
  }
  return flips;
}

function stepped(batch: ImageBatch, gradient: Float32Array, epsilon: number): ImageBatch {
  const data = batch.data.map((value, i) => Math.min(1, Math.max(0, value + epsilon * Math.sign(gradient[i]!))));
  return { ...batch, data };
}
