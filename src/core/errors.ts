/** A failure that the user can mend: `message` says what happened, `hint` what to do next, each in one sentence. */
export class UserError extends Error {
  override readonly name = 'UserError';

  constructor(
    readonly code: UserErrorCode,
    message: string,
    readonly hint: string,
  ) {
    super(message);
  }
}

export type UserErrorCode =
  | 'image-unreadable'
  | 'image-too-large'
  | 'image-shape'
  | 'image-range'
  | 'model-unreadable'
  | 'model-unsupported'
  | 'model-spec'
  | 'engine-unavailable'
  | 'gradient-unavailable'
  | 'unknown-method'
  | 'unknown-class'
  | 'unknown-layer'
  | 'parameter'
  | 'file-exists'
  | 'file-missing'
  | 'file-unwritable'
  | 'usage'
  | 'dataset-unreadable'
  | 'download-failed'
  | 'training-failed';

/** The work was stopped on request; never shown as a failure. */
export class CancelledError extends Error {
  override readonly name = 'CancelledError';

  constructor() {
    super('Cancelled');
  }
}

const LONGEST_LINE = 300;

/** What an error of another library says first, short enough for a sentence. */
export function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n')[0]!.trim().slice(0, LONGEST_LINE);
}

/** The same without its own end, for the middle of a sentence. */
export function firstClause(error: unknown): string {
  return firstLine(error).replace(/[.:]+$/, '');
}

/** The part of an AbortSignal that is polled between chunks of work. */
export interface CancelSignal {
  readonly aborted: boolean;
}

/** Throws {@link CancelledError} if `signal` was aborted. */
export function throwIfCancelled(signal: CancelSignal | undefined): void {
  if (signal?.aborted) throw new CancelledError();
}
