import { throwIfCancelled } from '../../core/errors';

/** How the reading or fetching of a data set is stopped and followed. */
export interface DataJob {
  readonly signal?: AbortSignal;
  /** Called with done ≤ total. */
  readonly progress?: (done: number, total: number) => void;
}

/** `work` on each item, at most `atOnce` at a time, with progress; the results in the order of the items. */
export async function mapConcurrently<T, R>(
  items: readonly T[],
  atOnce: number,
  job: DataJob,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  let done = 0;
  const worker = async () => {
    while (next < items.length) {
      throwIfCancelled(job.signal);
      const index = next++;
      results[index] = await work(items[index]!);
      job.progress?.(++done, items.length);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  throwIfCancelled(job.signal);
  return results;
}

/** Lets at most `atOnce` of the works given to it run at a time; the others wait in order. */
export function createLimiter(atOnce: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      // A place is handed on, so that nobody slips in between.
      if (next === undefined) running--;
      else next();
    }
  };
}
