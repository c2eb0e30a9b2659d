import type { RunContents, WatchedMaps } from '../../src/core/training/run/contents';
import type { Frame } from '../../src/core/training/run/frames';
import type { EpochResult, RunRecord } from '../../src/core/training/run/record';
import type { NetworkSummary } from '../../src/core/training/architectures/architecture';
import {
  type Guard,
  hasShape,
  isArrayOf,
  isBoolean,
  isBytes,
  isCount,
  isFloats,
  isNumber,
  isOneOf,
  isOptional,
  isSignedBytes,
  isString,
} from './guards';
import { isMap, isPixelPicture } from './pixels';
import { isDatasetInfo, isDatasetRequest, isTrainingOptions } from './trainingOptions';

const isSummaryShape = hasShape({
  name: isString,
  layers: isArrayOf(hasShape({ name: isString, type: isString, output: isArrayOf(isNumber), parameters: isCount })),
  parameters: isCount,
  trainableParameters: isCount,
  warnings: isOptional(isArrayOf(isString)),
});
export const isSummary: Guard<NetworkSummary> = (value): value is NetworkSummary => isSummaryShape(value);

const isEpochShape = hasShape({
  epoch: isCount,
  loss: isNumber,
  accuracy: isNumber,
  validation: isOptional(hasShape({ loss: isNumber, accuracy: isNumber })),
  seconds: isNumber,
});
export const isEpoch: Guard<EpochResult> = (value): value is EpochResult => isEpochShape(value);

const isRecordShape = hasShape({
  kind: isOneOf('training'),
  version: isOneOf(1),
  id: isString,
  name: isString,
  created: isString,
  status: isOneOf('running', 'paused', 'stopped', 'finished', 'failed'),
  message: isOptional(isString),
  network: hasShape({ source: isString, summary: isSummary }),
  dataset: hasShape({ request: isDatasetRequest, info: isDatasetInfo }),
  options: isTrainingOptions,
  engine: isString,
  engineReason: isString,
  watched: isArrayOf(
    hasShape({
      name: isString,
      path: isString,
      label: isCount,
      labelSource: isOneOf('user', 'file name', 'folder name', 'prediction'),
    }),
  ),
  step: isCount,
  steps: isCount,
  epochs: isArrayOf(isEpoch),
  test: isOptional(hasShape({ loss: isNumber, accuracy: isNumber, count: isCount })),
  imagesPerSecond: isOptional(isNumber),
  seconds: isNumber,
  warnings: isArrayOf(isString),
  leftOut: isOptional(hasShape({ count: isCount, files: isArrayOf(hasShape({ path: isString, reason: isString })) })),
});
export const isRunRecord: Guard<RunRecord> = (value): value is RunRecord => isRecordShape(value);

const isContentsShape = hasShape({
  folder: isString,
  record: isRunRecord,
  history: hasShape({ loss: isFloats, accuracy: isFloats }),
  pictures: isArrayOf(isPixelPicture),
  frames: hasShape({ size: hasShape({ height: isCount, width: isCount }), steps: isArrayOf(isCount) }),
  checkpoints: isArrayOf(isCount),
  continuable: isBoolean,
});
export const isRunContents: Guard<RunContents> = (value): value is RunContents =>
  isContentsShape(value) && value.pictures.length === value.record.watched.length;

const isFrameImage = hasShape({
  predicted: isCount,
  probability: isNumber,
  loss: isNumber,
  gradientXInput: isBytes,
  gradientXInputScale: isNumber,
  lossGradient: isSignedBytes,
  lossGradientScale: isNumber,
});
export const isFrame: Guard<Frame> = hasShape({ step: isCount, images: isArrayOf(isFrameImage) });

const isMapsShape = hasShape({
  image: isCount,
  integrated: isMap,
  integratedAbsolute: isMap,
  count: isCount,
  last: isMap,
  lossCurve: isFloats,
  rankCorrelation: isFloats,
});
export const isWatchedMaps: Guard<WatchedMaps> = (value): value is WatchedMaps => {
  if (!isMapsShape(value)) return false;
  const { integrated, integratedAbsolute: absolute } = value;
  return (
    integrated.height === absolute.height &&
    integrated.width === absolute.width &&
    integrated.channels === absolute.channels
  );
};
