interface ThreadClock {
  threadCpuUsage?: () => { readonly user: number; readonly system: number };
}

/**
 * Starts a stopwatch for this thread: milliseconds that it computed, where Node can tell, because on a busy machine a thread
 * also waits for its turn; else milliseconds that passed.
 */
export function startStopwatch(): () => number {
  const started = performance.now();
  const computed = computing();
  return () => {
    const passed = performance.now() - started;
    const now = computing();
    return now === undefined || computed === undefined ? passed : Math.min(passed, now - computed);
  };
}

function computing(): number | undefined {
  const usage = (process as ThreadClock).threadCpuUsage?.();
  return usage && (usage.user + usage.system) / 1000;
}
