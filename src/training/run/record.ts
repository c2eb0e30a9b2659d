import { ENGINE_IDS } from '../../core/model/modelInfo';
import { LABEL_SOURCES } from '../../core/result/labelSources';
import { choice, flag, list, literal, object, possible, such, text } from '../../core/schema/kinds';
import { count, measured, number, whole } from '../../core/schema/numbers';
import type { Of } from '../../core/schema/schema';
import { networkSummary } from '../architectures/architecture';
import { datasetInfo, fullDatasetRequest, unreadableFile } from '../data/dataset';
import { MOST_WATCHED, trainingOptions } from '../options';

const RUN_VERSION = 1;

export const runStatus = choice(['running', 'paused', 'stopped', 'finished', 'failed']);
export type RunStatus = Of<typeof runStatus>;

const result = { loss: measured, accuracy: measured };

export const epochResult = object({
  epoch: whole(1),
  /** Means over the epoch's minibatches, as they came. */
  ...result,
  validation: possible(object(result)),
  seconds: number(),
});
export type EpochResult = Of<typeof epochResult>;

const watchedImage = object({
  name: text(),
  path: text(),
  /** SHA-256 of the file. */
  hash: text(),
  /** y of the loss. */
  label: count,
  labelSource: choice(LABEL_SOURCES),
});
export type WatchedImage = Of<typeof watchedImage>;

const leftOutFiles = object({ count, files: list(unreadableFile) });

const fields = object({
  kind: literal('training'),
  version: literal(RUN_VERSION),
  id: text(),
  name: text(),
  /** ISO 8601, UTC. */
  created: text(),
  finished: possible(text()),
  status: runStatus,
  /** Why it failed or what to try, one or two sentences. */
  message: possible(text()),
  /** It failed because the loss or a weight became NaN or infinite: going on would end the same way. */
  diverged: possible(flag),
  network: object({
    /** Id of an architecture, or the path of the user's own model. */
    source: text(),
    summary: networkSummary,
  }),
  dataset: object({ request: fullDatasetRequest, info: datasetInfo }),
  options: trainingOptions,
  engine: choice(ENGINE_IDS),
  engineReason: text(),
  watched: list(watchedImage, MOST_WATCHED),
  /** Minibatches done, of `steps`. */
  step: count,
  steps: whole(1),
  epochs: list(epochResult),
  test: possible(object({ ...result, count })),
  /** Median over the epochs of training images a second, watching included. */
  imagesPerSecond: possible(measured),
  seconds: number(),
  warnings: list(text()),
  /** Pictures that could not be read when their turn came; at most 100 are listed. */
  leftOut: possible(leftOutFiles),
});

/** A training run as `run.json` keeps it: enough to repeat it and to say what came of it. */
export const runRecord = such(
  fields,
  ({ watched, dataset }) => watched.every(({ label }) => label < dataset.info.classes.length),
  'a run that labels its watched images with classes of its data set',
);
export type RunRecord = Of<typeof runRecord>;

/** What a list of runs needs of one: also those that are damaged elsewhere are listed. */
export const runHead = object({
  kind: literal('training'),
  name: text(),
  created: text(100),
  status: runStatus,
  network: object({ source: text() }),
  dataset: object({ info: object({ name: text() }) }),
  step: count,
  steps: count,
  epochs: list(object({ validation: possible(object({ accuracy: measured })) }), 1e6),
  test: possible(object({ accuracy: measured })),
});
