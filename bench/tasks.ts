import type { AttackGoal } from '../src/core/attack/method';
import { findAttackMethod } from '../src/core/attack/registry';
import { findAttributionMethod } from '../src/core/attribution/registry';
import { batchOf, type ImageBatch, type PixelImage } from '../src/core/image/pixels';
import { type ParameterValues, resolveParameters } from '../src/core/method/parameters';
import type { Classifier, Objective } from '../src/core/model/classifier';
import {
  BATCH,
  CLASS_INDEX,
  EPSILON,
  INTEGRATION_STEPS,
  OCCLUSION_GRID,
  PGD_STEP,
  PGD_STEPS,
  type Task,
} from './taskNames';

const LOGIT: Objective = { kind: 'logit', classIndex: CLASS_INDEX };
const CONTEXT = { seed: 0 };

/** Runs a task once and returns its map. */
export function runTask(task: Task, classifier: Classifier, image: PixelImage): Promise<Float32Array> {
  switch (task) {
    case 'gradient':
      return attribution('gradient', {}, classifier, image);
    case 'integrated-gradients': {
      // The middle of equal pieces is what the other contenders sum.
      const parameters = { steps: INTEGRATION_STEPS, baseline: 'black', rule: 'riemann-middle' };
      return attribution('integrated-gradients', parameters, classifier, image);
    }
    case 'fgsm':
      return attack('fgsm', { epsilon: EPSILON }, classifier, image);
    case 'bare-prediction':
      return prediction(classifier, batchOf(image));
    case 'bare-prediction-batch':
      return prediction(classifier, repeated(image, BATCH));
    case 'pgd-loop':
      return projectedGradientDescent(classifier, image);
    case 'occlusion-loop':
      return occlusion(classifier, image);
  }
}

type Given = Readonly<Record<string, unknown>>;

/** The map of a registered attribution method. */
async function attribution(id: string, given: Given, classifier: Classifier, image: PixelImage): Promise<Float32Array> {
  const { run, parameters } = findAttributionMethod(id);
  return (await run(classifier, image, LOGIT, resolveParameters(parameters, given), CONTEXT)).map.data;
}

/** The changed picture of a registered attack. */
async function attack(id: string, given: Given, classifier: Classifier, image: PixelImage): Promise<Float32Array> {
  const { run, parameters } = findAttackMethod(id);
  const goal = { direction: 'away', label: CLASS_INDEX } as const;
  const values = resolveParameters(parameters, given);
  if (takesOneImage(run)) return (await run(classifier, image, goal, values, CONTEXT)).adversarial.data;
  const [outcome] = await run(classifier, [{ image, goal, seed: CONTEXT.seed }], values, {});
  return outcome!.adversarial.data;
}

type RunOnOne = (
  classifier: Classifier,
  image: PixelImage,
  goal: AttackGoal,
  parameters: ParameterValues,
  context: typeof CONTEXT,
) => Promise<{ readonly adversarial: PixelImage }>;

/** Whether an attack is one of a checkout from before attacks took sets of images. */
function takesOneImage(run: unknown): run is RunOnOne {
  return (run as RunOnOne).length === 5;
}

async function prediction(classifier: Classifier, batch: ImageBatch): Promise<Float32Array> {
  return (await classifier.predict(batch)).logits;
}

/** Steps of α·sign(∂J/∂a) projected onto the L∞ ball around a and onto [0, 1]. */
async function projectedGradientDescent(classifier: Classifier, image: PixelImage): Promise<Float32Array> {
  const adversarial = image.data.slice();
  const batch = batchOf({ ...image, data: adversarial });
  for (let step = 0; step < PGD_STEPS; step++) {
    const { gradient: slope } = await classifier.gradient(batch, [{ kind: 'cross-entropy', label: CLASS_INDEX }]);
    for (let index = 0; index < adversarial.length; index++) {
      const a = image.data[index]!;
      const moved = adversarial[index]! + PGD_STEP * Math.sign(slope[index]!);
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
  const batch = repeated(image, count);
  for (let patch = 0; patch < count; patch++) {
    const start = patch * data.length;
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

function repeated(image: PixelImage, count: number): ImageBatch {
  const { height, width, channels, data } = image;
  const all = new Float32Array(count * data.length);
  for (let index = 0; index < count; index++) all.set(data, index * data.length);
  return { data: all, count, height, width, channels };
}
