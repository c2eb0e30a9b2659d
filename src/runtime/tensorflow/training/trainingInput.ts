import { UserError } from '../../../core/errors';
import type { PictureInput } from '../../../core/model/modelInfo';
import type { InputShape } from '../../../core/model/modelInput';
import type { LayersModel } from '../../../core/model/trainableNetwork';

/** What the pictures of a model in training are and how they are scaled; unscaled unless the model says. */
export function trainingInput({ preprocessing }: LayersModel, { height, width, channels }: InputShape): PictureInput {
  if (height === undefined || width === undefined || (channels !== 1 && channels !== 3)) {
    throw new UserError(
      'model-unsupported',
      'The network does not say the size of its pictures.',
      'Say “input.height” and “input.width” in lens.json beside it.',
    );
  }
  const each = (value: number): number[] => Array.from({ length: channels }, () => value);
  return {
    height,
    width,
    channels,
    color: channels === 1 ? 'grayscale' : 'rgb',
    range: [0, 1],
    mean: each(0),
    std: each(1),
    ...preprocessing,
    source: 'training',
    resize: 'stretch',
    interpolation: 'bilinear',
  };
}
