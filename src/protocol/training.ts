import { runExport } from '../engine/calls/training';
import { rawMap } from '../core/image/pixels';
import { choice, bytes, file, flag, list, literal, object, possible, text, variant } from '../core/schema/kinds';
import { measured, whole } from '../core/schema/numbers';
import type { Of } from '../core/schema/schema';
import { architectureDescription, networkSummary } from '../training/architectures/architecture';
import { datasetInfo, datasetRequest, fullDatasetRequest } from '../training/data/dataset';
import { trainingEvent } from '../training/events';
import { frameMapKind } from '../training/frameMapKind';
import { trainingOptions } from '../training/options';
import { runContents, watchedMaps } from '../training/run/contents';
import { frame } from '../training/frames/frames';
import { panelError } from './panelError';
import { refused } from './refused';

const LARGEST_FILM = 1024 ** 3;
/** EBML, which a WebM file begins with. */
const WEBM_SIGNATURE = [0x1a, 0x45, 0xdf, 0xa3];
const LONGEST_PATH = 4096;

const datasetChoice = object({
  request: fullDatasetRequest,
  info: possible(datasetInfo),
  error: possible(panelError),
});
export type DatasetChoice = Of<typeof datasetChoice>;

const watchedChoice = object({
  name: text(),
  path: text(),
  /** PNG, small. */
  thumbnail: possible(bytes),
});
export type WatchedChoice = Of<typeof watchedChoice>;

const trainingForm = object({
  architectures: list(architectureDescription),
  /** The user's layers models that can be trained on: name and path. */
  models: list(object({ name: text(), path: text() })),
  defaults: trainingOptions,
  dataset: possible(datasetChoice),
  watched: list(watchedChoice),
  folder: text(),
});
export type TrainingForm = Of<typeof trainingForm>;

/** What the training page shows: a form to fill in, or a run. */
const trainingState = variant('kind', [
  object({ kind: literal('form'), form: trainingForm }),
  /** `live`: it is being trained by this window. */
  object({ kind: literal('run'), run: runContents, live: flag }),
]);
export type TrainingState = Of<typeof trainingState>;

/** A map of the finished network for one watched image. */
const finalMap = object({ method: choice(['gradient-x-input', 'integrated-gradients']), map: rawMap });
export type FinalMap = Of<typeof finalMap>;

export const toTraining = variant('type', [
  object({ type: literal('state'), state: trainingState }),
  /** The data set of the form was chosen or read. */
  object({ type: literal('dataset'), dataset: datasetChoice }),
  object({ type: literal('watched'), watched: list(watchedChoice) }),
  object({
    type: literal('summary'),
    network: text(),
    summary: possible(networkSummary),
    error: possible(panelError),
  }),
  object({ type: literal('event'), event: trainingEvent }),
  object({ type: literal('frames'), request: whole(0), frames: list(frame) }),
  object({ type: literal('maps'), maps: watchedMaps, finals: list(finalMap) }),
  /** Something runs (an export, a download); `share` in [0, 1] where it is known. */
  object({ type: literal('busy'), title: text(), share: possible(measured) }),
  object({ type: literal('idle') }),
  object({ type: literal('failed'), error: panelError }),
]);
export type ToTraining = Of<typeof toTraining>;

const network = text(LONGEST_PATH);
const place = whole(0, 1e9);

/** What the form sends to start. */
const trainingPlan = object({ network, fresh: flag, name: text(200), options: trainingOptions });
export type TrainingPlan = Of<typeof trainingPlan>;

/** A message of the training page; nothing that it says is taken on trust. */
export const fromTraining = variant('type', [
  object({ type: literal('ready') }),
  object({ type: literal('chooseDataset') }),
  object({ type: literal('getFashionMnist') }),
  /** How to read the chosen data set changed. */
  object({ type: literal('dataset'), request: datasetRequest }),
  object({ type: literal('chooseWatched') }),
  object({ type: literal('removeWatched'), index: place }),
  object({ type: literal('summary'), network, fresh: flag }),
  object({ type: literal('start'), plan: trainingPlan }),
  object({ type: literal('control'), action: choice(['pause', 'resume', 'stop', 'continue']) }),
  object({ type: literal('frames'), request: place, from: place, to: place, stride: whole(1, 1e9) }),
  object({ type: literal('maps'), image: place }),
  object({ type: literal('export'), what: runExport, map: frameMapKind }),
  /** The page encoded a film of the run. */
  object({ type: literal('film'), webm: file('a film', WEBM_SIGNATURE, LARGEST_FILM) }),
  object({ type: literal('openModel') }),
  object({ type: literal('newRun') }),
  object({ type: literal('cancel') }),
  refused,
]);
export type FromTraining = Of<typeof fromTraining>;
