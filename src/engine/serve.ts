import { setTimeout } from 'node:timers/promises';
import type { CancellationToken, MessageConnection } from 'vscode-jsonrpc/node';
import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from 'vscode-jsonrpc/node';
import type { AnyAsk, CallTraits } from './calls/call';
import type { CallName, EngineService } from './calls/table';
import { calls } from './calls/table';
import { reportType, requestType } from './process/wire';
import { toWireError } from './process/wireErrors';
import type { LocalTrainingService } from './training/localTrainingService';

/** A training whose parent is gone has so many milliseconds to keep its state. */
const LEAVING = 10_000;

/**
 * Answers the calls that `service` (and `training`) has, over the channel that fork() made to this process, which ends with its
 * parent; what it trains is stopped first.
 */
export function serveEngine(service: EngineService, training?: LocalTrainingService): void {
  const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));
  const answers = new Map(Object.entries({ ...training, ...service } as Readonly<Record<string, AnyAsk>>));
  for (const [name, { at }] of Object.entries<CallTraits>(calls)) {
    const run = answers.get(name);
    if (run) answer(connection, name as CallName, at === 'training' ? leavingInterruptsToParent(run) : run);
  }
  process.on('disconnect', () => {
    void Promise.race([training?.dispose(), setTimeout(LEAVING)]).finally(() => process.exit(0));
  });
  connection.listen();
}

function answer(connection: MessageConnection, name: CallName, run: AnyAsk): void {
  connection.onRequest(requestType(name), async ({ request, progressToken, partialToken }, token) => {
    // A parent that is gone hears nothing more.
    const reportUnder = (to: number) => (value: unknown) =>
      void connection.sendProgress(reportType, to, value).catch(() => undefined);
    try {
      return await run(request, {
        signal: abortSignalOf(token),
        ...(progressToken !== undefined && { progress: reportUnder(progressToken) }),
        ...(partialToken !== undefined && { partial: reportUnder(partialToken) }),
      });
    } catch (error) {
      return toWireError(error);
    }
  });
}

const ignore = (): void => undefined;

/** A terminal sends Ctrl-C to this process too; what becomes of a training is its parent's to say. */
function leavingInterruptsToParent(run: AnyAsk): AnyAsk {
  return (request, job) => {
    if (!process.listeners('SIGINT').includes(ignore)) process.on('SIGINT', ignore);
    return run(request, job);
  };
}

function abortSignalOf(token: CancellationToken): AbortSignal {
  const controller = new AbortController();
  if (token.isCancellationRequested) controller.abort();
  else token.onCancellationRequested(() => controller.abort());
  return controller.signal;
}
