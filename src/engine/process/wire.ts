import type { MessageConnection } from 'vscode-jsonrpc/node';
import { CancellationTokenSource, ProgressType, RequestType } from 'vscode-jsonrpc/node';
import type { CallName } from '../calls/table';
import { fromWireError, type WireError } from './wireErrors';

/** One call, as it travels. */
interface CallMessage {
  readonly request: unknown;
  /** Present when the caller wants {@link progressType} under this token. */
  readonly progressToken?: number;
}

/** A call's request type; its name is the call's. */
export const requestType = (name: CallName): RequestType<CallMessage, unknown, WireError> => new RequestType(name);

export const progressType = new ProgressType<unknown>();

/** A call that was sent. */
export interface Sent {
  /** Rejects as the call failed on the other side; with an `Error` of the connection where that ended. */
  readonly answer: Promise<unknown>;
  /** Tells the other side that the answer is not wanted any more. */
  cancel(): void;
}

let lastProgressToken = 0;

/** Sends a call over `connection`; `progress` hears what the other side reports until it answers. */
export function sendCall(
  connection: MessageConnection,
  name: CallName,
  request: unknown,
  progress?: (value: unknown) => void,
): Sent {
  const cancellation = new CancellationTokenSource();
  const progressToken = progress && ++lastProgressToken;
  const hearing =
    progressToken === undefined ? undefined : connection.onProgress(progressType, progressToken, progress!);
  const message = { request, ...(progressToken === undefined ? {} : { progressToken }) };
  const answer = connection
    .sendRequest(requestType(name), message, cancellation.token)
    .catch((error: unknown) => {
      throw fromWireError(error);
    })
    .finally(() => hearing?.dispose());
  return { answer, cancel: () => cancellation.cancel() };
}
