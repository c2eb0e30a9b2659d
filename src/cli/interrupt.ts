import { CancelledError } from '../core/errors';
import { onInterrupt } from '../runtime/interrupts';

/** What Ctrl-C does to a command. */
export interface Interrupt {
  /** Aborted by the first one; a second one, no echo of the first, ends the program at once, whatever it does. */
  readonly signal: AbortSignal;
  /** What `command` gives, or a `CancelledError` as soon as it is interrupted and nothing is being finished. */
  unlessInterrupted<T>(command: Promise<T>): Promise<T>;
  /** Runs what is not to be left half-done: writing a file, keeping a training. */
  finishing<T>(work: () => Promise<T>): Promise<T>;
}

/** npm and its like hand a signal on that the terminal has sent to all: the same Ctrl-C comes twice. */
const ECHO_MILLISECONDS = 1000;

export function createInterrupt(): Interrupt {
  const controller = new AbortController();
  let unfinished = 0;
  /** When the first one came, or what it let be finished was finished. */
  let since = 0;
  let leave: () => void = () => undefined;
  const left = new Promise<void>((resolve) => (leave = resolve));

  const interrupted = (): void => {
    if (!controller.signal.aborted) {
      since = performance.now();
      controller.abort();
      leaveIfDone();
      setTimeout(giveUp, ECHO_MILLISECONDS).unref();
    } else if (performance.now() - since > ECHO_MILLISECONDS) {
      stopListening();
      process.kill(process.pid, 'SIGINT');
    }
  };
  let stopListening = onInterrupt(interrupted);

  /** From now on the system ends the program; one that has come already is heard before. */
  const giveUp = (): void => {
    setImmediate(() => {
      if (unfinished > 0) stopListening();
    });
  };
  const leaveIfDone = (): void => {
    if (!controller.signal.aborted || unfinished > 0) return;
    since = performance.now();
    stopListening = onInterrupt(interrupted);
    leave();
  };

  return {
    signal: controller.signal,
    async unlessInterrupted(command) {
      const interruption = left.then(() => {
        throw new CancelledError();
      });
      return Promise.race([command, interruption]);
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
