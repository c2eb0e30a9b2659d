import { setTimeout as wait } from 'node:timers/promises';
import { CancelledError, UserError } from '../../core/errors';
import { removeUnpacked } from '../../training/data/packed/unpack';
import { leaveRun } from '../../training/run/leaveRun';
import type { RunRecord } from '../../training/run/record';
import type { Job } from '../calls/service';
import type { ControlRequest, TrainingEvent, TrainRequest } from '../calls/training';
import type { CallName } from '../calls/table';
import type { EngineChild, EngineChildOptions, EngineEnd } from '../process/engineChild';
import { startEngineChild } from '../process/engineChild';
import { describeEngineEnd } from '../process/engineEnd';
import type { Sent } from '../process/wire';
import { sendCall } from '../process/wire';

export interface TrainingProcessOptions extends EngineChildOptions {
  /**
   * Milliseconds that an aborted training has to stop by itself; then its process is ended and `train` gives the record of the run as
   * its last kept state has it, or rejects with `CancelledError` where there is none. Absent: as long as it takes.
   */
  readonly stopGraceMilliseconds?: number;
}

/** A training that is left has so many milliseconds to stop. */
const LEAVING = 15_000;
/** A process that is ended while the system writes for it is not gone before that is written. */
const DYING = 150;

/** One training in a process of its own, which lives as long as the training. */
export class TrainingProcess {
  /** As `TrainingService.train`; rejects with `UserError('training-failed')` where the process ends before. */
  readonly result: Promise<RunRecord>;
  readonly #child: EngineChild;
  readonly #training: Sent;
  readonly #ended: Promise<void>;
  #isLeaving = false;
  #isDone = false;
  /** Why what is pending fails, once the process is gone. */
  #failure: Error | undefined;

  constructor(
    private readonly options: TrainingProcessOptions,
    private readonly request: TrainRequest,
    { signal, progress }: Job<TrainingEvent>,
  ) {
    this.#child = startEngineChild(options);
    this.#ended = this.#child.ended.then((end) => this.#noteEnd(end));
    this.#training = this.#send('train', request, progress as ((value: unknown) => void) | undefined);
    this.result = this.#train(signal);
  }

  get pid(): number | undefined {
    return this.#child.process.pid;
  }

  async control(request: ControlRequest): Promise<void> {
    await this.#send('control', request).answer;
  }

  /** Stops it, which keeps its state, and ends it. */
  async dispose(): Promise<void> {
    this.#isLeaving = true;
    this.#training.cancel();
    const timer = setTimeout(() => this.#end(), LEAVING);
    await this.#ended;
    clearTimeout(timer);
  }

  #send(name: CallName, request: unknown, progress?: (value: unknown) => void): Sent {
    const sent = sendCall(this.#child.connection, name, request, { progress });
    return {
      answer: sent.answer.catch((error: unknown) => {
        throw this.#failure ?? error;
      }),
      cancel: () => sent.cancel(),
    };
  }

  async #train(signal: AbortSignal | undefined): Promise<RunRecord> {
    let timer: NodeJS.Timeout | undefined;
    let giveUp: (value: undefined) => void = () => undefined;
    const overdue = new Promise<undefined>((resolve) => (giveUp = resolve));
    const stop = () => {
      this.#training.cancel();
      const { stopGraceMilliseconds: grace } = this.options;
      if (grace !== undefined) timer = setTimeout(() => giveUp(undefined), grace);
    };
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
    let isLeft = false;
    try {
      const record = (await Promise.race([this.#training.answer, overdue])) as RunRecord | undefined;
      if (record !== undefined) return record;
      isLeft = true;
      return await this.#leave();
    } finally {
      this.#isDone = true;
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      this.#end();
      if (!isLeft) await this.#ended;
    }
  }

  /** Ends the process in the middle of what it does. */
  async #leave(): Promise<RunRecord> {
    this.#isLeaving = true;
    this.#end();
    await Promise.race([this.#ended, wait(DYING)]);
    const { pid } = this;
    const record = pid === undefined ? undefined : await leaveRun(this.request.folder, pid, 'name' in this.request);
    await removeUnpacked();
    if (record === undefined) throw new CancelledError();
    return record;
  }

  #end(): void {
    this.#child.process.kill('SIGKILL');
  }

  #noteEnd(end: EngineEnd): void {
    const { log, memoryLimitMegabytes } = this.options;
    this.#failure = this.#isLeaving ? new CancelledError() : describeTrainingEnd(end, memoryLimitMegabytes);
    if (!this.#isLeaving && !this.#isDone) log.error(this.#failure.message);
    // Rejects what is pending.
    this.#child.connection.dispose();
  }
}

function describeTrainingEnd(end: EngineEnd, memoryLimitMegabytes: number | undefined): UserError {
  const { message } = describeEngineEnd(end, memoryLimitMegabytes);
  return new UserError(
    'training-failed',
    message.replace('engine process', 'training process'),
    'Continue the run: it goes on from its last kept state.',
  );
}
