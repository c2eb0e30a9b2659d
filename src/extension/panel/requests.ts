import { CancelledError } from '../../core/errors';
import type { Job, JobProgress } from '../../engine/calls/service';
import type { Outcome, PanelError, ToPanel } from '../../protocol/panel';

/** How a panel is told of its requests. */
interface RequestListener {
  readonly post: (message: ToPanel) => void;
  readonly busyChanged: (busy: boolean) => void;
  readonly describe: (error: unknown) => PanelError;
}

interface Asked {
  /** Of a request of the page, as the page named it. */
  readonly id?: string | undefined;
  /** What is said while it runs; absent: nothing, it is one position of a slider. */
  readonly title?: string | undefined;
}

/** The job of a request, and the name that what it brings goes under. */
export interface RequestJob extends Job {
  readonly signal: AbortSignal;
  readonly id: string;
}

interface Running {
  readonly id: string;
  readonly controller: AbortController;
  busy?: ToPanel & { readonly type: 'busy' };
}

const PROGRESS_MILLISECONDS = 50;

/**
 * What runs for a panel: one request at a time, and the one that was made last wins. Each is answered once, whoever made it: done,
 * failed, or cancelled, as one is whose place another takes.
 */
export class Requests {
  #running: Running | undefined;
  #wasBusy = false;
  #count = 0;

  constructor(private readonly listener: RequestListener) {}

  /** What a page that was just loaded must know. */
  get busy(): Running['busy'] {
    return this.#running?.busy;
  }

  /** Runs `work`, which shows what it brings unless its signal was aborted meanwhile. */
  async run({ id = this.#ownName(), title }: Asked, work: (job: RequestJob) => Promise<void>): Promise<void> {
    const running: Running = { id, controller: new AbortController() };
    const superseded = this.#running;
    this.#running = running;
    const tell = (progress?: JobProgress): void => {
      if (this.#running !== running || title === undefined) return;
      running.busy = { type: 'busy', id, title, ...(progress && { progress }) };
      this.#post(running.busy);
    };
    tell();
    superseded?.controller.abort();
    if (superseded) this.#answer(superseded.id, { kind: 'cancelled' });
    try {
      await work({ id, signal: running.controller.signal, progress: atMostEvery(PROGRESS_MILLISECONDS, tell) });
      this.#end(running, { kind: 'done' });
    } catch (error) {
      // What became of one that was answered before is nobody's matter.
      if (this.#running === running) this.#end(running, this.#outcomeOf(error));
    }
  }

  /** Cancels the request of that name, or whichever runs. */
  cancel(id = this.#running?.id): void {
    const running = this.#running;
    if (!running || running.id !== id) return;
    running.controller.abort();
    this.#end(running, { kind: 'cancelled' });
  }

  /** Answers a request of the page that is not to be run. */
  refuse(id: string, error: unknown): void {
    this.#answer(id, this.#outcomeOf(error));
  }

  #answer(id: string, outcome: Outcome): void {
    this.#post({ type: 'answer', id, outcome });
  }

  #end(running: Running, outcome: Outcome): void {
    if (this.#running !== running) return;
    this.#running = undefined;
    this.#answer(running.id, outcome);
  }

  #outcomeOf(error: unknown): Outcome {
    if (error instanceof CancelledError) return { kind: 'cancelled' };
    return { kind: 'failed', error: this.listener.describe(error) };
  }

  #post(message: ToPanel): void {
    const { post, busyChanged } = this.listener;
    post(message);
    const isBusy = this.busy !== undefined;
    if (isBusy !== this.#wasBusy) busyChanged(isBusy);
    this.#wasBusy = isBusy;
  }

  #ownName(): string {
    this.#count += 1;
    return `host-${this.#count}`;
  }
}

function atMostEvery<T>(milliseconds: number, use: (value: T) => void): (value: T) => void {
  let last = -Infinity;
  return (value) => {
    const now = performance.now();
    if (now - last < milliseconds) return;
    last = now;
    use(value);
  };
}
