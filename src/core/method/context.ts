import type { CancelSignal } from '../errors';

/** What a running method may use of the world besides its model: a way to be stopped, to report, and to draw random numbers. */
export interface MethodContext<Outcome = never> {
  readonly signal?: CancelSignal;
  /** Called with done ≤ total. */
  readonly progress?: (done: number, total: number) => void;
  /**
   * Called by methods that refine with what they have so far, complete in itself, and in words how far that is ("after 50 steps"); the
   * last outcome is returned.
   */
  readonly partial?: (outcome: Outcome, stage: string) => void;
  /** Seed of every random draw. */
  readonly seed: number;
  /** Bytes that the images of one call of the model may take; absent: {@link DEFAULT_MEMORY}. */
  readonly memory?: number;
}

export const DEFAULT_MEMORY = 64 * 1024 ** 2;
