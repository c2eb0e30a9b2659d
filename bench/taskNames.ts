/**
 * What is measured with a model. Names of registered methods are those of their ids; what no registered method covers says so:
 * `bare-…` calls the classifier alone, `…-loop` is a loop of the bench's own around it.
 */
export const TASKS = [
  'gradient',
  'integrated-gradients',
  'fgsm',
  'bare-prediction',
  'bare-prediction-batch',
  'pgd-loop',
  'occlusion-loop',
] as const;
export type Task = (typeof TASKS)[number];
/** Measured by themselves, on a network of their own. */
export const TRAINING_TASKS = ['training', 'training-watched'] as const;
export type TrainingTask = (typeof TRAINING_TASKS)[number];
export type AnyTask = Task | TrainingTask;

/** Images of a minibatch, watched ones, and those of a batch that is predicted. */
export const BATCH = 16;
/** Minibatches of a run; its time is that of one of them. */
export const MINIBATCHES = 10;

export const INTEGRATION_STEPS = 50;
export const PGD_STEPS = 40;
/** Positions of the occluding patch along each side. */
export const OCCLUSION_GRID = 7;
export const EPSILON = 8 / 255;
export const PGD_STEP = 2 / 255;

/** Class whose logit or label a task looks at; the time does not depend on it. */
export const CLASS_INDEX = 0;

/** What a task is, for the report. */
export const TASK_WORDS: Readonly<Record<AnyTask, string>> = {
  gradient: 'the registered method `gradient`: gradient of one logit, one picture',
  'integrated-gradients': `the registered method \`integrated-gradients\`: ${INTEGRATION_STEPS} steps, black baseline, middle rule`,
  fgsm: 'the registered attack `fgsm`: one gradient of the cross-entropy, a step of its sign',
  'bare-prediction': 'scores of one picture: the classifier alone, no method',
  'bare-prediction-batch': `scores of ${BATCH} pictures at once: the classifier alone, no method`,
  'pgd-loop': `PGD, ${PGD_STEPS} steps, L∞: a loop of the bench's own, no registered attack`,
  'occlusion-loop': `occlusion, ${OCCLUSION_GRID} × ${OCCLUSION_GRID} grey patches: a loop of the bench's own, no registered method`,
  training: `one minibatch of ${BATCH} images, Adam`,
  'training-watched': `the same, and the score's and the loss's gradient of ${BATCH} watched images after it`,
};
