import type { Disposable, MessageConnection } from 'vscode-jsonrpc/node';
import { CancellationTokenSource, ProgressType, RequestType } from 'vscode-jsonrpc/node';
import type { CallName } from '../calls/table';
import { fromWireError, type WireError } from './wireErrors';

/** One call, as it travels. */
interface CallMessage {
  readonly request: unknown;
  /** Present when the caller wants {@link reportType} under these tokens: progress, and results that are being refined. */
  readonly progressToken?: number;
  readonly partialToken?: number;
}

/** Who hears what the other side reports until it answers. */
interface Hearing {
  readonly progress?: ((value: unknown) => void) | undefined;
  readonly partial?: ((value: unknown) => void) | undefined;
}

/** A call's request type; its name is the call's. */
export const requestType = (name: CallName): RequestType<CallMessage, unknown, WireError> => new RequestType(name);

export const reportType = new ProgressType<unknown>();

/** A call that was sent. */
export interface Sent {
  /** Rejects as the call failed on the other side; with an `Error` of the connection where that ended. */
  readonly answer: Promise<unknown>;
  /** Tells the other side that the answer is not wanted any more. */
  cancel(): void;
}

let lastToken = 0;

/** Sends a call over `connection`. */
export function sendCall(
  connection: MessageConnection,
  name: CallName,
  request: unknown,
  { progress, partial }: Hearing,
): Sent {
  const cancellation = new CancellationTokenSource();
  const heard: Disposable[] = [];
  const tokenFor = (hear: (value: unknown) => void): number => {
    const token = ++lastToken;
    heard.push(connection.onProgress(reportType, token, hear));
    return token;
  };
  const message = {
    request,
    ...(progress && { progressToken: tokenFor(progress) }),
    ...(partial && { partialToken: tokenFor(partial) }),
  };
  const answer = connection
    .sendRequest(requestType(name), message, cancellation.token)
    .catch((error: unknown) => {
      throw fromWireError(error);
    })
    .finally(() => heard.forEach((each) => each.dispose()));
  return { answer, cancel: () => cancellation.cancel() };
}
