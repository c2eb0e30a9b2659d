import type { DatasetInfo, DatasetRequest } from '../../src/core/training/data/dataset';
import type { TrainingOptions } from '../../src/core/training/options';
import {
  type Guard,
  hasShape,
  isArrayOf,
  isBoolean,
  isCount,
  isFiniteNumber,
  isOneOf,
  isOptional,
  isString,
} from './guards';

const isOptionsShape = hasShape({
  epochs: isFiniteNumber,
  batchSize: isFiniteNumber,
  optimizer: hasShape({
    kind: isOneOf('sgd', 'momentum', 'adam'),
    learningRate: isFiniteNumber,
    momentum: isFiniteNumber,
    weightDecay: isFiniteNumber,
    schedule: isOneOf('constant', 'cosine'),
  }),
  seed: isFiniteNumber,
  validationShare: isFiniteNumber,
  augmentation: hasShape({ flip: isBoolean, shift: isFiniteNumber, crop: isFiniteNumber }),
  checkpoints: hasShape({ kind: isOneOf('every', 'logarithmic', 'epochs', 'end'), every: isFiniteNumber }),
  watch: hasShape({
    every: isFiniteNumber,
    scoreOf: isOneOf('predicted', 'label'),
    frameSide: isFiniteNumber,
    frameBytes: isFiniteNumber,
  }),
});

export const isTrainingOptions: Guard<TrainingOptions> = (value): value is TrainingOptions => isOptionsShape(value);

const isRequestShape = hasShape({
  path: isString,
  height: isOptional(isCount),
  width: isOptional(isCount),
  color: isOptional(isOneOf('rgb', 'grayscale')),
  resize: isOptional(isOneOf('stretch', 'center-crop', 'pad')),
  classes: isOptional(isArrayOf(isString)),
  limit: isOptional(isCount),
  testShare: isOptional(isFiniteNumber),
  seed: isOptional(isFiniteNumber),
  followLinks: isOptional(isBoolean),
  cacheBytes: isOptional(isFiniteNumber),
});

export const isDatasetRequest: Guard<DatasetRequest> = (value): value is DatasetRequest => isRequestShape(value);

const isInfoShape = hasShape({
  name: isString,
  path: isString,
  format: isOneOf('folders', 'idx', 'cifar-10', 'cifar-100', 'npz'),
  classes: isArrayOf(isString),
  isNamed: isOptional(isBoolean),
  height: isCount,
  width: isCount,
  channels: isOneOf(1, 3),
  trainCount: isCount,
  testCount: isCount,
  classCounts: isArrayOf(isCount),
  testSource: isOneOf('own', 'split'),
  unreadable: isArrayOf(hasShape({ path: isString, reason: isString })),
  unreadableCount: isCount,
  hash: isString,
  warnings: isArrayOf(isString),
});

export const isDatasetInfo: Guard<DatasetInfo> = (value): value is DatasetInfo => isInfoShape(value);
