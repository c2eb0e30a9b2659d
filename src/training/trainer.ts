import { setImmediate } from 'node:timers/promises';
import { UserError } from '../core/errors';
import type { PictureSize } from './architectures/architecture';
import type { TrainingControl } from './control';
import type { ImageSet } from './data/dataset';
import type { Evaluation } from './evaluate';
import { evaluate } from './evaluate';
import { createLeftOut, isLeftOutWarning, leftOutWarning } from './data/leftOut';
import type { TrainerEvent } from './events';
import { createLedger } from './ledger';
import { createMinibatchReader } from './minibatches';
import type { TrainableNetwork } from '../core/model/trainableNetwork';
import type { Optimizer } from './optimizer';
import type { TrainingOptions } from './options';
import { createPace } from './pace';
import { createReporter } from './reporter';
import { diskFailure, explainDisk } from './run/diskFailure';
import type { RunRecord } from './run/record';
import type { RunOutput } from './run/runOutput';
import type { RunState } from './run/stateFile';
import { isCheckpoint, learningRateAt } from './schedule';
import { stepsOf } from './steps';
import type { Watcher } from './watch/watcher';

export interface TrainingSets {
  readonly train: ImageSet;
  /** After each epoch; absent: not at all. */
  readonly validation?: ImageSet;
  readonly test: ImageSet;
}

export interface TrainerParts {
  readonly network: TrainableNetwork;
  readonly optimizer: Optimizer;
  readonly watcher: Watcher | undefined;
  readonly sets: TrainingSets;
  readonly options: TrainingOptions;
  readonly output: RunOutput;
  readonly control: TrainingControl;
  readonly report: (event: TrainerEvent) => void;
  /** Where the run stood, of one that goes on. */
  readonly from?: RunState;
  /** The run's state is kept after so many seconds at the latest; default 20. */
  readonly stateSeconds?: number;
}

/** Messages of others are heard at least so often, in milliseconds. */
const TURN = 20;
const FLUSH = 250;
const RECORD = 2000;
/** Keeping the state may take this share of the time at most. */
const STATE_SHARE = 0.05;

class Diverged extends Error {}

/**
 * Trains until done or stopped and returns the record as it then is; `record` is that of the run as it begins. Everything drawn
 * is a function of the seed and of the minibatch's number, so a run that goes on from a kept state ends bit for bit as one that
 * was never interrupted. A loss that is not finite ends the run as `failed`, with the last kept state untouched, and so does a
 * `UserError` (a file that vanished, a full disk); other errors are noted in the record and thrown.
 */
