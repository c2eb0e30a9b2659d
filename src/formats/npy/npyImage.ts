import { UserError } from '../../core/errors';
import { type ModelInput, pictureInput } from '../../core/model/modelInfo';
import { decodeNpy, readNpyHeader } from './npy';
import type { PixelImage } from '../../core/image/pixels';
import { checkPixelRange } from '../../core/image/range';

type InputShape = Pick<ModelInput, 'height' | 'width' | 'channels'>;

/**
 * The image that a NumPy file holds: H×W×C (or H×W for a grey model) at the model's own size, values in [0, 1].
 * Throws `UserError('image-unreadable' | 'image-shape' | 'image-range')`.
 */
export function imageFromNpy(bytes: Uint8Array, name: string, input: InputShape): PixelImage {
  // The shape first: of another one nothing is made.
  const { shape } = readNpyHeader(bytes, name);
  const { height, width, channels } = pictureInput(input);
  const grey = channels === 1 && same(shape, [height, width]);
  if (!grey && !same(shape, [height, width, channels]))
    throw new UserError(
      'image-shape',
      `${name} has the shape ${text(shape)}, and the model takes ${text([height, width, channels])} (height × width × channels).`,
      hintFor(shape, input),
    );
  const image = { data: decodeNpy(bytes, name).data, height, width, channels };
  checkPixelRange(image, name);
  return image;
}

function hintFor(shape: readonly number[], { height, width, channels }: InputShape): string {
  const wanted = [height, width, channels];
  if (shape[0] === 1 && same(shape.slice(1), wanted)) return 'It is a batch of one: save a[0].';
  if (shape.length === 4 && same(shape.slice(1), wanted)) return 'It is a batch: save one image of it, such as a[0].';
  if (same(shape, [channels, height, width])) return 'The channels come first: save a.transpose(1, 2, 0).';
  if (same(shape, [width, height, channels]) && width !== height)
    return 'Width comes first: save a.transpose(1, 0, 2).';
  if (shape.length === 2 && channels === 3) return 'It is grey: save numpy.stack([a, a, a], axis=-1).';
  return 'Arrays are not resized: resize it first, or open the picture file instead.';
}

function same(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis]);
}

function text(shape: readonly number[]): string {
  return shape.length === 0 ? 'of a single number' : shape.join(' × ');
}
