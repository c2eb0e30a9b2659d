import type { ResultRecord } from '../../core/result/kinds';
import { isAdjusted } from '../../core/result/rows';
import type { Result } from './resultFiles';
import { isKept, type ResultStore } from './resultStore';

/** A control that comes to rest for less than this is still being moved. */
const STILL_MOVED_MILLISECONDS = 3000;

/**
 * Keeps results but those that a control left behind on its way: one that was followed within seconds by another that differs from it in
 * one number alone is dropped, unless something was done to it.
 */
export function keepWithoutNoise(store: ResultStore, now: () => number = Date.now): (result: Result) => Promise<void> {
  let last: { readonly record: ResultRecord; readonly at: number } | undefined;
  return async (result) => {
    const before = last;
    const at = now();
    last = { record: result.record, at };
    await store.add(result);
    if (!before || at - before.at > STILL_MOVED_MILLISECONDS || !isAdjusted(before.record, result.record)) return;
    const stored = (await store.list()).find(({ record }) => record.id === before.record.id);
    if (stored && !isKept(stored)) await store.delete([stored.record.id]);
  };
}