export async function trainNetwork(parts: TrainerParts, record: RunRecord): Promise<RunRecord> {
  const { network, optimizer, watcher, sets, options, output, control } = parts;
  const size: PictureSize = network.input;
  const steps = stepsOf(sets.train.count, options);
  const ledger = createLedger(sets.train.count, parts.from);
  const pace = createPace();
  const reporter = createReporter({ report: parts.report, layout: watcher?.layout, pace: () => outlook() });
  const { train, validation, test } = sets;
  const pictures = train.count + (validation?.count ?? 0) + test.count;
  const leftOut = createLeftOut(pictures, record.leftOut);
  const ownWarnings = record.warnings.filter((text) => !isLeftOutWarning(text));
  let toldLeftOut = leftOut.count;
  const reader = createMinibatchReader(train, size, options, leftOut);
  const { epochSteps } = reader;
  let current = record;
  /** Whether there is a state to go on from. */
  let isKept = parts.from !== undefined;
  let lastFrame: Uint8Array | undefined;
  /** What is being looked at; its frame is put down before the next look, and before anything is kept. */
  let looking: Promise<Uint8Array> | undefined;
  let validationSeconds = 0;
  let mark = performance.now();
  const last = { turn: mark, flush: mark, record: mark, state: mark, stateTook: 0 };

  function outlook() {
    const { step, epochs } = ledger.state;
    const { imagesPerSecond } = pace;
    const training = ((steps - step) * options.batchSize) / imagesPerSecond;
    return { imagesPerSecond, remainingSeconds: training + (options.epochs - epochs.length) * validationSeconds };
  }

  /** Seconds since the last lap. */
  function lap(): number {
    const now = performance.now();
    const seconds = (now - mark) / 1000;
    mark = now;
    return seconds;
  }

  async function putRecord(change: Partial<RunRecord>): Promise<void> {
    const { step, seconds, epochs } = ledger.state;
    const { imagesPerSecond } = ledger;
    current = {
      ...current,
      step,
      seconds,
      epochs,
      ...(imagesPerSecond !== undefined && { imagesPerSecond }),
      ...(leftOut.count > 0 && {
        leftOut: { count: leftOut.count, files: [...leftOut.files] },
        warnings: [...ownWarnings, leftOutWarning(leftOut.count)],
      }),
      ...change,
    };
    await output.record(current);
    last.record = performance.now();
  }

  async function note(change: Partial<RunRecord> = {}): Promise<void> {
    await putRecord(change);
    if (change.status === undefined && toldLeftOut === leftOut.count) return;
    toldLeftOut = leftOut.count;
    reporter.tell({ kind: 'record', record: current });
  }

  async function keepState(): Promise<void> {
    await endLook();
    const isSound = network.weights.every(({ values }) => values.every(Number.isFinite));
    if (!isSound) throw new Diverged('A weight is no longer a finite number');
    const started = performance.now();
    await output.state(ledger.state);
    isKept = true;
    last.state = performance.now();
    last.stateTook = last.state - started;
  }

  /** The next minibatch need not wait for what is seen: the weights are taken down at once. */
  async function beginLook(step: number): Promise<void> {
    await endLook();
    if (!watcher || step % options.watch.every !== 0) return;
    looking = watcher.look(step);
    // Its failure is told to the one who ends it, which may be a minibatch later.
    looking.catch(() => undefined);
  }

  async function endLook(): Promise<void> {
    const frame = await looking;
    looking = undefined;
    if (!frame) return;
    lastFrame = frame;
    await output.frame(frame);
    reporter.frame(frame);
  }

  async function checkpoint(step: number): Promise<void> {
    if (!isCheckpoint(options.checkpoints, step, epochSteps, steps)) return;
    await output.checkpoint(step);
    reporter.tell({ kind: 'checkpoint', step });
  }

  /** `isOptional`: given up when a stop is wanted meanwhile. */
  async function measure(set: ImageSet, isOptional: boolean): Promise<Evaluation | undefined> {
    const result = await evaluate(network, set, {
      progress: (done, total) => parts.report({ kind: 'validating', done, total }),
      isUnwanted: () => isOptional && control.wish === 'stop',
      leftOut,
    });
    if (result && !Number.isFinite(result.loss)) throw new Diverged('The loss of the validation is not finite');
    return result;
  }

  async function begin(): Promise<void> {
    await beginLook(0);
    await checkpoint(0);
    await keepState();
  }

  async function doMinibatch(): Promise<void> {
    const index = ledger.state.step;
    const learningRate = learningRateAt(options.optimizer, index, steps);
    const batch = await reader.read(index);
    const { count } = batch;
    const result = await network.step(batch);
    if (!Number.isFinite(result.loss)) throw new Diverged(`The loss is ${result.loss}`);
    optimizer.update(learningRate);
    ledger.count(result, count);
    const step = index + 1;
    const epoch = Math.floor(index / epochSteps) + 1;
    output.minibatch({ step, epoch, images: count, learningRate, loss: result.loss, correct: result.correct });
    await beginLook(step);
    await checkpoint(step);
    reporter.minibatch(step, result.loss, result.correct / count);
    const seconds = lap();
    ledger.spend(seconds, 'training');
    pace.note(count, seconds);
    if (step % epochSteps === 0) await endEpoch();
  }

  async function endEpoch(): Promise<void> {
    const validation = sets.validation && (await measure(sets.validation, false));
    validationSeconds = lap();
    ledger.spend(validationSeconds, 'other');
    const found = validation && { loss: validation.loss, accuracy: validation.accuracy };
    reporter.tell({ kind: 'epoch', result: ledger.endEpoch(found) });
    await note();
    if (performance.now() - last.state > RECORD) await keepState();
  }

  async function pause(): Promise<void> {
    await keepState();
    await output.maps(current);
    await note({ status: 'paused' });
    await control.unpaused();
    lap();
    if (control.wish === 'run') await note({ status: 'running' });
  }

  async function breathe(): Promise<void> {
    const now = performance.now();
    if (now - last.flush > FLUSH) {
      last.flush = now;
      await output.flush();
    }
    if (now - last.record > RECORD) await note();
    const rest = Math.max(1000 * (parts.stateSeconds ?? 20), last.stateTook / STATE_SHARE);
    if (now - last.state > rest) await keepState();
    if (now - last.turn > TURN) {
      await setImmediate();
      last.turn = performance.now();
    }
  }

  async function end(status: 'finished' | 'stopped'): Promise<void> {
    await reader.dispose();
    await keepState();
    reporter.flush();
    ledger.spend(lap(), 'training');
    if (status === 'stopped') {
      await leave();
      // Whoever stopped it may not wait for the test.
      await putRecord({ status, finished: new Date().toISOString() });
    }
    const test = sets.test.count > 0 ? await measure(sets.test, control.wish !== 'stop') : undefined;
    ledger.spend(lap(), 'other');
    if (status === 'finished') await leave();
    await note({ status, finished: new Date().toISOString(), ...(test && { test }) });
  }

  /** Leaves what was trained. */
  async function leave(): Promise<void> {
    await output.model();
    await output.maps(current);
    await output.close(lastFrame);
  }

  /** What was reached before stays as it was kept. */
  async function fail(message: string, diverged = false): Promise<void> {
    await reader.dispose();
    await endLook().catch(() => undefined);
    reporter.flush();
    // A disk that is full also refuses the last lines, and the record, which then stays as it was.
    await output.close().catch(() => undefined);
    await note({
      status: 'failed',
      finished: new Date().toISOString(),
      message,
      ...(diverged && { diverged }),
    }).catch((error: unknown) => {
      if (diskFailure(error) === undefined) throw error;
      reporter.tell({ kind: 'record', record: current });
    });
  }

  try {
    await note({ status: 'running' });
    if (ledger.state.step === 0 && parts.from === undefined) await begin();
    lap();
    while (ledger.state.step < steps && control.wish !== 'stop') {
      if (control.wish === 'pause') await pause();
      else await doMinibatch();
      await breathe();
    }
    await end(ledger.state.step === steps ? 'finished' : 'stopped');
  } catch (thrown) {
    const error = explainDisk(thrown, isKept ? 'continue the run' : 'start again');
    if (error instanceof Diverged) await fail(adviceFor(error, ledger.state.step, options), true);
    else if (error instanceof UserError) await fail(`${error.message} ${error.hint}`);
    else {
      await fail(`An unexpected error ended the training: ${error instanceof Error ? error.message : String(error)}`);
      throw error;
    }
  }
  return current;
}

function adviceFor({ message }: Error, step: number, { optimizer }: TrainingOptions): string {
  return (
    `${message} after ${step} minibatches: the training diverged. Start again with a tenth of the learning rate ` +
    `(${Number((optimizer.learningRate / 10).toPrecision(3))}), and check that the images are scaled as the network expects.`
  );
}
