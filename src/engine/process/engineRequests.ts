import type { UserError } from '../../core/errors';
import { CancelledError, throwIfCancelled } from '../../core/errors';
import { untilAborted } from '../../runtime/untilAborted';
import type { CallTraits } from '../calls/call';
import type { AttributionResult, Job } from '../calls/service';
import type { CallName } from '../calls/table';
import { calls } from '../calls/table';
import type { EngineChild, EngineChildOptions } from './engineChild';
import { startEngineChild } from './engineChild';
import { describeEngineEnd } from './engineEnd';
import { sendCall } from './wire';

export interface EngineRequestsOptions extends EngineChildOptions {
  /** Called when the process ended without being asked to; its pending requests fail with the same error. */
  readonly onDidCrash?: (error: UserError) => void;
  /** Milliseconds that a cancelled request may hold the process before the process is killed. */
  readonly cancelGraceMilliseconds?: number;
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
 * Asks an engine process (`enginePath`: the bundled `main.ts`), which starts with the first request and again after it ended. A
 * cancelled request rejects at once with `CancelledError`; if the process dies, its requests reject with a
 * `UserError('engine-unavailable')` that says why.
 */
export class EngineRequests {
  #current: Running | undefined;
  #disposed = false;

  constructor(private readonly options: EngineRequestsOptions) {}

  /** Of the running process; absent before the first request and after an end. */
  get pid(): number | undefined {
    return this.#current?.child.process.pid;
  }

  async ask(name: CallName, request: unknown, job?: Job<unknown>): Promise<unknown> {
    const { onlyIfRunning }: CallTraits = calls[name];
    if (onlyIfRunning && this.#current === undefined) return undefined;
    for (;;) {
      throwIfCancelled(job?.signal);
      try {
        return await this.#send(this.#running(), name, request, job);
      } catch (error) {
        if (!(error instanceof AskAgain)) throw error;
      }
    }
  }

  /** Ends the process and cancels what it was doing; the next request starts another. */
  async restart(): Promise<void> {
    await this.#stop(this.#current, 'stopped');
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    await this.#stop(this.#current, 'stopped');
  }

  #running(): Running {
    if (this.#disposed) throw new CancelledError();
    if (!this.#current?.child.process.connected) this.#current = this.#start();
    return this.#current;
  }

  #start(): Running {
    const { memoryLimitMegabytes, log, onDidCrash } = this.options;
    const running: Running = { child: startEngineChild(this.options), pending: new Set() };
    void running.child.ended.then((end) => {
      if (this.#current === running) this.#current = undefined;
      if (running.fate === undefined) {
        running.failure = describeEngineEnd(end, memoryLimitMegabytes);
        log.error(running.failure.message);
        onDidCrash?.(running.failure);
      }
      // Rejects what is pending.
      running.child.connection.dispose();
    });
    return running;
  }

  async #stop(target: Running | undefined, fate: 'stuck' | 'stopped'): Promise<void> {
    if (target === undefined) return;
    target.fate ??= fate;
    if (this.#current === target) this.#current = undefined;
    target.child.process.kill('SIGKILL');
    await target.child.ended;
  }

  async #send(to: Running, name: CallName, request: unknown, job: Job<unknown> | undefined): Promise<unknown> {
    const pending: Pending = { cancelled: false };
    to.pending.add(pending);
    let isWaiting = true;
    const sent = sendCall(to.child.connection, name, request, {
      progress: job?.progress && ((value) => isWaiting && job.progress!(value)),
      partial: job?.partial && ((value) => isWaiting && job.partial!(value as AttributionResult)),
    });
    const answer = sent.answer
      .catch((error: unknown) => {
        throw to.failure ?? fateOf(to) ?? error;
      })
      .finally(() => to.pending.delete(pending));
    try {
      return await untilAborted(answer, job?.signal, () => {
        pending.cancelled = true;
        sent.cancel();
        this.#endIfStuck(to, pending);
      });
    } finally {
      isWaiting = false;
    }
  }

  /** A library that computes without a pause cannot hear a cancellation: its process is ended. */
  #endIfStuck(target: Running, pending: Pending): void {
    const timer = setTimeout(() => {
      if (!target.pending.has(pending) || target.fate !== undefined) return;
      const [oldest] = target.pending;
      if (oldest?.cancelled === false) {
        this.#endIfStuck(target, pending);
        return;
      }
      this.options.log.warn('A cancelled request did not stop: the engine process is restarted.');
      void this.#stop(target, 'stuck');
    }, this.options.cancelGraceMilliseconds ?? DEFAULT_CANCEL_GRACE);
    timer.unref();
  }
}

function fateOf({ fate }: Running): Error | undefined {
  if (fate === 'stuck') return new AskAgain();
  return fate === 'stopped' ? new CancelledError() : undefined;
}
