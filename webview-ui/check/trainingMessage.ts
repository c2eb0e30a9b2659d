import type { TrainingEvent } from '../../src/core/engine/training/service';
import type {
  DatasetChoice,
  FinalMap,
  ToTraining,
  TrainingForm,
  TrainingState,
  WatchedChoice,
} from '../../src/protocol/training';
import {
  type Guard,
  hasShape,
  isArrayOf,
  isBoolean,
  isBytes,
  isCount,
  isFloats,
  isNumber,
  isObject,
  isOneOf,
  isOptional,
  isString,
} from './guards';
import { isError } from './panelMessage';
import { isMap } from './pixels';
import { isDatasetInfo, isDatasetRequest, isTrainingOptions } from './trainingOptions';
import { isEpoch, isFrame, isRunContents, isRunRecord, isSummary, isWatchedMaps } from './trainingRun';

const isDatasetShape = hasShape({
  request: isDatasetRequest,
  info: isOptional(isDatasetInfo),
  error: isOptional(isError),
});
const isDataset: Guard<DatasetChoice> = (value): value is DatasetChoice => isDatasetShape(value);

const isWatchedShape = hasShape({ name: isString, path: isString, thumbnail: isOptional(isBytes) });
const isWatched: Guard<WatchedChoice> = (value): value is WatchedChoice => isWatchedShape(value);

const isFormShape = hasShape({
  architectures: isArrayOf(
    hasShape({ id: isString, label: isString, summary: isString, source: isString, minimumSide: isCount }),
  ),
  models: isArrayOf(hasShape({ name: isString, path: isString })),
  defaults: isTrainingOptions,
  dataset: isOptional(isDataset),
  watched: isArrayOf(isWatched),
  folder: isString,
});
const isForm: Guard<TrainingForm> = (value): value is TrainingForm => isFormShape(value);

const isState: Guard<TrainingState> = (value): value is TrainingState => {
  if (!isObject(value)) return false;
  if (value.kind === 'form') return isForm(value.form);
  return value.kind === 'run' && isRunContents(value.run) && isBoolean(value.live);
};

const isFinal: Guard<FinalMap> = hasShape({
  method: isOneOf('gradient-x-input', 'integrated-gradients'),
  map: isMap,
});

const isEvent: Guard<TrainingEvent> = (value): value is TrainingEvent => {
  if (!isObject(value)) return false;
  switch (value.kind) {
    case 'preparing':
      return isOneOf('data set', 'network')(value.what) && isCount(value.done) && isCount(value.total);
    case 'record':
      return isRunRecord(value.record);
    case 'minibatches':
      return (
        isCount(value.firstStep) &&
        isFloats(value.loss) &&
        isFloats(value.accuracy) &&
        isNumber(value.imagesPerSecond) &&
        isNumber(value.remainingSeconds)
      );
    case 'epoch':
      return isEpoch(value.result);
    case 'validating':
      return isCount(value.done) && isCount(value.total);
    case 'frame':
      return isFrame(value.frame);
    case 'checkpoint':
      return isCount(value.step);
    default:
      return false;
  }
};

const isToTraining: Guard<ToTraining> = (value): value is ToTraining => {
  if (!isObject(value)) return false;
  switch (value.type) {
    case 'state':
      return isState(value.state);
    case 'dataset':
      return isDataset(value.dataset);
    case 'watched':
      return isArrayOf(isWatched)(value.watched);
    case 'summary':
      return isString(value.network) && isOptional(isSummary)(value.summary) && isOptional(isError)(value.error);
    case 'event':
      return isEvent(value.event);
    case 'frames':
      return isCount(value.request) && isArrayOf(isFrame)(value.frames);
    case 'maps':
      return isWatchedMaps(value.maps) && isArrayOf(isFinal)(value.finals);
    case 'busy':
      return isString(value.title) && isOptional(isNumber)(value.share);
    case 'idle':
      return true;
    case 'failed':
      return isError(value.error);
    default:
      return false;
  }
};

/** A message to the training page, or undefined for anything else. */
export function readToTraining(value: unknown): ToTraining | undefined {
  return isToTraining(value) ? value : undefined;
}
