import { UserError } from '../errors';
import type { ModelSpec } from './modelSpec';

/**
 * Axes, without the batch, of the picture whose numbers a model takes as a list of `count` (−1: of any length), from what its
 * description says: height and width, channels by what is left or by the colour, and last unless the layout says first.
 *
 * Throws `UserError('model-spec')` where the description does not say the size, or one that the list does not have.
 */
export function axesOfList(count: number, { input = {} }: ModelSpec, source: string): readonly number[] {
  const { height, width, color, layout } = input;
  if (height === undefined || width === undefined) throw sizeWanted(count);
  const said = color === undefined ? undefined : color === 'grayscale' ? 1 : 3;
  const channels = count < 0 ? (said ?? 3) : count / (height * width);
  if ((channels !== 1 && channels !== 3) || (said !== undefined && said !== channels))
    throw new UserError(
      'model-spec',
      `${source} says that pictures have ${width} × ${height} pixels${said === undefined ? '' : ` of ${said === 1 ? 'one channel' : '3 channels'}`}, which are not the ${count} numbers that the model takes.`,
      'Correct “input.height” and “input.width”, of which the model takes as many pixels, grey or in colour.',
    );
  return layout === 'channels-first' ? [channels, height, width] : [height, width, channels];
}

function sizeWanted(count: number): UserError {
  const side = [1, 3].map((channels) => Math.sqrt(count / channels)).find(Number.isInteger);
  return new UserError(
    'model-spec',
    `The model takes a list of ${count < 0 ? 'any number of' : count} numbers, so it must be said which picture they are.`,
    `Write { "input": { "height": ${side ?? '…'}, "width": ${side ?? '…'} } } into lens.json beside the model.`,
  );
}
