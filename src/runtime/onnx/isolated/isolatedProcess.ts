/** The program of a process that runs one model, watched by a thread of its own. */
import { writeSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { openOnnxSession, type OnnxSession } from '../session';
import { switchTelemetryOff } from '../telemetry';
import { OUT_OF_MEMORY, WATCH_VARIABLE } from './messages';
import type { IsolatedAnswer, IsolatedRequest, MemoryWatch } from './messages';

/** Memory is looked at so often, in milliseconds: what is taken meanwhile is filled by the processor first. */
const LOOK = 10;

async function serve(): Promise<void> {
  switchTelemetryOff();
  const model = buffer(process.stdin);
  await startWatch();
  let session: OnnxSession | undefined;
  const answer = async (request: IsolatedRequest): Promise<IsolatedAnswer> => {
    try {
      if ('run' in request) return { results: await session!.run(request.run) };
      session = await openOnnxSession(await model, request.load.threads);
      return { results: {} };
    } catch (error) {
      return { failure: error instanceof Error ? error.message : String(error) };
    }
  };
  process.on('message', (request: IsolatedRequest) => void answer(request).then((reply) => process.send!(reply)));
  process.on('disconnect', () => process.exit(0));
  process.send!({ results: {} } satisfies IsolatedAnswer);
}

/** Resolves when the thread looks. It runs this file too: as it is, or where it is no bundle through tsx. */
function startWatch(): Promise<void> {
  const data = JSON.parse(process.env[WATCH_VARIABLE]!) as MemoryWatch;
  const program = __filename.endsWith('.ts')
    ? new Worker(`require('tsx/cjs'); require(${JSON.stringify(__filename)});`, { eval: true, workerData: data })
    : new Worker(__filename, { workerData: data });
  program.unref();
  return new Promise((resolve, reject) => program.once('message', () => resolve()).once('error', reject));
}

/** Ends the process, whatever its main thread is doing, when it takes too much or nobody waits for it any more. */
function watch({ limit, parent }: MemoryWatch): void {
  setInterval(() => {
    const tooMuch = process.memoryUsage.rss() > limit;
    if (tooMuch) writeSync(2, `${OUT_OF_MEMORY}\n`);
    if (tooMuch || process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
  }, LOOK);
  parentPort!.postMessage('watching');
}

if (isMainThread) void serve();
else watch(workerData as MemoryWatch);
