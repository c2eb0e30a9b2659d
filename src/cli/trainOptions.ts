import path from 'node:path';
import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import type { TrainRequest } from '../engine/calls/training';
import { UserError } from '../core/errors';
import type { EngineChoice } from '../core/model/modelInfo';
import { architectures } from '../training/architectures/registry';
import { check } from '../core/schema/check';
import type { DatasetRequest } from '../training/data/dataset';
import { datasetRequest } from '../training/data/dataset';
import type { CheckpointSchedule, OptimizerOptions, TrainingOptions, WatchOptions } from '../training/options';
import { DEFAULT_TRAINING, trainingOptions } from '../training/options';
import { addEngineOptions, addJsonOption, collect, parseNumber } from './options';

export interface TrainOptions {
  readonly continue?: string;
  readonly architecture?: string;
  readonly model?: string;
  readonly fresh?: boolean;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate?: number;
  readonly optimizer: OptimizerOptions['kind'];
  readonly momentum: number;
  readonly weightDecay: number;
  readonly schedule: OptimizerOptions['schedule'];
  readonly watch?: readonly string[];
  readonly watchEvery: number;
  readonly scoreOf: WatchOptions['scoreOf'];
  readonly limit?: number;
  readonly followLinks?: boolean;
  readonly classes?: string;
  readonly color?: NonNullable<DatasetRequest['color']>;
  readonly height?: number;
  readonly width?: number;
  readonly resize?: NonNullable<DatasetRequest['resize']>;
  readonly validation: number;
  readonly flip?: boolean;
  readonly shift: number;
  readonly crop: number;
  readonly checkpoints: CheckpointSchedule;
  readonly name?: string;
  readonly engine: EngineChoice;
  readonly threads?: number;
  readonly seed?: number;
  readonly out?: string;
  readonly json?: boolean;
}

const { optimizer, augmentation, watch, ...defaults } = DEFAULT_TRAINING;
const { entries } = trainingOptions;
/** Steps that are not scaled by their history must be larger. */
const PLAIN_LEARNING_RATE = 0.01;

export function addTrainOptions(command: Command): Command {
  const oneOf = (flags: string, text: string, { options }: { readonly options: readonly string[] }) =>
    new Option(flags, text).choices(options);
  const ids = architectures.map(({ id }) => id);
  command
    .addOption(oneOf('--architecture <id>', 'network to train from nothing', { options: ids }))
    .option('--model <file>', 'a TensorFlow.js or Keras layers model to go on with')
    .option('--fresh', 'new random weights for --model')
    .option('--epochs <n>', 'how often all images are seen', parseNumber, defaults.epochs)
    .option('--batch-size <n>', 'images a minibatch', parseNumber, defaults.batchSize)
    .option(
      '--learning-rate <x>',
      `step size (default: ${optimizer.learningRate}, ${PLAIN_LEARNING_RATE} for sgd and momentum)`,
      parseNumber,
    )
    .addOption(oneOf('--optimizer <kind>', 'how weights move', entries.optimizer.entries.kind).default(optimizer.kind))
    .option('--momentum <x>', 'of the optimizer momentum', parseNumber, optimizer.momentum)
    .option('--weight-decay <x>', 'decoupled, of kernels', parseNumber, optimizer.weightDecay)
    .addOption(
      oneOf('--schedule <kind>', 'of the learning rate', entries.optimizer.entries.schedule).default(
        optimizer.schedule,
      ),
    )
    .option('--watch <image>', 'an image to watch, repeatable', collect)
    .option('--watch-every <k>', 'watch after every k-th minibatch', parseNumber, watch.every)
    .addOption(
      oneOf('--score-of <class>', 'whose score is watched', entries.watch.entries.scoreOf).default(watch.scoreOf),
    )
    .option('--limit <n>', 'at most so many training images', parseNumber)
    .option('--classes <a,b>', 'only these classes')
    .option('--follow-links', 'follow links that lead out of the data set')
    .addOption(
      oneOf('--color <kind>', 'colour of the images (default: their own)', datasetRequest.entries.color.wrapped),
    )
    .option('--height <n>', 'height of the images (default: their own, at most 256)', parseNumber)
    .option('--width <n>', 'width of the images', parseNumber)
    .addOption(oneOf('--resize <mode>', 'how they are brought to it', datasetRequest.entries.resize.wrapped))
    .option('--validation <share>', 'share held out to validate', parseNumber, defaults.validationShare)
    .option('--flip', 'mirror every other image')
    .option('--shift <share>', 'move images by up to this share', parseNumber, augmentation.shift)
    .option('--crop <share>', 'cut up to this share off', parseNumber, augmentation.crop)
    .addOption(
      new Option('--checkpoints <when>', 'every:N, log, epochs or end')
        .argParser(parseCheckpoints)
        .default(defaults.checkpoints, wordOf(defaults.checkpoints)),
    )
    .option('--name <text>', 'name of the run (default: that of its folder)')
    .option('--out <folder>', 'new folder for the run')
    .option('--continue <folder>', 'go on with the run in this folder');
  return addJsonOption(addEngineOptions(command));
}

