import { UserError } from '../errors';
import type { PixelImage } from './pixels';

/**
 * Checks that every value v of `image` is a pixel, 0 ≤ v ≤ 1.
 * Throws `UserError('image-range')` that names the range seen and its likely cause.
 */
export function checkPixelRange(image: PixelImage, name: string): void {
  let minimum = Infinity;
  let maximum = -Infinity;
  let notFinite = 0;
  for (const value of image.data) {
    if (!Number.isFinite(value)) notFinite++;
    else {
      if (value < minimum) minimum = value;
      if (value > maximum) maximum = value;
    }
  }
  if (notFinite > 0)
    throw new UserError(
      'image-range',
      `${name} holds ${notFinite} value${notFinite === 1 ? '' : 's'} that ${notFinite === 1 ? 'is' : 'are'} not finite (NaN or infinity).`,
      'Pixels are numbers from 0 to 1: find the step that made these, often a division by zero.',
    );
  if (image.data.length === 0 || (minimum >= 0 && maximum <= 1)) return;
  throw new UserError(
    'image-range',
    `${name} holds values from ${shortly(minimum)} to ${shortly(maximum)}, and pixels are from 0 to 1.`,
    likelyCause(minimum, maximum),
  );
}

/** As far as a perturbation or interpolation goes past the bounds; other ranges go further. */
const OVERSHOOT = 0.5;

function likelyCause(minimum: number, maximum: number): string {
  if (minimum >= -OVERSHOOT && maximum <= 1 + OVERSHOOT)
    return 'Something was added without clipping: clip the array to [0, 1].';
  if (minimum >= 0 && maximum <= 255) return 'These look like values up to 255: divide by 255.';
  if (minimum >= 0 && maximum <= 65535) return 'These look like 16-bit values: divide by 65535.';
  if (minimum >= -1 && maximum <= 1) return 'These look like values scaled to [-1, 1]: use (a + 1) / 2.';
  if (minimum >= -128 && maximum <= 127 && maximum - minimum > 16)
    return 'These look like bytes from which a mean was subtracted: add the mean back and divide by 255.';
  if (minimum >= -10 && maximum <= 10)
    return 'These look like values normalised by mean and standard deviation: use a · std + mean; the model does its own scaling.';
  return 'Undo the scaling, so that black is 0 and white is 1; the model does its own.';
}

function shortly(value: number): string {
  return String(Number(value.toPrecision(6)));
}
