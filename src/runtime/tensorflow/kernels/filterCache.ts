import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Transformed filters of one model, kept from one backward pass to the next: its weights do not change, and the wasm backend also
 * keeps what it prepared for a filter as long as the tensor lives.
 */
export interface FilterCache {
  /** Runs `work` with this cache in use. */
  use<T>(work: () => T): T;
  dispose(): void;
}

type Store = Map<object, Map<string, Tensor4D>>;

let current: Store | undefined;

/** A cache for a model whose weights stay as they are. */
export function createFilterCache(): FilterCache {
  const store: Store = new Map();
  return {
    use(work) {
      current = store;
      try {
        return work();
      } finally {
        current = undefined;
      }
    },
    dispose() {
      for (const variants of store.values()) for (const tensor of variants.values()) tensor.dispose();
      store.clear();
    },
  };
}

/** The variant `key` of `filter`, from the cache in use, else made now. */
export function transformedFilter(filter: Tensor4D, key: string, make: () => Tensor4D): Tensor4D {
  if (current === undefined) return make();
  let variants = current.get(filter.dataId);
  if (variants === undefined) current.set(filter.dataId, (variants = new Map<string, Tensor4D>()));
  let variant = variants.get(key);
  // Kept as a tensor of its own: the result of `make` may be the filter itself under another shape.
  if (variant === undefined) variants.set(key, (variant = tf.keep(tf.clone(make()))));
  return variant;
}
