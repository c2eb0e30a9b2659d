import { chosenFrom, flag, object } from '../core/schema/kinds';
import { number, whole } from '../core/schema/numbers';
import type { Of } from '../core/schema/schema';
import { asked } from '../core/schema/words';

const MOST_STEPS = 1e9;

export const seedOption = asked(whole(0, 2 ** 32 - 1), {
  name: 'seed',
  caption: 'Seed',
  description: 'The same seed gives the same run on the same engine.',
});

const optimizer = object({
  /** `adam` with weightDecay > 0 is AdamW (decoupled decay, on kernels only). */
  kind: asked(
    chosenFrom([
      { id: 'adam', label: 'Adam' },
      { id: 'momentum', label: 'SGD with momentum' },
      { id: 'sgd', label: 'SGD' },
    ]),
    { name: 'optimiser', caption: 'Optimiser', description: 'How the weights move.' },
  ),
  learningRate: asked(number(0, 1000, 'openBelow'), {
    name: 'learning rate',
    caption: 'Learning rate',
    description: 'Size of a step. Adam: 0.001; SGD: 0.01 to 0.1.',
  }),
  /** Of `momentum`. */
  momentum: asked(number(0, 0.9999), {
    name: 'momentum',
    caption: 'Momentum',
    description: 'Share of the last step that goes on.',
  }),
  weightDecay: asked(number(0, 10), {
    name: 'weight decay',
    caption: 'Weight decay',
    description: 'Draws kernels towards zero; with Adam this is AdamW.',
  }),
  /** `cosine`: from the learning rate to 0 over the whole run (Loshchilov & Hutter 2017), after a linear warm-up of 2 %. */
  schedule: asked(
    chosenFrom([
      { id: 'constant', label: 'Constant' },
      { id: 'cosine', label: 'Cosine', description: 'Warm-up over 2 % of the run, then down to 0 as a cosine.' },
    ]),
    { name: 'schedule of the learning rate', caption: 'Schedule', description: 'How the learning rate changes.' },
  ),
});

const augmentation = object({
  /** Mirrored left to right with probability ½. */
  flip: asked(flag, {
    name: 'mirroring',
    caption: 'Mirror left to right',
    description: 'Every image with probability ½.',
  }),
  /** Moved by up to this share of a side each way; edges repeat. */
  shift: asked(number(0, 1), {
    name: 'shift',
    caption: 'Shift',
    description: 'Images are moved by up to this share of a side each way.',
    unit: 'share',
  }),
  /** Cut to a random square of at least (1 − crop) of each side and scaled back; 0: not. */
  crop: asked(number(0, 0.9), {
    name: 'crop',
    caption: 'Crop',
    description: 'Up to this share of each side is cut away and the rest scaled back.',
    unit: 'share',
  }),
});

const checkpoints = object({
  /** `every`: each k-th minibatch; `logarithmic`: at steps 0, 1, 2, 4, 8, …; `epochs`: after each epoch; `end`: the last only. */
  kind: asked(
    chosenFrom([
      { id: 'epochs', label: 'After each epoch' },
      { id: 'logarithmic', label: 'At 0, 1, 2, 4, 8, …' },
      { id: 'every', label: 'Every k minibatches' },
      { id: 'end', label: 'At the end only' },
    ]),
    { name: 'schedule of checkpoints', caption: 'Checkpoints', description: 'When the network is kept.' },
  ),
  every: asked(whole(1, MOST_STEPS), {
    name: 'number of minibatches between checkpoints',
    caption: 'Checkpoint every',
    description: 'Minibatches from one checkpoint to the next.',
  }),
});

const watch = object({
  /** Watched after every k-th minibatch. */
  every: asked(whole(1, MOST_STEPS), {
    name: 'number of minibatches between two looks at the watched images',
    caption: 'Watch every',
    description: 'Minibatches from one look at the watched images to the next.',
  }),
  scoreOf: asked(
    chosenFrom([
      {
        id: 'predicted',
        label: 'Predicted class',
        description: 'Gradient × input of the class that is predicted then.',
      },
      { id: 'label', label: 'True label', description: 'Gradient × input of the image’s label throughout.' },
    ]),
    { name: 'class whose score is watched', caption: 'Score of', description: 'Whose score is watched.' },
  ),
  /** Longest side of a kept frame in pixels. */
  frameSide: asked(whole(1, 4096), {
    name: 'longest side of a frame',
    caption: 'Frame side',
    description: 'Longest side in pixels of the maps that are kept of every look.',
  }),
  /** Bytes that all frames may take on disk; beyond, every second one is dropped and the stride doubles. */
  frameBytes: asked(whole(1, 2 ** 46), {
    name: 'number of bytes for frames',
    caption: 'Frames',
    description: 'Bytes that all frames may take on disk.',
  }),
});

/** How a network is trained; plain JSON, all of it in the run's record. */
export const trainingOptions = object({
  epochs: asked(whole(1, 100_000), {
    name: 'number of epochs',
    caption: 'Epochs',
    description: 'How often every training image is seen.',
  }),
  batchSize: asked(whole(1, 4096), {
    name: 'minibatch size',
    caption: 'Minibatch',
    description: 'Images in one step of training.',
  }),
  optimizer,
  seed: seedOption,
  /** Share of the training images that is held out to validate after each epoch; 0: none. */
  validationShare: asked(number(0, 0.9), {
    name: 'share held out for validation',
    caption: 'Validation',
    description: 'Training images that are held out to validate after each epoch.',
    unit: 'share',
  }),
  augmentation,
  checkpoints,
  watch,
});

export type TrainingOptions = Of<typeof trainingOptions>;
export type OptimizerOptions = TrainingOptions['optimizer'];
export type Augmentation = TrainingOptions['augmentation'];
export type CheckpointSchedule = TrainingOptions['checkpoints'];
export type WatchOptions = TrainingOptions['watch'];

export const MOST_WATCHED = 64;

export const DEFAULT_TRAINING: TrainingOptions = {
  epochs: 10,
  batchSize: 16,
  optimizer: { kind: 'adam', learningRate: 0.001, momentum: 0.9, weightDecay: 0, schedule: 'constant' },
  seed: 0,
  validationShare: 0.05,
  augmentation: { flip: false, shift: 0, crop: 0 },
  checkpoints: { kind: 'epochs', every: 1 },
  watch: { every: 1, scoreOf: 'predicted', frameSide: 128, frameBytes: 512 * 1024 ** 2 },
};
