import { AsyncLocalStorage } from 'node:async_hooks';

const signals = new AsyncLocalStorage<AbortSignal>();

/** Runs `work`; what it starts in another process is ended when `signal` is aborted (see {@link wantedUntil}). */
export function whileWanted<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  return signals.run(signal, work);
}

/** Aborted when nobody waits any more for what is being done here. */
export function wantedUntil(): AbortSignal | undefined {
  return signals.getStore();
}
