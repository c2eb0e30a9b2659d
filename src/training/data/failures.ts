import { UserError } from '../../core/errors';

/** A data set that cannot be read: `what` is a sentence, `hint` the next step. */
export function unreadable(what: string, hint: string): UserError {
  return new UserError('dataset-unreadable', what, hint);
}

/** Why something failed, for a sentence in brackets. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A failure of an image or zip reader told of a data set. */
export async function asDatasetFailure<T>(hint: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UserError && error.code === 'image-unreadable') throw unreadable(error.message, error.hint);
    if (error instanceof Error && error.message.startsWith('The zip archive'))
      throw unreadable(`${error.message}.`, hint);
    throw error;
  }
}
