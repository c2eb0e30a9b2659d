import { fork, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { UserError } from '../../../core/errors';
import { OnnxRuntimeFailure } from '../onnxRuntimeFailure';
import { leavingThread } from '../../interrupts';
import { printable } from '../../../core/printable';
import { untilAborted } from '../../untilAborted';
import { wantedUntil } from '../../wanted';
import type { OnnxSession } from '../session';
import { TELEMETRY_OFF } from '../telemetry';
import type { IsolatedAnswer, IsolatedRequest, MemoryWatch } from './messages';
import { OUT_OF_MEMORY, WATCH_VARIABLE } from './messages';

/** Bytes that a model may take whose values nobody can size before it runs. */
const MOST_MEMORY = 2 * 1024 ** 3;
/** Node and the library, before a model is there. */
const PROGRAM = 256 * 1024 ** 2;
/** Of a model's file: as it came, as the library keeps it, and as it is while that is made. */
const COPIES = 3;

export interface IsolationLimits {
  readonly memory?: number;
}

/** A model's process. */
interface Isolated {
  readonly process: ChildProcess;
  readonly ask: (request: IsolatedRequest) => Promise<Readonly<Record<string, Float32Array>>>;
}

/**
 * An ONNX file made ready in a process of its own, for models with operators that are not understood here: what they take and
 * whether they end (`Loop`) only running them tells. The process is ended when it takes more than {@link MOST_MEMORY} beyond the
 * model's own size, and with this one; a run that cannot be stopped leaves this process free. The next run starts another.
 * Throws `UserError('model-unsupported')` for a model that took too much or whose process ended by itself.
 */
export async function openIsolatedSession(
  bytes: Uint8Array,
  threads: number,
  { memory = MOST_MEMORY }: IsolationLimits = {},
): Promise<OnnxSession> {
  const limit = PROGRAM + COPIES * bytes.length + memory;
  const start = () => startIsolated(bytes, threads, limit, memory);
  let current: Isolated | undefined = await leavingThread(start);
  return {
    run: (feeds) =>
      leavingThread(async () => {
        if (current?.process.connected !== true) current = await start();
        const { process: child, ask } = current;
        return whileItIsWanted(child, ask({ run: feeds }));
      }),
    async dispose() {
      current?.process.kill('SIGKILL');
      current = undefined;
    },
  };
}

/** What `work` gives; rejects with `CancelledError`, and ends the process, when nobody waits for it any more. */
function whileItIsWanted<T>(child: ChildProcess, work: Promise<T>): Promise<T> {
  return untilAborted(work, wantedUntil(), () => void child.kill('SIGKILL'));
}

async function startIsolated(bytes: Uint8Array, threads: number, limit: number, memory: number): Promise<Isolated> {
  const watch: MemoryWatch = { limit, parent: process.pid };
  const { program, execArgv } = programOf();
  const child = fork(program, [], {
    env: { ...process.env, ...TELEMETRY_OFF, ELECTRON_RUN_AS_NODE: '1', [WATCH_VARIABLE]: JSON.stringify(watch) },
    execArgv,
    serialization: 'advanced',
    stdio: ['pipe', 'ignore', 'pipe', 'ipc'],
  });
  const end = (): void => void child.kill('SIGKILL');
  process.once('exit', end);
  let words = '';
  child.stderr!.on('data', (text: Buffer) => (words = (words + text.toString()).slice(-1000)));
  // A process that ends before it has read its model.
  child.stdin!.on('error', () => undefined);
  const gone = new Promise<UserError>((resolve) => {
    child.once('error', (error) => resolve(endedEarly(error.message)));
    child.once('close', (code, signal) => {
      process.off('exit', end);
      resolve(words.includes(OUT_OF_MEMORY) ? tookTooMuch(memory) : endedEarly(signal ?? `exit code ${code ?? '?'}`));
    });
  });
  const next = async (): Promise<IsolatedAnswer> => {
    keepAlive(child, true);
    try {
      const answer = new Promise<IsolatedAnswer>((resolve) => child.once('message', resolve));
      const first = await Promise.race([answer, gone]);
      if (first instanceof UserError) throw first;
      return first;
    } finally {
      child.removeAllListeners('message');
      keepAlive(child, false);
    }
  };
  const ask: Isolated['ask'] = async (request) => {
    const answer = next();
    if (child.connected) child.send(request);
    const reply = await answer;
    if ('failure' in reply) throw new OnnxRuntimeFailure(reply.failure);
    return reply.results;
  };
  try {
    await whileItIsWanted(child, next());
    child.stdin!.end(bytes);
    await whileItIsWanted(child, ask({ load: { threads } }));
    return { process: child, ask };
  } catch (error) {
    end();
    throw error;
  }
}

/** The program lies beside the bundle that this is part of; without a bundle, tsx reads its source. */
function programOf(): { readonly program: string; readonly execArgv: string[] } {
  const bundled = path.join(__dirname, 'isolatedProcess.js');
  if (existsSync(bundled)) return { program: bundled, execArgv: [] };
  return { program: path.join(__dirname, 'isolatedProcess.ts'), execArgv: ['--require', 'tsx/cjs'] };
}

/** While nothing is asked, the process keeps nobody from ending. */
function keepAlive(child: ChildProcess, wanted: boolean): void {
  const change = wanted ? 'ref' : 'unref';
  child[change]();
  child.channel?.[change]();
  // A stream that is closed would wait to be opened again, once for each call.
  for (const stream of [child.stdin, child.stderr])
    if (stream?.destroyed === false) (stream as unknown as { ref(): void; unref(): void })[change]();
}

function tookTooMuch(memory: number): UserError {
  return new UserError(
    'model-unsupported',
    `The model took more than ${Math.round(memory / 1024 ** 2).toLocaleString('en-US')} MB of memory while it ran.`,
    'Check that it is an image classifier; what it takes is not bounded by what its file says.',
  );
}

function endedEarly(cause: string): UserError {
  return new UserError(
    'model-unsupported',
    `The process that ran the model ended before its work was done (${printable(cause)}).`,
    'Export it again with another version of its exporter, or with operators of ONNX alone.',
  );
}
