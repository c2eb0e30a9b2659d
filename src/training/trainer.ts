import { countOf } from '../core/countOf';
import { UserError } from '../core/errors';
import { Clock } from './clock';
import type { TrainingControl } from './control';
import type { ImageSet } from './data/dataset';
import type { Evaluation } from './evaluate';
import { evaluate } from './evaluate';
import type { LeftOut } from './data/leftOut';
import { createLeftOut } from './data/leftOut';
import type { TrainerEvent } from './events';
import type { Ledger } from './ledger';
import { createLedger } from './ledger';
import { LiveRecord } from './liveRecord';
import { Looks } from './looks';
import type { MinibatchReader } from './minibatches';
import { createMinibatchReader } from './minibatches';
import type { TrainableNetwork } from '../core/model/trainableNetwork';
import type { Optimizer } from './optimizer';
import type { TrainingOptions } from './options';
import { createPace } from './pace';
import type { Reporter } from './reporter';
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

/** Milliseconds between two times that the record is written. */
const RECORD = 2000;

class Diverged extends Error {}

/**
 * Trains until done or stopped and returns the record as it then is; `record` is that of the run as it begins. Everything drawn
 * is a function of the seed and of the minibatch's number, so a run that goes on from a kept state ends bit for bit as one that
 * was never interrupted. A loss that is not finite ends the run as `failed`, with the last kept state untouched, and so does a
 * `UserError` (a file that vanished, a full disk); other errors are noted in the record and thrown.
 */
export function trainNetwork(parts: TrainerParts, record: RunRecord): Promise<RunRecord> {
  return new Trainer(parts, record).run();
}

class Trainer {
  readonly #steps: number;
  readonly #ledger: Ledger;
  readonly #leftOut: LeftOut;
  readonly #reader: MinibatchReader;
  readonly #reporter: Reporter;
  readonly #looks: Looks;
  readonly #record: LiveRecord;
  readonly #pace = createPace();
  readonly #clock = new Clock();
  /** Whether there is a state to go on from. */
  #isKept: boolean;
  #validationSeconds = 0;

