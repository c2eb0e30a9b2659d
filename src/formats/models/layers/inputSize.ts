import { UserError } from '../../../core/errors';

const MOST_ELEMENTS = 64 * 1024 * 1024;

/** Sides of the picture for models that leave them open. */
interface Sides {
  readonly height?: number | undefined;
  readonly width?: number | undefined;
}

/** The input's shape with every size known, the batch 1. Throws `UserError('model-spec')` for one that nothing says. */
export function completeShape(
  shape: readonly (number | null)[],
  channelsFirst: boolean,
  { height, width }: Sides,
): number[] {
  const [rows, columns] = channelsFirst ? [2, 3] : [1, 2];
  const sizes = shape.map((size, axis) => {
    if (axis === 0) return 1;
    if (size !== null) return size;
    return shape.length === 4 ? (axis === rows ? height : axis === columns ? width : undefined) : undefined;
  });
  if (sizes.length === 0 || !sizes.every((size) => size !== undefined && size > 0))
    throw new UserError(
      'model-spec',
      'The model takes pictures of any size, so that it must be said which to use.',
      'Write { "input": { "height": …, "width": … } } into lens.json beside the model.',
    );
  const complete = sizes as number[];
  if (complete.reduce((product, size) => product * size, 1) > MOST_ELEMENTS)
    throw new Error(`An input of [${complete.slice(1).join(', ')}] is too large`);
  return complete;
}
