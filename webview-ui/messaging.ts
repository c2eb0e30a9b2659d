import { misfitText, type Of, reading, type Schema } from '../src/core/schema/schema';
import { numbersFromJson } from '../src/protocol/numbersFromJson';
import type { PanelError } from '../src/protocol/panelError';
import type { refused } from '../src/protocol/refused';

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** The editor's end; may be acquired only once and never leaves this module. */
const api = acquireVsCodeApi();

/** What a person can do of it is little: the log says which part of the message did not fit. */
const DROPPED: PanelError = {
  message: 'Something that was sent to this page could not be read and is not shown.',
  hint: 'Close the page and open it again; the log of Gradient Lens says what it was.',
};

function refuse(reason: string): void {
  console.warn(`Refused: ${reason}`);
  const message: Of<typeof refused> = { type: 'refused', reason };
  api.postMessage(message);
}

export interface Host<Outgoing> {
  post(message: Outgoing): void;
  readState(): unknown;
  /** Says what of the saved state was not taken, here and in the extension's log. */
  readonly warn: (reason: string) => void;
  writeState(state: unknown): void;
}

/**
 * Speaks with the extension: of every incoming message that does not fit `schema` it is said where, here and in the extension's log,
 * and `dropped` lets the page show that something did not arrive.
 */
export function connect<S extends Schema, Outgoing>(
  schema: S,
  handle: (message: Of<S>) => void,
  dropped?: (error: PanelError) => void,
): Host<Outgoing> {
  window.addEventListener('message', (event: MessageEvent<unknown>) => {
    const { value: message, misfit } = reading(schema, numbersFromJson(event.data));
    if (misfit) {
      refuse(misfitText(misfit));
      dropped?.(DROPPED);
    } else handle(message);
  });
  return {
    post: (message) => api.postMessage(message),
    readState: () => api.getState(),
    warn: refuse,
    writeState: (state) => api.setState(state),
  };
}