  constructor(
    private readonly parts: TrainerParts,
    record: RunRecord,
  ) {
    const { network, watcher, options, output, from } = parts;
    const { train, validation, test } = parts.sets;
    this.#steps = stepsOf(train.count, options);
    this.#ledger = createLedger(train.count, from);
    this.#leftOut = createLeftOut(train.count + (validation?.count ?? 0) + test.count, record.leftOut);
    this.#reader = createMinibatchReader(train, network.input, options, this.#leftOut);
    const pace = () => this.#outlook();
    const reporter = createReporter({ report: parts.report, layout: watcher?.layout, pace });
    this.#reporter = reporter;
    this.#looks = new Looks({
      watcher,
      every: options.watch.every,
      put: async (frame) => {
        await output.frame(frame);
        reporter.frame(frame);
      },
    });
    this.#record = new LiveRecord(record, {
      ledger: this.#ledger,
      leftOut: this.#leftOut,
      write: (current) => output.record(current),
      tell: (current) => reporter.tell({ kind: 'record', record: current }),
    });
    this.#isKept = from !== undefined;
  }

  async run(): Promise<RunRecord> {
    const { control, from } = this.parts;
    try {
      await this.#record.note({ status: 'running' });
      if (this.#step === 0 && from === undefined) await this.#begin();
      this.#clock.lap();
      while (this.#step < this.#steps && control.wish !== 'stop') {
        if (control.wish === 'pause') await this.#pause();
        else await this.#doMinibatch();
        await this.#breathe();
      }
      await this.#end(this.#step === this.#steps ? 'finished' : 'stopped');
    } catch (error) {
      await this.#failBy(error);
    }
    return this.#record.current;
  }

  /** Minibatches done. */
  get #step(): number {
    return this.#ledger.state.step;
  }

  #outlook() {
    const { batchSize, epochs } = this.parts.options;
    const { imagesPerSecond } = this.#pace;
    const training = ((this.#steps - this.#step) * batchSize) / imagesPerSecond;
    const left = epochs - this.#ledger.state.epochs.length;
    return { imagesPerSecond, remainingSeconds: training + left * this.#validationSeconds };
  }

  async #begin(): Promise<void> {
    await this.#looks.begin(0);
    await this.#checkpoint(0);
    await this.#keepState();
  }

  async #doMinibatch(): Promise<void> {
    const { network, optimizer, options, output } = this.parts;
    const index = this.#step;
    const learningRate = learningRateAt(options.optimizer, index, this.#steps);
    const batch = await this.#reader.read(index);
    const { count } = batch;
    const result = await network.step(batch);
    if (!Number.isFinite(result.loss)) throw new Diverged(`The loss is ${result.loss}`);
    optimizer.update(learningRate);
    this.#ledger.count(result, count);
    const step = index + 1;
    const { epochSteps } = this.#reader;
    const epoch = Math.floor(index / epochSteps) + 1;
    output.minibatch({ step, epoch, images: count, learningRate, loss: result.loss, correct: result.correct });
    await this.#looks.begin(step);
    await this.#checkpoint(step);
    this.#reporter.minibatch(step, result.loss, result.correct / count);
    const seconds = this.#clock.lap();
    this.#ledger.spend(seconds, 'training');
    this.#pace.note(count, seconds);
    if (step % epochSteps === 0) await this.#endEpoch();
  }

  async #checkpoint(step: number): Promise<void> {
    const { options, output } = this.parts;
    if (!isCheckpoint(options.checkpoints, step, this.#reader.epochSteps, this.#steps)) return;
    await output.checkpoint(step);
    this.#reporter.tell({ kind: 'checkpoint', step });
  }

  async #endEpoch(): Promise<void> {
    const { validation: set } = this.parts.sets;
    const validation = set && (await this.#measure(set, false));
    this.#validationSeconds = this.#clock.lap();
    this.#ledger.spend(this.#validationSeconds, 'other');
    const found = validation && { loss: validation.loss, accuracy: validation.accuracy };
    this.#reporter.tell({ kind: 'epoch', result: this.#ledger.endEpoch(found) });
    await this.#record.note();
    if (this.#clock.sinceState() > RECORD) await this.#keepState();
  }

  /** `isOptional`: given up when a stop is wanted meanwhile. */
  async #measure(set: ImageSet, isOptional: boolean): Promise<Evaluation | undefined> {
    const { network, control, report } = this.parts;
    const result = await evaluate(network, set, {
      progress: (done, total) => report({ kind: 'validating', done, total }),
      isUnwanted: () => isOptional && control.wish === 'stop',
      leftOut: this.#leftOut,
    });
    if (result && !Number.isFinite(result.loss)) throw new Diverged('The loss of the validation is not finite');
    return result;
  }

  async #keepState(): Promise<void> {
    await this.#looks.end();
    const { network, output } = this.parts;
    const isSound = network.weights.every(({ values }) => values.every(Number.isFinite));
    if (!isSound) throw new Diverged('A weight is no longer a finite number');
    await this.#clock.timeState(() => output.state(this.#ledger.state));
    this.#isKept = true;
  }

  async #pause(): Promise<void> {
    const { control, output } = this.parts;
    await this.#keepState();
    await output.maps(this.#record.current);
    await this.#record.note({ status: 'paused' });
    await control.unpaused();
    this.#clock.lap();
    if (control.wish === 'run') await this.#record.note({ status: 'running' });
  }

  /** What is to be done from time to time. */
  async #breathe(): Promise<void> {
    if (this.#clock.isTimeToFlush()) await this.parts.output.flush();
    if (performance.now() - this.#record.written > RECORD) await this.#record.note();
    if (this.#clock.isTimeForState(this.parts.stateSeconds ?? 20)) await this.#keepState();
    await this.#clock.giveTurn();
  }

  async #end(status: 'finished' | 'stopped'): Promise<void> {
    const { sets, control } = this.parts;
    await this.#reader.dispose();
    await this.#keepState();
    this.#reporter.flush();
    this.#ledger.spend(this.#clock.lap(), 'training');
    if (status === 'stopped') {
      await this.#leave();
      // Whoever stopped it may not wait for the test.
      await this.#record.put({ status, finished: new Date().toISOString() });
    }
    const test = sets.test.count > 0 ? await this.#measure(sets.test, control.wish !== 'stop') : undefined;
    this.#ledger.spend(this.#clock.lap(), 'other');
    if (status === 'finished') await this.#leave();
    await this.#record.note({ status, finished: new Date().toISOString(), ...(test && { test }) });
  }

  /** Leaves what was trained. */
  async #leave(): Promise<void> {
    const { output } = this.parts;
    await output.model();
    await output.maps(this.#record.current);
    await output.close(this.#looks.lastFrame);
  }

  /** Throws what is no fault of the training or of what it was given. */
  async #failBy(thrown: unknown): Promise<void> {
    const error = explainDisk(thrown, this.#isKept ? 'continue the run' : 'start again');
    if (error instanceof Diverged) return this.#fail(adviceFor(error, this.#step, this.parts.options), true);
    if (error instanceof UserError) return this.#fail(`${error.message} ${error.hint}`);
    const reason = error instanceof Error ? error.message : String(error);
    await this.#fail(`An unexpected error ended the training: ${reason}`);
    throw error;
  }

  /** What was reached before stays as it was kept. */
  async #fail(message: string, diverged = false): Promise<void> {
    await this.#reader.dispose();
    await this.#looks.end().catch(() => undefined);
    this.#reporter.flush();
    // A disk that is full also refuses the last lines, and the record, which then stays as it was.
    await this.parts.output.close().catch(() => undefined);
    const failure = { status: 'failed', finished: new Date().toISOString(), message } as const;
    await this.#record.note({ ...failure, ...(diverged && { diverged }) }).catch((error: unknown) => {
      if (diskFailure(error) === undefined) throw error;
      this.#reporter.tell({ kind: 'record', record: this.#record.current });
    });
  }
}

function adviceFor({ message }: Error, step: number, { optimizer }: TrainingOptions): string {
  return (
    `${message} after ${countOf(step, 'minibatch', 'minibatches')}: the training diverged. Start again with a tenth of the learning rate ` +
    `(${Number((optimizer.learningRate / 10).toPrecision(3))}), and check that the images are scaled as the network expects.`
  );
}
