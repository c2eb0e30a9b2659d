import { MOST_WATCHED } from '../options';
import { damagedRun, readOwn, replaceFile } from './ownFiles';
import type { RunRecord } from './record';
import { RUN_VERSION } from './record';
import type { Shape } from './shape';
import { firstMisfit, isBoolean, isCount, isLossy, isNumber, isPositive, isText, oneOf, optional } from './shape';

export const RECORD_FILE = 'run.json';
const LARGEST = 64 * 1024 ** 2;

const layer: Shape = { name: isText, type: isText, output: [isLossy], parameters: isCount };

const info: Shape = {
  name: isText,
  path: isText,
  format: isText,
  classes: [isText],
  isNamed: optional(isBoolean),
  height: isPositive,
  width: isPositive,
  channels: oneOf(1, 3),
  trainCount: isCount,
  testCount: isCount,
  classCounts: [isCount],
  testSource: oneOf('own', 'split'),
  unreadable: [{ path: isText, reason: isText }],
  unreadableCount: isCount,
  hash: isText,
  warnings: [isText],
};

const optionsShape: Shape = {
  epochs: isPositive,
  batchSize: isPositive,
  optimizer: {
    kind: oneOf('sgd', 'momentum', 'adam'),
    learningRate: isNumber,
    momentum: isNumber,
    weightDecay: isNumber,
    schedule: oneOf('constant', 'cosine'),
  },
  seed: isNumber,
  validationShare: isNumber,
  augmentation: { flip: isBoolean, shift: isNumber, crop: isNumber },
  checkpoints: { kind: oneOf('every', 'logarithmic', 'epochs', 'end'), every: isPositive },
  watch: { every: isPositive, scoreOf: oneOf('predicted', 'label'), frameSide: isPositive, frameBytes: isPositive },
};

export const epochShape: Shape = {
  epoch: isPositive,
  loss: isLossy,
  accuracy: isLossy,
  validation: optional({ loss: isLossy, accuracy: isLossy }),
  seconds: isNumber,
};

const recordShape: Shape = {
  kind: oneOf('training'),
  version: oneOf(RUN_VERSION),
  id: isText,
  name: isText,
  created: isText,
  finished: optional(isText),
  status: oneOf('running', 'paused', 'stopped', 'finished', 'failed'),
  message: optional(isText),
  diverged: optional(isBoolean),
  network: {
    source: isText,
    summary: {
      name: isText,
      layers: [layer],
      parameters: isCount,
      trainableParameters: isCount,
      warnings: optional([isText]),
    },
  },
  dataset: { request: { path: isText }, info },
  options: optionsShape,
  engine: oneOf('onnx', 'tensorflow', 'wasm', 'cpu'),
  engineReason: isText,
  watched: [
    {
      name: isText,
      path: isText,
      hash: isText,
      label: isCount,
      labelSource: oneOf('user', 'file name', 'folder name', 'prediction'),
    },
  ],
  step: isCount,
  steps: isPositive,
  epochs: [epochShape],
  test: optional({ loss: isLossy, accuracy: isLossy, count: isCount }),
  imagesPerSecond: optional(isLossy),
  seconds: isNumber,
  warnings: [isText],
  leftOut: optional({ count: isCount, files: [{ path: isText, reason: isText }] }),
};

/** The record of the run in `folder`. Throws `UserError('training-failed')` where there is none or it is not one. */
export async function readRecord(folder: string): Promise<RunRecord> {
  let value: unknown;
  const bytes = await readOwn(folder, RECORD_FILE, LARGEST);
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw damagedRun(RECORD_FILE, 'is not JSON');
  }
  const misfit = firstMisfit(value, recordShape);
  if (misfit !== undefined) throw damagedRun(RECORD_FILE, `is not the record of a run (${misfit.slice(0, 100)})`);
  const record = value as RunRecord;
  if (record.watched.length > MOST_WATCHED) throw damagedRun(RECORD_FILE, 'names too many watched images');
  const classes = record.dataset.info.classes.length;
  if (record.watched.some(({ label }) => label >= classes))
    throw damagedRun(RECORD_FILE, 'labels a watched image with a class that the data set does not have');
  return record;
}

/** Writes the record so that it can be read at any moment. */
export async function writeRecord(folder: string, record: RunRecord): Promise<void> {
  const text = `${JSON.stringify(record, null, 2)}\n`;
  await replaceFile(folder, RECORD_FILE, (handle) => handle.writeFile(text), { lasting: false });
}
