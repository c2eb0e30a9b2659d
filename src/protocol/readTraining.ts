import type { RunExport } from '../core/engine/training/service';
import type { DatasetRequest } from '../core/training/data/dataset';
import type { TrainingOptions } from '../core/training/options';
import type { Reader } from './read';
import { array, boolean, choice, integer, number, object, string, tagged } from './read';
import type { FromTraining } from './training';

const LARGEST_FILM = 1024 ** 3;
/** EBML, which a WebM file begins with. */
const WEBM_SIGNATURE = [0x1a, 0x45, 0xdf, 0xa3];

const exports: readonly RunExport[] = ['frames-png', 'animation-gif', 'maps-npy', 'figure-png'];
const maps: readonly ('gradient-x-input' | 'loss-gradient')[] = ['gradient-x-input', 'loss-gradient'];
const actions: readonly ('pause' | 'resume' | 'stop' | 'continue')[] = ['pause', 'resume', 'stop', 'continue'];
const colors: readonly NonNullable<DatasetRequest['color']>[] = ['rgb', 'grayscale'];
const resizes: readonly NonNullable<DatasetRequest['resize']>[] = ['stretch', 'center-crop', 'pad'];
const optimizers: readonly TrainingOptions['optimizer']['kind'][] = ['sgd', 'momentum', 'adam'];
const schedules: readonly TrainingOptions['optimizer']['schedule'][] = ['constant', 'cosine'];
const checkpointKinds: readonly TrainingOptions['checkpoints']['kind'][] = ['every', 'logarithmic', 'epochs', 'end'];
const scores: readonly TrainingOptions['watch']['scoreOf'][] = ['predicted', 'label'];

const file = string(4096);
const side = integer(1, 8192);
const seed = integer(0, 2 ** 32 - 1);
const count = integer(1, 1e9);
const place = integer(0, 1e9);
const share = number(0, 1);

export const readDatasetRequest: Reader<DatasetRequest> = object(
  { path: file },
  {
    height: side,
    width: side,
    color: choice(colors),
    resize: choice(resizes),
    classes: array(string(1000), 100_000),
    limit: count,
    testShare: share,
    seed,
    followLinks: boolean,
  },
);

const options: Reader<TrainingOptions> = object({
  epochs: integer(1, 1e6),
  batchSize: integer(1, 65_536),
  optimizer: object({
    kind: choice(optimizers),
    learningRate: number(0, 1e6),
    momentum: share,
    weightDecay: number(0, 1e6),
    schedule: choice(schedules),
  }),
  seed,
  validationShare: share,
  augmentation: object({ flip: boolean, shift: share, crop: share }),
  checkpoints: object({ kind: choice(checkpointKinds), every: count }),
  watch: object({
    every: count,
    scoreOf: choice(scores),
    frameSide: side,
    frameBytes: integer(0),
  }),
});

const webm: Reader<Uint8Array> = (value) => {
  if (!(value instanceof Uint8Array) || value.byteLength > LARGEST_FILM) throw new TypeError('Not a film');
  if (WEBM_SIGNATURE.some((byte, index) => value[index] !== byte)) throw new TypeError('Not a film');
  return value;
};

/** A message of the training page; nothing that it says is taken on trust. */
export const readFromTraining: Reader<FromTraining> = tagged('type', {
  ready: object({}),
  chooseDataset: object({}),
  getFashionMnist: object({}),
  dataset: object({ request: readDatasetRequest }),
  chooseWatched: object({}),
  removeWatched: object({ index: place }),
  summary: object({ network: file, fresh: boolean }),
  start: object({ plan: object({ network: file, fresh: boolean, name: string(200), options }) }),
  control: object({ action: choice(actions) }),
  frames: object({ request: place, from: place, to: place, stride: count }),
  maps: object({ image: place }),
  export: object({ what: choice(exports), map: choice(maps) }),
  film: object({ webm }),
  openModel: object({}),
  newRun: object({}),
  cancel: object({}),
});
