import { setImmediate } from 'node:timers/promises';

/** Messages of others are heard at least so often, in milliseconds. */
const TURN = 20;
/** Milliseconds between two times that lines are written out. */
const FLUSH = 250;
/** Keeping the state may take this share of the time at most. */
const STATE_SHARE = 0.05;

/** When a training did last what it does from time to time. */
export class Clock {
  #mark = performance.now();
  #turn = this.#mark;
  #flush = this.#mark;
  #state = this.#mark;
  #stateTook = 0;

  /** Seconds since the last lap. */
  lap(): number {
    const now = performance.now();
    const seconds = (now - this.#mark) / 1000;
    this.#mark = now;
    return seconds;
  }

  isTimeToFlush(): boolean {
    const now = performance.now();
    if (now - this.#flush <= FLUSH) return false;
    this.#flush = now;
    return true;
  }

  /** Milliseconds since the state was kept. */
  sinceState(): number {
    return performance.now() - this.#state;
  }

  isTimeForState(seconds: number): boolean {
    return this.sinceState() > Math.max(1000 * seconds, this.#stateTook / STATE_SHARE);
  }

  async timeState(keep: () => Promise<void>): Promise<void> {
    const started = performance.now();
    await keep();
    this.#state = performance.now();
    this.#stateTook = this.#state - started;
  }

  /** Lets messages of others be heard, if they were not for a while. */
  async giveTurn(): Promise<void> {
    if (performance.now() - this.#turn <= TURN) return;
    await setImmediate();
    this.#turn = performance.now();
  }
}
