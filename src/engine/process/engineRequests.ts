import type { Disposable } from 'vscode-jsonrpc/node';
import { CancellationTokenSource } from 'vscode-jsonrpc/node';
import type { UserError } from '../../core/errors';
import { CancelledError, throwIfCancelled } from '../../core/errors';
import type { EngineChild, EngineChildOptions } from './engineChild';
import { startEngineChild } from './engineChild';
import { describeEngineEnd } from './engineEnd';
import type { CallType } from './protocol';
import { jobProgress } from './protocol';
import type { Job } from '../calls/service';
import { untilAborted } from '../../runtime/untilAborted';
import { fromWireError } from './wireErrors';

export interface EngineRequestsOptions extends EngineChildOptions {
  /** Called when the process ended without being asked to; its pending requests fail with the same error. */
  readonly onDidCrash?: (error: UserError) => void;
  /** Milliseconds that a cancelled request may hold the process before the process is killed. */
  readonly cancelGraceMilliseconds?: number;
}

/** Asks an engine process, which starts with the first request and again after it ended. */
export interface EngineRequests {
  /** Of the running process; absent before the first request and after an end. */
  readonly pid: number | undefined;
  readonly ask: <Request, Result>(type: CallType<Request, Result>, request: Request, job?: Job) => Promise<Result>;
  /** Ends the process and cancels what it was doing; the next request starts another. */
  restart(): Promise<void>;
  dispose(): Promise<void>;
}

/** A process with what is asked of it, in the order of asking. */
interface Running {
  readonly child: EngineChild;
  readonly pending: Set<Pending>;
  /** Why it was ended by us: `stuck`: a cancelled request would not stop, the others are asked again. */
  fate?: 'stuck' | 'stopped';
  failure?: UserError;
}

interface Pending {
  cancelled: boolean;
}

class AskAgain extends Error {}

const DEFAULT_CANCEL_GRACE = 5000;

/**
 * Requests to the engine process (`enginePath`: the bundled `process.ts`). A cancelled request rejects at once with
 * `CancelledError`; if the process dies, its requests reject with a `UserError('engine-unavailable')` that says why.
 */
export function createEngineRequests(options: EngineRequestsOptions): EngineRequests {
  const grace = options.cancelGraceMilliseconds ?? DEFAULT_CANCEL_GRACE;
  let current: Running | undefined;
  let disposed = false;
  let lastProgressToken = 0;

  function start(): Running {
    const running: Running = { child: startEngineChild(options), pending: new Set() };
    void running.child.ended.then((end) => {
      if (current === running) current = undefined;
      if (running.fate === undefined) {
        running.failure = describeEngineEnd(end, options.memoryLimitMegabytes);
        options.log.error(running.failure.message);
        options.onDidCrash?.(running.failure);
      }
      // Rejects what is pending.
      running.child.connection.dispose();
    });
    return running;
  }

  function running(): Running {
    if (disposed) throw new CancelledError();
    if (!current?.child.process.connected) current = start();
    return current;
  }

  async function stop(target: Running | undefined, fate: 'stuck' | 'stopped'): Promise<void> {
    if (target === undefined) return;
    target.fate ??= fate;
    if (current === target) current = undefined;
    target.child.process.kill('SIGKILL');
    await target.child.ended;
  }

  async function ask<Request, Result>(type: CallType<Request, Result>, request: Request, job?: Job): Promise<Result> {
    for (;;) {
      throwIfCancelled(job?.signal);
      try {
        return await send(running(), type, request, job);
      } catch (error) {
        if (!(error instanceof AskAgain)) throw error;
      }
    }
  }

  async function send<Request, Result>(
    to: Running,
    type: CallType<Request, Result>,
    request: Request,
    job: Job | undefined,
  ): Promise<Result> {
    const { connection } = to.child;
    const cancellation = new CancellationTokenSource();
    const pending: Pending = { cancelled: false };
    const releases: Disposable[] = [];
    let progressToken: number | undefined;
    if (job?.progress) {
      progressToken = ++lastProgressToken;
      releases.push(connection.onProgress(jobProgress, progressToken, job.progress));
    }
    const call = { request, ...(progressToken === undefined ? {} : { progressToken }) };
    to.pending.add(pending);
    const answer = connection
      .sendRequest(type, call, cancellation.token)
      .catch((error: unknown) => {
        throw to.failure ?? fateOf(to) ?? fromWireError(error);
      })
      .finally(() => to.pending.delete(pending));
    try {
      return await untilAborted(answer, job?.signal, () => {
        pending.cancelled = true;
        cancellation.cancel();
        endIfStuck(to, pending);
      });
    } finally {
      for (const release of releases) release.dispose();
    }
  }

  /** A library that computes without a pause cannot hear a cancellation: its process is ended. */
  function endIfStuck(target: Running, pending: Pending): void {
    const timer = setTimeout(() => {
      if (!target.pending.has(pending) || target.fate !== undefined) return;
      const [oldest] = target.pending;
      if (oldest?.cancelled === false) {
        endIfStuck(target, pending);
        return;
      }
      options.log.warn('A cancelled request did not stop: the engine process is restarted.');
      void stop(target, 'stuck');
    }, grace);
    timer.unref();
  }

  return {
    get pid() {
      return current?.child.process.pid;
    },
    ask,
    restart: () => stop(current, 'stopped'),
    async dispose() {
      disposed = true;
      await stop(current, 'stopped');
    },
  };
}

function fateOf({ fate }: Running): Error | undefined {
  if (fate === 'stuck') return new AskAgain();
  return fate === 'stopped' ? new CancelledError() : undefined;
}
