import type { ToTraining } from '../../protocol/training';
import { isCancellation } from '../failure';

export interface RunningJob {
  readonly signal: AbortSignal;
  /** Tells how far it is, from 0 to 1. */
  readonly report: (share: number) => void;
}

const PROGRESS_MILLISECONDS = 100;

/** What runs for the page besides training: the latest is shown as busy, and all of it can be cancelled. */
export class Jobs {
  readonly #running = new Map<AbortController, ToTraining & { type: 'busy' }>();

  constructor(
    private readonly post: (message: ToTraining) => void,
    private readonly failed: (error: unknown) => void,
  ) {}

  /** For a page that was just loaded. */
  get message(): ToTraining {
    return [...this.#running.values()].at(-1) ?? { type: 'idle' };
  }

  /** The outcome of `work`; undefined where it failed, which is said, or was cancelled. */
  async run<T>(title: string, work: (job: RunningJob) => Promise<T>): Promise<T | undefined> {
    const controller = new AbortController();
    let told = -Infinity;
    const report = (share: number) => {
      const now = performance.now();
      if (now - told < PROGRESS_MILLISECONDS || !this.#running.has(controller)) return;
      told = now;
      this.#show(controller, { type: 'busy', title, share: Math.min(1, Math.max(0, share)) });
    };
    this.#show(controller, { type: 'busy', title });
    try {
      const result = await work({ signal: controller.signal, report });
      return controller.signal.aborted ? undefined : result;
    } catch (error) {
      if (!controller.signal.aborted && !isCancellation(error)) this.failed(error);
      return undefined;
    } finally {
      this.#running.delete(controller);
      this.post(this.message);
    }
  }

  cancel(): void {
    for (const controller of this.#running.keys()) controller.abort();
  }

  #show(controller: AbortController, message: ToTraining & { type: 'busy' }): void {
    this.#running.set(controller, message);
    this.post(message);
  }
}
