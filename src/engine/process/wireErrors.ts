import { ErrorCodes, ResponseError } from 'vscode-jsonrpc/node';
import type { UserErrorCode } from '../../core/errors';
import { CancelledError, UserError } from '../../core/errors';

/** What a failure carries across the process boundary besides its message. */
export type WireError =
  | { readonly kind: 'user'; readonly code: UserErrorCode; readonly hint: string }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'defect'; readonly name: string; readonly stack: string };

/** A failure of the service as an answer: what the user can mend keeps its code and hint, a defect its stack. */
export function toWireError(error: unknown): ResponseError<WireError> {
  if (error instanceof UserError)
    return new ResponseError(ErrorCodes.InternalError, error.message, {
      kind: 'user',
      code: error.code,
      hint: error.hint,
    });
  if (error instanceof CancelledError)
    return new ResponseError(ErrorCodes.InternalError, error.message, { kind: 'cancelled' });
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  return new ResponseError(ErrorCodes.InternalError, message, { kind: 'defect', name, stack: stack ?? message });
}

/** The failure that the service threw, of the same class; defects keep the name and stack that they had in the engine. */
export function fromWireError(error: unknown): Error {
  if (!(error instanceof ResponseError)) return error instanceof Error ? error : new Error(String(error));
  const data = error.data as WireError | undefined;
  switch (data?.kind) {
    case 'user':
      return new UserError(data.code, error.message, data.hint);
    case 'cancelled':
      return new CancelledError();
    case 'defect': {
      const defect = new Error(error.message);
      defect.name = data.name;
      defect.stack = data.stack;
      return defect;
    }
    case undefined:
      return error;
  }
}
