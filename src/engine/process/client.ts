import type { EngineRequestsOptions } from './engineRequests';
import { createEngineRequests } from './engineRequests';
import { engineCalls } from './protocol';
import type { EngineService } from '../calls/service';

export type EngineClientOptions = EngineRequestsOptions;

/** The service in a process of its own, which starts with the first request and again after it ended. */
export interface EngineClient extends EngineService {
  /** Of the running process; absent before the first request and after an end. */
  readonly pid: number | undefined;
  /** Ends the process and cancels what it was doing; the next request starts another. */
  restart(): Promise<void>;
}

/**
 * A client of the engine process (`enginePath`: the bundled `process.ts`). A cancelled request rejects at once with
 * `CancelledError`; if the process dies, its requests reject with a `UserError('engine-unavailable')` that says why.
 */
export function createEngineClient(options: EngineClientOptions): EngineClient {
  const requests = createEngineRequests(options);
  const { ask } = requests;
  return {
    get pid() {
      return requests.pid;
    },
    methods: () => ask(engineCalls.methods, null),
    modelInfo: (request, job) => ask(engineCalls.modelInfo, request, job),
    checkModel: (request, job) => ask(engineCalls.checkModel, request, job),
    predict: (request, job) => ask(engineCalls.predict, request, job),
    attribute: (request, job) => ask(engineCalls.attribute, request, job),
    attack: (request, job) => ask(engineCalls.attack, request, job),
    encode: (image, format) => ask(engineCalls.encode, { image, format }),
    thumbnail: (image) => ask(engineCalls.thumbnail, image),
    renderOverlay: (request) => ask(engineCalls.renderOverlay, request),
    async forgetModel(path) {
      if (requests.pid !== undefined) await ask(engineCalls.forgetModel, { path });
    },
    restart: () => requests.restart(),
    dispose: () => requests.dispose(),
  };
}
