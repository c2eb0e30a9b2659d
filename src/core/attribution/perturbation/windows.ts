import { UserError } from '../../errors';
import type { Window } from '../../method/points/points';

/** Along one axis, in pixels. */
export interface Sliding {
  readonly window: number;
  readonly stride: number;
}

/**
 * Windows that slide over an image, row by row: ⌈(length − window) / stride⌉ + 1 along each axis, the last one trimmed at the edge, so
 * that every pixel is covered. A window larger than the image is the image.
 * Throws `UserError('parameter')` for a stride above the window, which would leave pixels out. Source: Captum's `Occlusion`.
 */
export function slidingWindows(
  { height, width }: { readonly height: number; readonly width: number },
  { rows, columns }: { readonly rows: Sliding; readonly columns: Sliding },
): readonly Window[] {
  return spans(height, rows).flatMap(([top, bottom]) =>
    spans(width, columns).map(([left, right]) => ({ top, bottom, left, right })),
  );
}

function spans(length: number, { window, stride }: Sliding): readonly (readonly [number, number])[] {
  if (stride > window)
    throw new UserError(
      'parameter',
      `A stride of ${stride} is larger than the window of ${window}, so that pixels between windows would be left out.`,
      'Use a stride from 1 to the window.',
    );
  const count = Math.ceil(Math.max(0, length - window) / stride) + 1;
  return Array.from({ length: count }, (_, index) => [index * stride, Math.min(length, index * stride + window)]);
}

/**
 * What the windows' numbers come to at each pixel: their sum over the windows that cover it, or the mean of these. Height × width;
 * summed in float64.
 */
export function spreadOverWindows(
  windows: readonly Window[],
  values: readonly number[],
  { height, width }: { readonly height: number; readonly width: number },
  reduction: 'sum' | 'mean',
): Float32Array {
  const sums = new Float64Array(height * width);
  const covering = new Uint32Array(height * width);
  windows.forEach(({ top, bottom, left, right }, index) => {
    for (let row = top; row < bottom; row++)
      for (let pixel = row * width + left; pixel < row * width + right; pixel++) {
        sums[pixel]! += values[index]!;
        covering[pixel]!++;
      }
  });
  return Float32Array.from(sums, (sum, pixel) => (reduction === 'sum' ? sum : sum / covering[pixel]!));
}
