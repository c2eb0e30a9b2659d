import { UserError } from '../../core/errors';
import type { ExportOptions } from './source';

const DEFAULT_SPEED = 10;

/** Throws `UserError('parameter')` for speeds that a GIF cannot have. */
export function framesPerSecondOf({ framesPerSecond = DEFAULT_SPEED }: ExportOptions): number {
  if (framesPerSecond >= 0.1 && framesPerSecond <= 50) return framesPerSecond;
  throw new UserError('parameter', `${framesPerSecond} frames a second cannot be shown.`, 'Use 0.1 to 50.');
}
