import { setTimeout } from 'node:timers/promises';
import type { CancellationToken, ProgressType } from 'vscode-jsonrpc/node';
import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from 'vscode-jsonrpc/node';
import type { CallType } from './process/protocol';
import { engineCalls, jobProgress } from './process/protocol';
import type { EngineService, Job } from './calls/service';
import type { LocalTrainingService } from './training/localTrainingService';
import { trainingCalls, trainingEvents } from './training/protocol';
import { toWireError } from './process/wireErrors';

/** A training whose parent is gone has so many milliseconds to keep its state. */
const LEAVING = 10_000;

/**
 * Answers the client with `service` (and `training`) over the channel that fork() made to this process, which ends with its
 * parent; what it trains is stopped first.
 */
export function serveEngine(service: EngineService, training?: LocalTrainingService): void {
  const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));

  function answerWith<Request, Result, Progress>(
    type: CallType<Request, Result>,
    progressType: ProgressType<Progress>,
    run: (request: Request, signal: AbortSignal, progress?: (value: Progress) => void) => Promise<Result>,
  ): void {
    connection.onRequest(type, async ({ request, progressToken }, token) => {
      // A parent that is gone hears nothing more.
      const progress = (value: Progress) =>
        void connection.sendProgress(progressType, progressToken!, value).catch(() => undefined);
      try {
        return await run(request, abortSignalOf(token), progressToken === undefined ? undefined : progress);
      } catch (error) {
        return toWireError(error);
      }
    });
  }

  function answer<Request, Result>(
    type: CallType<Request, Result>,
    run: (request: Request, job: Job) => Promise<Result>,
  ): void {
    answerWith(type, jobProgress, (request, signal, progress) =>
      run(request, { signal, ...(progress && { progress }) }),
    );
  }

  answer(engineCalls.methods, () => service.methods());
  answer(engineCalls.modelInfo, (request, job) => service.modelInfo(request, job));
  answer(engineCalls.checkModel, (request, job) => service.checkModel(request, job));
  answer(engineCalls.predict, (request, job) => service.predict(request, job));
  answer(engineCalls.attribute, (request, job) => service.attribute(request, job));
  answer(engineCalls.attack, (request, job) => service.attack(request, job));
  answer(engineCalls.encode, ({ image, format }) => service.encode(image, format));
  answer(engineCalls.thumbnail, (image) => service.thumbnail(image));
  answer(engineCalls.renderOverlay, (request) => service.renderOverlay(request));
  answer(engineCalls.forgetModel, async ({ path }) => {
    await service.forgetModel(path);
    return null;
  });

  if (training) {
    answer(trainingCalls.architectures, () => training.architectures());
    answer(trainingCalls.dataset, (request, job) => training.dataset(request, job));
    answer(trainingCalls.network, (request) => training.network(request));
    answerWith(trainingCalls.train, trainingEvents, (request, signal, report) => {
      // A terminal sends Ctrl-C to this process too; what becomes of a training is its parent's to say.
      process.on('SIGINT', ignore);
      return training.train(request, { signal, ...(report && { report }) });
    });
    answer(trainingCalls.control, async (request) => {
      await training.control(request);
      return null;
    });
    answer(trainingCalls.run, (request) => training.run(request));
    answer(trainingCalls.frames, (request) => training.frames(request));
    answer(trainingCalls.maps, (request) => training.maps(request));
    answer(trainingCalls.integrate, (request, job) => training.integrate(request, job));
    answer(trainingCalls.exportRun, (request, job) => training.exportRun(request, job));
    answer(trainingCalls.fetchDataset, (request, job) => training.fetchDataset(request, job));
  }

  process.on('disconnect', () => {
    void Promise.race([training?.dispose(), setTimeout(LEAVING)]).finally(() => process.exit(0));
  });
  connection.listen();
}

const ignore = (): void => undefined;

function abortSignalOf(token: CancellationToken): AbortSignal {
  const controller = new AbortController();
  if (token.isCancellationRequested) controller.abort();
  else token.onCancellationRequested(() => controller.abort());
  return controller.signal;
}
