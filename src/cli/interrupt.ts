import { CancelledError } from '../core/errors';
import { onInterrupt } from '../core/interrupts';

/** What Ctrl-C does to a command. */
export interface Interrupt {
  /** Aborted by the first one; the second ends the program at once, whatever it does. */
  readonly signal: AbortSignal;
  /** What `command` gives, or a `CancelledError` as soon as it is interrupted and nothing is being finished. */
  unlessInterrupted<T>(command: Promise<T>): Promise<T>;
  /** Runs what is not to be left half-done: writing a file, keeping a training. */
  finishing<T>(work: () => Promise<T>): Promise<T>;
}

export function createInterrupt(): Interrupt {
  const controller = new AbortController();
  let unfinished = 0;
  let leave: () => void = () => undefined;
  const left = new Promise<void>((resolve) => (leave = resolve));
  const leaveIfDone = (): void => {
    if (controller.signal.aborted && unfinished === 0) leave();
  };
  const stopListening = onInterrupt(() => {
    stopListening();
    controller.abort();
    leaveIfDone();
  });
  return {
    signal: controller.signal,
    async unlessInterrupted(command) {
      const interrupted = left.then(() => {
        throw new CancelledError();
      });
      return Promise.race([command, interrupted]);
    },
    async finishing(work) {
      unfinished++;
      try {
        return await work();
      } finally {
        unfinished--;
        // What waits for the work goes on first.
        setImmediate(leaveIfDone);
      }
    },
  };
}
