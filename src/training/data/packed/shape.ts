import { LARGEST_SIDE } from '../dataset';
import type { RecordShape } from './records';

/**
 * What the dimensions of one picture mean: H × W, H × W × C or C × H × W with C of 1 or 3; the last where it could be either.
 * Undefined for anything else.
 */
export function shapeOf(dimensions: readonly number[]): RecordShape | undefined {
  const [first = 0, second = 0, third] = dimensions;
  const shape = (height: number, width: number, channels: 1 | 3, layout: 'hwc' | 'chw'): RecordShape | undefined =>
    [height, width].every((side) => side >= 1 && side <= LARGEST_SIDE)
      ? { height, width, channels, layout }
      : undefined;
  if (dimensions.length === 2) return shape(first, second, 1, 'hwc');
  if (dimensions.length !== 3) return undefined;
  if (third === 1 || third === 3) return shape(first, second, third, 'hwc');
  if (first === 1 || first === 3) return shape(second, third!, first, 'chw');
  return undefined;
}
