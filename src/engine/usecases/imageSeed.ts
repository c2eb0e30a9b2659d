import { deriveSeed } from '../../core/random';
import type { ImageFacts } from '../../core/result/record';

/** What is drawn for a picture depends on its file and the seed alone, whatever is looked at beside it. */
export function seedOf(seed: number, { hash }: Pick<ImageFacts, 'hash'>): number {
  return deriveSeed(seed, Number.parseInt(hash.slice(0, 8), 16));
}
