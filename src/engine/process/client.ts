import type { EngineRequestsOptions } from './engineRequests';
import { EngineRequests } from './engineRequests';
import type { EngineService } from '../calls/table';
import { askedBy } from '../calls/table';

export type EngineClientOptions = EngineRequestsOptions;

/** The service in a process of its own, which starts with the first request and again after it ended. */
export interface EngineClient extends EngineService {
  /** Of the running process; absent before the first request and after an end. */
  readonly pid: number | undefined;
  /** Ends the process and cancels what it was doing; the next request starts another. */
  restart(): Promise<void>;
}

/**
 * A client of the engine process (`enginePath`: the bundled `main.ts`). A cancelled request rejects at once with
 * `CancelledError`; if the process dies, its requests reject with a `UserError('engine-unavailable')` that says why.
 */
export function createEngineClient(options: EngineClientOptions): EngineClient {
  const requests = new EngineRequests(options);
  return {
    ...askedBy(['pictures'], (name, request, job) => requests.ask(name, request, job)),
    get pid() {
      return requests.pid;
    },
    restart: () => requests.restart(),
    dispose: () => requests.dispose(),
  };
}
