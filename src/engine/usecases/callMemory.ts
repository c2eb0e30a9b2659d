import { getHeapStatistics } from 'node:v8';
import { DEFAULT_MEMORY } from '../../core/method/context';

/** Of the JavaScript heap, for the images of one call: gradients, maps and copies of them stand beside. */
const SHARE = 1 / 16;

/**
 * Bytes that the images of one call of a model may take where the process's JavaScript heap may grow to `heap` bytes: less than
 * `DEFAULT_MEMORY` where little was given to it, by the setting `gradientLens.memoryLimit` or by NODE_OPTIONS.
 */
export function callMemory(heap = getHeapStatistics().heap_size_limit): number {
  return Math.min(DEFAULT_MEMORY, Math.floor(SHARE * heap));
}
