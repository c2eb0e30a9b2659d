import type { TrainingOptions } from '../../../src/core/training/options';
import type { NumberSpec } from '../../controls/numberField';

/** A number among the options: how it is asked for, and where it belongs. */
export interface OptionField {
  readonly spec: NumberSpec;
  readonly get: (options: TrainingOptions) => number;
  readonly set: (options: TrainingOptions, value: number) => TrainingOptions;
  /** Hidden while it has no effect. */
  readonly applies?: (options: TrainingOptions) => boolean;
}

type Numbers = readonly [minimum: number, maximum: number];

function spec(caption: string, description: string, [minimum, maximum]: Numbers, integer: boolean): NumberSpec {
  return { caption, description, minimum, maximum, integer };
}

/** Shares are shown in percent; rounded so that 0.07 does not become 7.000000000000001. */
const toPercent = (share: number): number => Number((100 * share).toPrecision(6));

export const epochs: OptionField = {
  spec: spec('Epochs', 'How often every training image is seen.', [1, 100_000], true),
  get: (options) => options.epochs,
  set: (options, value) => ({ ...options, epochs: value }),
};

export const batchSize: OptionField = {
  spec: spec('Minibatch', 'Images in one step of training.', [1, 65_536], true),
  get: (options) => options.batchSize,
  set: (options, value) => ({ ...options, batchSize: value }),
};

export const learningRate: OptionField = {
  spec: spec('Learning rate', 'Size of a step. Adam: 0.001; SGD: 0.01 to 0.1.', [1e-9, 100], false),
  get: ({ optimizer }) => optimizer.learningRate,
  set: (options, value) => ({ ...options, optimizer: { ...options.optimizer, learningRate: value } }),
};

export const momentum: OptionField = {
  spec: spec('Momentum', 'Share of the last step that goes on.', [0, 0.9999], false),
  get: ({ optimizer }) => optimizer.momentum,
  set: (options, value) => ({ ...options, optimizer: { ...options.optimizer, momentum: value } }),
  applies: ({ optimizer }) => optimizer.kind === 'momentum',
};

export const weightDecay: OptionField = {
  spec: spec('Weight decay', 'Draws kernels towards zero; with Adam this is AdamW.', [0, 10], false),
  get: ({ optimizer }) => optimizer.weightDecay,
  set: (options, value) => ({ ...options, optimizer: { ...options.optimizer, weightDecay: value } }),
};

export const validationShare: OptionField = {
  spec: spec('Validation (%)', 'Training images that are held out to validate after each epoch.', [0, 90], false),
  get: (options) => toPercent(options.validationShare),
  set: (options, value) => ({ ...options, validationShare: value / 100 }),
};

export const seed: OptionField = {
  spec: spec('Seed', 'The same seed gives the same run on the same engine.', [0, 0xffff_ffff], true),
  get: (options) => options.seed,
  set: (options, value) => ({ ...options, seed: value }),
};

export const shift: OptionField = {
  spec: spec('Shift (%)', 'Images are moved by up to this share of a side each way.', [0, 50], false),
  get: ({ augmentation }) => toPercent(augmentation.shift),
  set: (options, value) => ({ ...options, augmentation: { ...options.augmentation, shift: value / 100 } }),
};

export const crop: OptionField = {
  spec: spec('Crop (%)', 'Up to this share of each side is cut away and the rest scaled back.', [0, 90], false),
  get: ({ augmentation }) => toPercent(augmentation.crop),
  set: (options, value) => ({ ...options, augmentation: { ...options.augmentation, crop: value / 100 } }),
};

export const checkpointEvery: OptionField = {
  spec: spec('Checkpoint every', 'Minibatches from one checkpoint to the next.', [1, 1_000_000_000], true),
  get: ({ checkpoints }) => checkpoints.every,
  set: (options, value) => ({ ...options, checkpoints: { ...options.checkpoints, every: value } }),
  applies: ({ checkpoints }) => checkpoints.kind === 'every',
};

export const watchEvery: OptionField = {
  spec: spec('Watch every', 'Minibatches from one look at the watched images to the next.', [1, 1_000_000_000], true),
  get: ({ watch }) => watch.every,
  set: (options, value) => ({ ...options, watch: { ...options.watch, every: value } }),
};

export const frameSide: OptionField = {
  spec: spec('Frame side', 'Longest side in pixels of the maps that are kept of every look.', [8, 1024], true),
  get: ({ watch }) => watch.frameSide,
  set: (options, value) => ({ ...options, watch: { ...options.watch, frameSide: value } }),
};
