import { randomBytes } from 'node:crypto';
import { rmdir } from 'node:fs/promises';
import path from 'node:path';
import { throwIfCancelled, UserError } from '../../core/errors';
import { holdingThread } from '../../runtime/interrupts';
import { resultId } from '../../core/result/id';
import { check } from '../../core/schema/check';
import type { TrainingControl } from '../../training/control';
import type { Dataset, DatasetInfo, DatasetRequest } from '../../training/data/dataset';
import { openDataset } from '../../training/data/openDataset';
import { orderClasses } from '../../training/data/orderClasses';
import { holdOut } from '../../training/data/subsets';
import { encodeLayersModel } from '../../training/layersModelFile';
import type { LayersModel, NamedWeight, NetworkOptions, TrainableNetwork } from '../../core/model/trainableNetwork';
import type { TrainingOptions } from '../../training/options';
import { trainingOptions } from '../../training/options';
import { explainDisk } from '../../training/run/diskFailure';
import { lockRun } from '../../training/run/lock';
import { isContinuable, keptState } from '../../training/run/openRun';
import { removeTemporary } from '../../training/run/ownFiles';
import type { RunRecord } from '../../training/run/record';
import { readRecord } from '../../training/run/recordFile';
import { writeFiles } from '../../training/run/runOutput';
import {
  initialModelPath,
  inNewFolder,
  makeRunFolder,
  readSetup,
  requireVacant,
  writeSetup,
} from '../../training/run/setup';
import type { TrainingSession } from '../../training/session';
import { runTraining } from '../../training/session';
import type { TrainingSets } from '../../training/trainer';
import { stepsOf } from '../../training/steps';
import { createImageCache } from '../usecases/images';
import type { TrainRequest, TrainingEvent } from '../calls/training';
import { checkWatched, prepareWatched } from './watchedImages';

/** One training: how it is spoken to and whom it tells. */
export interface TrainContext {
  readonly control: TrainingControl;
  /** Aborted when it is to stop. */
  readonly signal: AbortSignal;
  readonly report: (event: TrainingEvent) => void;
}

type NewRun = Extract<TrainRequest, { readonly name: string }>;
type ContinuedRun = Exclude<TrainRequest, NewRun>;

/** Trains a network from its start in a new folder. */
export async function beginRun(request: NewRun, context: TrainContext): Promise<RunRecord> {
  const { options } = request;
  const folder = path.resolve(request.folder);
  check(trainingOptions, options);
  checkWatched(request.watched);
  await requireVacant(folder);
  return withDataset(request.dataset, context, async (opened) => {
    const { prepareNetwork } = await import('./network/prepareNetwork');
    const { height, width, channels, classes, isNamed = true } = opened.info;
    const wish = {
      height,
      width,
      channels,
      classes: classes.length,
      labels: { names: classes, isNamed },
      seed: options.seed,
      fresh: request.fresh === true,
    };
    const { model, summary, agreement } = await holdingThread(() =>
      prepareNetwork({ network: request.network, ...wish }),
    );
    const dataset = agreement ? orderClasses(opened, agreement.order, agreement.names) : opened;
    const { info } = dataset;
    const sets = setsOf(dataset, options);
    const watchShare = watchShareOf(request.watched.length, options);
    return withNetwork(model, { ...request, watchShare }, context, async (network) => {
      const watched = await prepareWatched(request.watched, network, info, request.dataset, createImageCache());
      throwIfCancelled(context.signal);
      const created = new Date().toISOString();
      const record: RunRecord = {
        kind: 'training',
        version: 1,
        id: resultId(created, randomBytes(4)),
        name: request.name,
        created,
        status: 'running',
        network: { source: request.network, summary },
        dataset: { request: request.dataset, info },
        options,
        engine: network.engine,
        engineReason: network.engineReason,
        watched: watched.facts,
        step: 0,
        steps: stepsOf(sets.train.count, options),
        epochs: [],
        seconds: 0,
        warnings: summary.warnings ?? [],
      };
      await makeRunFolder(folder);
      const begin = async (lock: TrainingSession['lock']): Promise<RunRecord> => {
        const saveModel = modelWriter(model, record);
        const { threadCount } = await import('../../runtime/onnx/library');
        // ONNX Runtime's sums depend on their number: where the run is continued it is the same.
        const threads = network.engine === 'onnx' ? threadCount(request.threads) : request.threads;
        const setup = { watched: watched.images, ...(threads !== undefined && { threads }) };
        await writeSetup(folder, record, setup, (target) => saveModel(target, network.exportWeights()));
        const session = { folder, lock, network, sets, watched: watched.images, options, saveModel, ...context };
        return runTraining(session, record, { continues: false });
      };
      try {
        return await withLock(folder, async (lock) => inNewFolder(folder, () => begin(lock)));
      } catch (error) {
        // It is empty where nothing came of the run.
        await rmdir(folder).catch(() => undefined);
        throw explainDisk(error, 'start again');
      }
    });
  });
}

/** Goes on with a run from its last kept state. */
export async function continueRun(request: ContinuedRun, context: TrainContext): Promise<RunRecord> {
  const folder = path.resolve(request.folder);
  // Before the lock, which would be a file in somebody else's folder.
  await readRecord(folder);
  try {
    return await withLock(folder, (lock) => continueLocked(folder, lock, request, context));
  } catch (error) {
    throw explainDisk(error, 'continue the run');
  }
}

