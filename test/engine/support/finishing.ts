import { createInterrupt } from '../../../src/cli/interrupt';

// Plays a command that finishes something for ever, or for a second with `once`, while its thread is free.
const interrupt = createInterrupt();
const kind = process.argv[2];
const work = (): Promise<void> =>
  new Promise((resolve) => {
    const beat = setInterval(() => undefined, 1000);
    const end = (): void => {
      clearInterval(beat);
      resolve();
    };
    if (kind === 'once') setTimeout(end, 1000);
  });
interrupt.signal.addEventListener('abort', () => process.stdout.write('heard\n'));
process.stdout.write('ready\n');
interrupt.unlessInterrupted(interrupt.finishing(work)).then(
  () => process.exit(interrupt.signal.aborted ? 130 : 0),
  () => process.exit(131),
);
