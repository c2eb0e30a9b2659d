/** Prepared runs by key, the most recently used few. */
export interface Kept<T> {
  get(key: number, make: () => Promise<T>): Promise<T>;
  dispose(): Promise<void>;
}

export function keepRecent<T extends { dispose(): Promise<void> }>(most: number): Kept<T> {
  const kept = new Map<number, T>();
  return {
    async get(key, make) {
      const item = kept.get(key) ?? (await make());
      kept.delete(key);
      kept.set(key, item);
      for (const [oldest, old] of [...kept].slice(0, Math.max(0, kept.size - most))) {
        kept.delete(oldest);
        await old.dispose();
      }
      return item;
    },
    async dispose() {
      const all = [...kept.values()];
      kept.clear();
      for (const item of all) await item.dispose();
    },
  };
}
