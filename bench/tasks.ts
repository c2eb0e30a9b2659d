import type { Classifier, Objective } from '../src/core/model/classifier';
import { batchOf, type ImageBatch, type PixelImage } from '../src/core/image/pixels';

export const TASKS = ['gradient', 'integrated-gradients', 'pgd', 'occlusion'] as const;
export type Task = (typeof TASKS)[number];
/** Measured by themselves, on a network of their own. */
export const TRAINING_TASKS = ['training', 'training-watched'] as const;
export type TrainingTask = (typeof TRAINING_TASKS)[number];
export type AnyTask = Task | TrainingTask;

/** Images of a minibatch, and watched ones. */
export const BATCH = 16;
/** Minibatches of a run; its time is that of one of them. */
export const MINIBATCHES = 10;

export const INTEGRATION_STEPS = 50;
export const PGD_STEPS = 40;
/** Positions of the occluding patch along each side. */
export const OCCLUSION_GRID = 7;
const EPSILON = 8 / 255;
const STEP = 2 / 255;

/** Class whose logit or label a task looks at; the time does not depend on it. */
const CLASS_INDEX = 0;

/** What a task costs, in gradients and predictions of single pictures. */
export const TASK_WORDS: Readonly<Record<AnyTask, string>> = {
  gradient: 'gradient of one logit, one picture',
  'integrated-gradients': `integrated gradients, ${INTEGRATION_STEPS} steps, black baseline`,
  pgd: `PGD, ${PGD_STEPS} steps, L∞`,
  training: `one minibatch of ${BATCH} images, Adam`,
  'training-watched': `the same, and the score's and the loss's gradient of ${BATCH} watched images after it`,
  occlusion: `occlusion, ${OCCLUSION_GRID} × ${OCCLUSION_GRID} grey patches`,
};

/** Runs a task once and returns its map. */
export function runTask(task: Task, classifier: Classifier, image: PixelImage): Promise<Float32Array> {
  switch (task) {
    case 'gradient':
      return gradient(classifier, image);
    case 'integrated-gradients':
      return integratedGradients(classifier, image);
    case 'pgd':
      return projectedGradientDescent(classifier, image);
    case 'occlusion':
      return occlusion(classifier, image);
  }
}

const LOGIT: Objective = { kind: 'logit', classIndex: CLASS_INDEX };

async function gradient(classifier: Classifier, image: PixelImage): Promise<Float32Array> {
  return (await classifier.gradient(batchOf(image), [LOGIT])).gradient;
}

/** a ∘ mean of ∂z/∂a at the midpoints of the way from black to a. */
async function integratedGradients(classifier: Classifier, image: PixelImage): Promise<Float32Array> {
  const size = image.data.length;
  const path = batchLike(image, INTEGRATION_STEPS);
  for (let step = 0; step < INTEGRATION_STEPS; step++) {
    const share = (step + 0.5) / INTEGRATION_STEPS;
    for (let index = 0; index < size; index++) path.data[step * size + index] = share * image.data[index]!;
  }
  const { gradient: gradients } = await classifier.gradient(path, [LOGIT]);
  const map = new Float32Array(size);
  for (let step = 0; step < INTEGRATION_STEPS; step++)
    for (let index = 0; index < size; index++) map[index]! += gradients[step * size + index]!;
  for (let index = 0; index < size; index++) map[index]! *= image.data[index]! / INTEGRATION_STEPS;
  return map;
}

/** Steps of α·sign(∂J/∂a) projected onto the L∞ ball around a and onto [0, 1]. */
async function projectedGradientDescent(classifier: Classifier, image: PixelImage): Promise<Float32Array> {
  const adversarial = image.data.slice();
  const batch = batchOf({ ...image, data: adversarial });
  for (let step = 0; step < PGD_STEPS; step++) {
    const { gradient: slope } = await classifier.gradient(batch, [{ kind: 'cross-entropy', label: CLASS_INDEX }]);
    for (let index = 0; index < adversarial.length; index++) {
      const a = image.data[index]!;
      const moved = adversarial[index]! + STEP * Math.sign(slope[index]!);
      adversarial[index] = Math.min(1, a + EPSILON, Math.max(0, a - EPSILON, moved));
    }
  }
  return adversarial;
}

/** Drop of the logit under a grey patch at each position; one number a position, the patches do not overlap. */
async function occlusion(classifier: Classifier, image: PixelImage): Promise<Float32Array> {
  const { width, height, channels, data } = image;
  const [tall, wide] = [Math.ceil(height / OCCLUSION_GRID), Math.ceil(width / OCCLUSION_GRID)];
  const count = OCCLUSION_GRID ** 2;
  const batch = batchLike(image, count);
  for (let patch = 0; patch < count; patch++) {
    const start = patch * data.length;
    batch.data.set(data, start);
    const [top, left] = [Math.floor(patch / OCCLUSION_GRID) * tall, (patch % OCCLUSION_GRID) * wide];
    for (let y = top; y < Math.min(height, top + tall); y++)
      batch.data.fill(
        0.5,
        start + (y * width + left) * channels,
        start + (y * width + Math.min(width, left + wide)) * channels,
      );
  }
  const [whole, { logits, classes }] = [await classifier.predict(batchOf(image)), await classifier.predict(batch)];
  return Float32Array.from(
    { length: count },
    (_, patch) => whole.logits[CLASS_INDEX]! - logits[patch * classes + CLASS_INDEX]!,
  );
}

function batchLike(image: PixelImage, count: number): ImageBatch {
  const { height, width, channels } = image;
  return { data: new Float32Array(count * image.data.length), count, height, width, channels };
}
