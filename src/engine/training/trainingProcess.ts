import { setTimeout as wait } from 'node:timers/promises';
import { CancellationTokenSource } from 'vscode-jsonrpc/node';
import { CancelledError, UserError } from '../../core/errors';
import { removeUnpacked } from '../../training/data/packed/unpack';
import { leaveRun } from '../../training/run/leaveRun';
import type { RunRecord } from '../../training/run/record';
import type { EngineChildOptions, EngineEnd } from '../process/engineChild';
import { startEngineChild } from '../process/engineChild';
import { describeEngineEnd } from '../process/engineEnd';
import { fromWireError } from '../process/wireErrors';
import { trainingCalls, trainingEvents } from './protocol';
import type { TrainingService, TrainJob, TrainRequest } from './service';

/** One training in a process of its own, which lives as long as the training. */
export interface TrainingProcess {
  readonly pid: number | undefined;
  /** As `TrainingService.train`; rejects with `UserError('training-failed')` where the process ends before. */
  readonly result: Promise<RunRecord>;
  readonly control: TrainingService['control'];
  /** Stops it, which keeps its state, and ends it. */
  dispose(): Promise<void>;
}

export interface TrainingProcessOptions extends EngineChildOptions {
  /**
   * Milliseconds that an aborted training has to stop by itself; then its process is ended and `train` gives the record of the run as
   * its last kept state has it, or rejects with `CancelledError` where there is none. Absent: as long as it takes.
   */
  readonly stopGraceMilliseconds?: number;
}

const PROGRESS_TOKEN = 1;
/** A training that is left has so many milliseconds to stop. */
const LEAVING = 15_000;
/** A process that is ended while the system writes for it is not gone before that is written. */
const DYING = 150;

export function startTrainingProcess(
  options: TrainingProcessOptions,
  request: TrainRequest,
  job: TrainJob,
): TrainingProcess {
  const child = startEngineChild(options);
  const { connection } = child;
  const cancellation = new CancellationTokenSource();
  const { signal, report } = job;
  let isLeaving = false;
  let failure: Error | undefined;

  const ended = child.ended.then((end) => {
    failure = isLeaving ? new CancelledError() : describeTrainingEnd(end, options.memoryLimitMegabytes);
    if (!isLeaving && !isDone) options.log.error(failure.message);
    // Rejects what is pending.
    connection.dispose();
  });

  const end = () => child.process.kill('SIGKILL');
  let isLeft = false;
  /** Ends the process in the middle of what it does. */
  async function leave(): Promise<RunRecord> {
    isLeft = true;
    isLeaving = true;
    end();
    await Promise.race([ended, wait(DYING)]);
    const { pid } = child.process;
    const record = pid === undefined ? undefined : await leaveRun(request.folder, pid, 'name' in request);
    await removeUnpacked();
    if (record === undefined) throw new CancelledError();
    return record;
  }

  let isDone = false;
  async function train(): Promise<RunRecord> {
    let timer: NodeJS.Timeout | undefined;
    let giveUp: (value: undefined) => void = () => undefined;
    const overdue = new Promise<undefined>((resolve) => (giveUp = resolve));
    const stop = () => {
      cancellation.cancel();
      const { stopGraceMilliseconds: grace } = options;
      if (grace !== undefined) timer = setTimeout(() => giveUp(undefined), grace);
    };
    if (report) connection.onProgress(trainingEvents, PROGRESS_TOKEN, report);
    try {
      const call = { request, ...(report && { progressToken: PROGRESS_TOKEN }) };
      const answer = connection.sendRequest(trainingCalls.train, call, cancellation.token);
      if (signal?.aborted) stop();
      else signal?.addEventListener('abort', stop, { once: true });
      const outcome = answer.catch((error: unknown) => {
        throw failure ?? fromWireError(error);
      });
      return (await Promise.race([outcome, overdue])) ?? (await leave());
    } finally {
      isDone = true;
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      end();
      if (!isLeft) await ended;
    }
  }

  return {
    pid: child.process.pid,
    result: train(),
    async control(action) {
      await connection.sendRequest(trainingCalls.control, { request: action }).catch((error: unknown) => {
        throw failure ?? fromWireError(error);
      });
    },
    async dispose() {
      isLeaving = true;
      cancellation.cancel();
      const timer = setTimeout(() => child.process.kill('SIGKILL'), LEAVING);
      await ended;
      clearTimeout(timer);
    },
  };
}

function describeTrainingEnd(end: EngineEnd, memoryLimitMegabytes: number | undefined): UserError {
  const { message } = describeEngineEnd(end, memoryLimitMegabytes);
  return new UserError(
    'training-failed',
    message.replace('engine process', 'training process'),
    'Continue the run: it goes on from its last kept state.',
  );
}
