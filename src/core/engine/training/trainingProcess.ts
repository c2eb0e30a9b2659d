import { CancellationTokenSource } from 'vscode-jsonrpc/node';
import { CancelledError, UserError } from '../../errors';
import type { RunRecord } from '../../training/run/record';
import type { EngineChildOptions, EngineEnd } from '../engineChild';
import { startEngineChild } from '../engineChild';
import { describeEngineEnd } from '../engineEnd';
import { fromWireError } from '../wireErrors';
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

const PROGRESS_TOKEN = 1;
/** A training that is left has so many milliseconds to stop. */
const LEAVING = 15_000;

export function startTrainingProcess(
  options: EngineChildOptions,
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

  let isDone = false;
  async function train(): Promise<RunRecord> {
    const stop = () => cancellation.cancel();
    if (report) connection.onProgress(trainingEvents, PROGRESS_TOKEN, report);
    try {
      const call = { request, ...(report && { progressToken: PROGRESS_TOKEN }) };
      const answer = connection.sendRequest(trainingCalls.train, call, cancellation.token);
      if (signal?.aborted) stop();
      else signal?.addEventListener('abort', stop, { once: true });
      return await answer;
    } catch (error) {
      throw failure ?? fromWireError(error);
    } finally {
      isDone = true;
      signal?.removeEventListener('abort', stop);
      child.process.kill('SIGKILL');
      await ended;
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
