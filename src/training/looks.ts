import type { Watcher } from './watch/watcher';

export interface LooksParts {
  readonly watcher: Watcher | undefined;
  /** Minibatches from one look to the next. */
  readonly every: number;
  readonly put: (frame: Uint8Array) => Promise<void>;
}

/** Looks at the watched images beside the training: one at a time, each put down before the next, and before anything is kept. */
export class Looks {
  #lastFrame: Uint8Array | undefined;
  #looking: Promise<Uint8Array> | undefined;

  constructor(private readonly parts: LooksParts) {}

  /** What was seen last. */
  get lastFrame(): Uint8Array | undefined {
    return this.#lastFrame;
  }

  /** The next minibatch need not wait for what is seen: the weights are taken down at once. */
  async begin(step: number): Promise<void> {
    await this.end();
    const { watcher, every } = this.parts;
    if (!watcher || step % every !== 0) return;
    this.#looking = watcher.look(step);
    // Its failure is told to the one who ends it, which may be a minibatch later.
    this.#looking.catch(() => undefined);
  }

  async end(): Promise<void> {
    const frame = await this.#looking;
    this.#looking = undefined;
    if (!frame) return;
    this.#lastFrame = frame;
    await this.parts.put(frame);
  }
}
