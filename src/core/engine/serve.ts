import type { CancellationToken } from 'vscode-jsonrpc/node';
import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from 'vscode-jsonrpc/node';
import type { CallType } from './protocol';
import { engineCalls, jobProgress } from './protocol';
import type { EngineService, Job, JobProgress } from './service';
import { toWireError } from './wireErrors';

/** Answers the client with `service` over the channel that fork() made to this process, which ends with its parent. */
export function serveEngine(service: EngineService): void {
  const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));

  function answer<Request, Result>(
    type: CallType<Request, Result>,
    run: (request: Request, job: Job) => Promise<Result>,
  ): void {
    connection.onRequest(type, async ({ request, progressToken }, token) => {
      const progress = (value: JobProgress) => void connection.sendProgress(jobProgress, progressToken!, value);
      try {
        return await run(request, {
          signal: abortSignalOf(token),
          ...(progressToken === undefined ? {} : { progress }),
        });
      } catch (error) {
        return toWireError(error);
      }
    });
  }

  answer(engineCalls.methods, () => service.methods());
  answer(engineCalls.modelInfo, (request, job) => service.modelInfo(request, job));
  answer(engineCalls.checkModel, (request, job) => service.checkModel(request, job));
  answer(engineCalls.predict, (request, job) => service.predict(request, job));
  answer(engineCalls.attribute, (request, job) => service.attribute(request, job));
  answer(engineCalls.attack, (request, job) => service.attack(request, job));
  answer(engineCalls.encode, ({ image, format }) => service.encode(image, format));
  answer(engineCalls.renderOverlay, (request) => service.renderOverlay(request));
  answer(engineCalls.forgetModel, async ({ path }) => {
    await service.forgetModel(path);
    return null;
  });

  process.on('disconnect', () => process.exit(0));
  connection.listen();
}

function abortSignalOf(token: CancellationToken): AbortSignal {
  const controller = new AbortController();
  if (token.isCancellationRequested) controller.abort();
  else token.onCancellationRequested(() => controller.abort());
  return controller.signal;
}
