import { readFile } from 'node:fs';
import { holdingThread, onInterrupt } from '../../../src/runtime/interrupts';

// Plays a load that keeps the thread busy in the middle of a turn of the event loop, is interrupted there, and hands over to a run.
const BUSY_MILLISECONDS = 50;

let isHeard = false;
onInterrupt(() => (isHeard = true));
readFile(__filename, () => {
  process.kill(process.pid, 'SIGINT');
  const end = performance.now() + BUSY_MILLISECONDS;
  while (performance.now() < end);
  void holdingThread(() => Promise.resolve(process.exit(isHeard ? 0 : 1)));
});
