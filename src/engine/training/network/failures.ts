import { UserError } from '../../../core/errors';

/** A failure while a network is read for training, said for its user. */
export function explainReading(error: unknown): Error {
  if (error instanceof UserError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new UserError(
    'model-unsupported',
    `The network cannot be read: ${message.split('\n')[0]!.slice(0, 300)}.`,
    'Export it again completely, without layers that carry code.',
  );
}