async function continueLocked(
  folder: string,
  lock: TrainingSession['lock'],
  request: ContinuedRun,
  context: TrainContext,
): Promise<RunRecord> {
  const record = await readRecord(folder);
  if (!isContinuable(record, await keptState(folder))) throw cannotContinue(record);
  check(trainingOptions, record.options);
  await removeTemporary(folder);
  return withDataset(record.dataset.request, context, async (opened) => {
    const dataset = asBefore(record.dataset.info, opened);
    const { watched, threads } = await readSetup(folder, record);
    const { readLayersModel } = await import('./network/readLayersModel');
    const model = await readLayersModel(initialModelPath(folder));
    const { engine, options } = record;
    const { tensorflowModule } = request;
    const choice = {
      engine,
      watchShare: watchShareOf(record.watched.length, options),
      ...(threads !== undefined && { threads }),
      ...(tensorflowModule !== undefined && { tensorflowModule }),
    };
    return withNetwork(model, choice, context, async (network) => {
      const saveModel = modelWriter(model, record);
      const sets = setsOf(dataset, options);
      if (stepsOf(sets.train.count, options) !== record.steps) throw changed();
      const session = { folder, lock, network, sets, watched, options, saveModel, ...context };
      return runTraining(session, asRunning(record, network), { continues: true });
    });
  });
}

async function withDataset<T>(
  request: DatasetRequest,
  { signal, report }: TrainContext,
  work: (dataset: Dataset) => Promise<T>,
): Promise<T> {
  const progress = (done: number, total: number) => report({ kind: 'preparing', what: 'data set', done, total });
  const dataset = await openDataset(request, { signal, progress });
  try {
    return await work(dataset);
  } finally {
    await dataset.dispose();
  }
}

async function withNetwork<T>(
  model: LayersModel,
  options: Partial<NetworkOptions>,
  { signal, report }: TrainContext,
  work: (network: TrainableNetwork) => Promise<T>,
): Promise<T> {
  throwIfCancelled(signal);
  report({ kind: 'preparing', what: 'network', done: 0, total: 1 });
  const { createNetwork } = await import('./network/createNetwork');
  const { engine = 'auto', watchShare = 0, threads, tensorflowModule } = options;
  const choice = {
    engine,
    watchShare,
    ...(threads !== undefined && { threads }),
    ...(tensorflowModule !== undefined && { tensorflowModule }),
  };
  const network = await holdingThread(() => createNetwork(model, choice));
  try {
    report({ kind: 'preparing', what: 'network', done: 1, total: 1 });
    return await work(network);
  } finally {
    await network.dispose();
  }
}

async function withLock<T>(folder: string, work: (lock: TrainingSession['lock']) => Promise<T>): Promise<T> {
  const lock = await lockRun(folder);
  try {
    return await work(lock);
  } finally {
    await lock.release();
  }
}

function watchShareOf(images: number, { batchSize, watch }: TrainingOptions): number {
  return images / (watch.every * batchSize);
}

function setsOf({ train, test }: Dataset, { validationShare, seed }: TrainingOptions): TrainingSets {
  const { rest, held } = holdOut(train, validationShare, seed);
  return { train: rest, test, ...(held.count > 0 && { validation: held }) };
}

/** Writes the model, with what the rest of the program wants to know of it, into an empty folder. */
function modelWriter(model: LayersModel, { name, dataset }: RunRecord) {
  const { classes, height, width, channels } = dataset.info;
  const resize = dataset.request.resize ?? 'stretch';
  const color = channels === 1 ? 'grayscale' : 'rgb';
  const facts = { name, classes, input: { height, width, resize, interpolation: 'bilinear', color } } as const;
  return (folder: string, weights: readonly NamedWeight[]) =>
    writeFiles(folder, { ...encodeLayersModel({ ...model, weights }, facts) });
}

/** A run's record as it is when the run goes on. */
function asRunning(record: RunRecord, { engineReason }: TrainableNetwork): RunRecord {
  const running: { -readonly [Key in keyof RunRecord]: RunRecord[Key] } = {
    ...record,
    status: 'running',
    engineReason,
  };
  delete running.finished;
  delete running.message;
  delete running.test;
  return running;
}

/** The data set with its classes numbered as the run began with them. Throws `UserError('dataset-unreadable')` if it is another. */
function asBefore(was: DatasetInfo, dataset: Dataset): Dataset {
  const is = dataset.info;
  if (was.hash !== is.hash || was.trainCount !== is.trainCount || was.classes.length !== is.classes.length)
    throw changed();
  // Numbers may have got the names of the model that the run went on with.
  const isNumbered = was.isNamed === false && is.isNamed === false;
  const order = was.classes.map((name, at) => (isNumbered ? at : is.classes.indexOf(name)));
  if (order.includes(-1) || new Set(order).size !== order.length) throw changed();
  return orderClasses(dataset, order, was.classes);
}

function changed(): UserError {
  return new UserError(
    'dataset-unreadable',
    'The data set is not the one that the run began with.',
    'Bring its files back as they were, or start a new run.',
  );
}

function cannotContinue({ status, diverged }: RunRecord): UserError {
  if (status === 'finished')
    return new UserError('training-failed', 'This run is finished.', 'Start a new run, with its model if you like.');
  if (diverged)
    return new UserError(
      'training-failed',
      'This run diverged, and would again.',
      'Start a new run with a lower learning rate.',
    );
  return new UserError('training-failed', 'This run kept no state to go on from.', 'Start a new run.');
}
