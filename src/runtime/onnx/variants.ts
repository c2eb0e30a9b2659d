import type { Classifier, ModelChange } from '../../core/model/classifier';

/** Variants of one model, one a change, made on first use and disposed with it. */
export interface Variants {
  of(change: ModelChange): Promise<Classifier>;
  dispose(): Promise<void>;
}

export function createVariants(make: (change: ModelChange) => Classifier): Variants {
  const kept = new Map<string, Classifier>();
  return {
    async of(change) {
      const key = JSON.stringify(change);
      const variant = kept.get(key) ?? make(change);
      kept.set(key, variant);
      return { ...variant, dispose: async () => undefined };
    },
    async dispose() {
      const all = [...kept.values()];
      kept.clear();
      for (const variant of all) await variant.dispose();
    },
  };
}
