import { numbersFromJson } from '../src/protocol/numbersFromJson';

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** The editor's end; may be acquired only once and never leaves this module. */
const api = acquireVsCodeApi();

export interface Host<Outgoing> {
  post(message: Outgoing): void;
  readState(): unknown;
  writeState(state: unknown): void;
}

/** Speaks with the extension: every incoming message passes `read`; what it does not know is dropped. */
export function connect<Incoming, Outgoing>(
  read: (value: unknown) => Incoming | undefined,
  handle: (message: Incoming) => void,
): Host<Outgoing> {
  window.addEventListener('message', (event: MessageEvent<unknown>) => {
    const message = read(numbersFromJson(event.data));
    if (message !== undefined) handle(message);
  });
  return {
    post: (message) => api.postMessage(message),
    readState: () => api.getState(),
    writeState: (state) => api.setState(state),
  };
}
