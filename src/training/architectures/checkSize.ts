import { countOf } from '../../core/countOf';
import { UserError } from '../../core/errors';
import type { Architecture, PictureSize } from './architecture';

/** Throws `UserError('parameter')` for pictures that are too small and for fewer than two classes. */
export function checkSize({ label, minimumSide }: Architecture, { height, width }: PictureSize, classes: number): void {
  if (Math.min(height, width) < minimumSide) {
    throw new UserError(
      'parameter',
      `Pictures of ${width} × ${height} pixels are too small for the network “${label}”.`,
      `Choose a size of at least ${minimumSide} × ${minimumSide}.`,
    );
  }
  if (!Number.isInteger(classes) || classes < 2) {
    throw new UserError(
      'parameter',
      `A network for ${countOf(classes, 'class', 'classes')} cannot be trained.`,
      'Give two classes or more.',
    );
  }
}
