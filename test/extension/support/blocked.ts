import { startStopwatch } from '../../../src/extension/stopwatch';

/** Watches this thread's event loop; `stop()` gives the longest time in milliseconds that one turn of it computed. */
export function watchEventLoop(): { stop(): number } {
  let worst = 0;
  let turn = startStopwatch();
  const timer = setInterval(() => {
    worst = Math.max(worst, turn());
    turn = startStopwatch();
  }, 2);
  return {
    stop() {
      clearInterval(timer);
      return Math.max(worst, turn());
    },
  };
}