/** What `train` is asked for. Throws `UserError`: `usage` for what is missing or too much, `parameter` for numbers out of range. */
export function newRunRequest(dataset: string | undefined, options: TrainOptions): TrainRequest {
  const { architecture, model, out } = options;
  if (dataset === undefined)
    throw new UserError(
      'usage',
      'There is no data set to train on.',
      'Name a folder with a folder of images per class.',
    );
  if ((architecture === undefined) === (model === undefined))
    throw new UserError(
      'usage',
      architecture === undefined ? 'There is no network to train.' : 'There are two networks to train.',
      `Choose --architecture ${architectures.map(({ id }) => id).join('|')}, or a model file with --model.`,
    );
  if (options.fresh && model === undefined)
    throw new UserError('usage', '--fresh is for --model.', 'An architecture always starts with new weights.');
  if (out === undefined)
    throw new UserError('usage', 'There is no folder for the run.', 'Name a new folder with --out.');
  const folder = path.resolve(out);
  return {
    folder,
    name: options.name ?? path.basename(folder),
    network: model === undefined ? architecture! : path.resolve(model),
    ...(options.fresh ? { fresh: true } : {}),
    dataset: datasetOptions(dataset, options),
    options: planOf(options),
    watched: (options.watch ?? []).map((image) => ({ path: path.resolve(image) })),
    engine: options.engine,
    ...(options.threads === undefined ? {} : { threads: options.threads }),
  };
}

function datasetOptions(dataset: string, options: TrainOptions): DatasetRequest {
  const { limit, color, height, width, resize, classes, seed = DEFAULT_TRAINING.seed } = options;
  const request: DatasetRequest = {
    path: path.resolve(dataset),
    seed,
    ...(limit === undefined ? {} : { limit }),
    ...(color === undefined ? {} : { color }),
    ...(height === undefined ? {} : { height }),
    ...(width === undefined ? {} : { width }),
    ...(resize === undefined ? {} : { resize }),
    ...(options.followLinks ? { followLinks: true } : {}),
    ...(classes === undefined ? {} : { classes: classes.split(',').map((name) => name.trim()) }),
  };
  check(datasetRequest, request);
  return request;
}

function planOf(options: TrainOptions): TrainingOptions {
  const { epochs, batchSize, momentum, weightDecay, schedule, checkpoints, optimizer: kind } = options;
  const learningRate = options.learningRate ?? (kind === 'adam' ? optimizer.learningRate : PLAIN_LEARNING_RATE);
  const plan: TrainingOptions = {
    epochs,
    batchSize,
    optimizer: { kind, learningRate, momentum, weightDecay, schedule },
    seed: options.seed ?? DEFAULT_TRAINING.seed,
    validationShare: options.validation,
    augmentation: { flip: options.flip === true, shift: options.shift, crop: options.crop },
    checkpoints,
    watch: { ...watch, every: options.watchEvery, scoreOf: options.scoreOf },
  };
  check(trainingOptions, plan);
  return plan;
}

/** As it is written. */
function wordOf({ kind, every }: CheckpointSchedule): string {
  if (kind === 'every') return `every:${every}`;
  return kind === 'logarithmic' ? 'log' : kind;
}

function parseCheckpoints(text: string): CheckpointSchedule {
  const [, count] = /^every:(\d{1,9})$/.exec(text) ?? [];
  if (count !== undefined) return { kind: 'every', every: Number(count) };
  if (text === 'log') return { kind: 'logarithmic', every: 1 };
  if (text === 'epochs' || text === 'end') return { kind: text, every: 1 };
  throw new InvalidArgumentError('Use every:N, log, epochs or end');
}
