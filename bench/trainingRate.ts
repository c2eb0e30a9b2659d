import { BATCH } from './taskNames';

/** Images a second at this many milliseconds a minibatch. */
export function imagesPerSecond(msPerMinibatch: number): number {
  return (1000 * BATCH) / msPerMinibatch;
}
