import { UserError } from '../errors';
import type { ImageBatch } from '../image/pixels';
import type { ModelInput } from './modelInfo';

/**
 * Checks that a batch has the model's shape and only finite numbers.
 *
 * Throws `UserError('image-shape')` or, for NaN and infinity, `UserError('image-range')`.
 */
export function checkImages(images: ImageBatch, input: ModelInput): void {
  const { count, height, width, channels, data } = images;
  if (height !== input.height || width !== input.width || channels !== input.channels) {
    throw new UserError(
      'image-shape',
      `The image is ${height} × ${width} × ${channels}, but the model takes ${input.height} × ${input.width} × ${input.channels}.`,
      'Resize the image to the model’s input (height × width × channels).',
    );
  }
  if (!Number.isInteger(count) || count < 1 || data.length !== count * height * width * channels) {
    throw new UserError(
      'image-shape',
      `${data.length} numbers were given for ${count} images of ${height} × ${width} × ${channels}.`,
      'Give height × width × channels numbers for each image.',
    );
  }
  const wrong = firstNonFinite(data);
  if (wrong >= 0) {
    throw new UserError(
      'image-range',
      `The image holds ${data[wrong]!} at element ${wrong}.`,
      'Give finite numbers, in [0, 1] for ordinary pictures.',
    );
  }
}

/** Index of the first NaN or infinity, else −1; a plain loop, because a callback a pixel costs ten times as much. */
function firstNonFinite(data: Float32Array): number {
  for (let index = 0; index < data.length; index++) if (!Number.isFinite(data[index])) return index;
  return -1;
}
