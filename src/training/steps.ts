import type { TrainingOptions } from './options';

/** How many of a class's `count` images are held out: round(share · count), at least one of two or more, never all. */
export function heldOf(count: number, share: number): number {
  if (share <= 0 || count < 2) return 0;
  return Math.min(count - 1, Math.max(1, Math.round(share * count)));
}

/** Minibatches in a whole run over `images` training images: the last, smaller one of an epoch counts. */
export function stepsOf(images: number, { batchSize, epochs }: Pick<TrainingOptions, 'batchSize' | 'epochs'>): number {
  return Math.ceil(images / batchSize) * epochs;
}
