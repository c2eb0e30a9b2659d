import type { CancelSignal } from '../errors';

/** What a running method may use of the world besides its model: a way to be stopped, to report, and to draw random numbers. */
export interface MethodContext {
  readonly signal?: CancelSignal;
  /** Called with done ≤ total. */
  readonly progress?: (done: number, total: number) => void;
  /** Seed of every random draw. */
  readonly seed: number;
}
