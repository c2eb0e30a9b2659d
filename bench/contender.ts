import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { EngineId, ModelInput } from '../src/core/model/modelInfo';
import type { AnyTask } from './taskNames';

/** What a contender says when it is ready. */
export interface Ready {
  /** Version of the library that computes. */
  readonly version: string;
  /** Milliseconds from the start of the program (that of Node left out) to the loaded model. */
  readonly loadMs?: number;
  readonly input?: ModelInput;
  /** Which one runs, where the product chose. */
  readonly engine?: EngineId;
}

/** One timed run. */
export interface Timing {
  readonly ms: number;
  /** Largest resident memory of the process so far, bytes. */
  readonly peakBytes: number;
}

/** An engine in a process of its own that computes only when it is asked, so that several can take turns. */
export interface Contender {
  readonly name: string;
  readonly pid: number;
  readonly ready: Ready;
  /** Runs a task once; with `output` the map is written there as raw float32. */
  run(task: AnyTask, output?: string): Promise<Timing>;
  close(): void;
}

/** Starts a process that speaks JSON, one line each way; rejects with its reason if it cannot take part. */
export async function startContender(name: string, command: string, args: readonly string[]): Promise<Contender> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const answer = answers(child);
  const ask = async <T>(request: object): Promise<T> => {
    const reply = answer();
    child.stdin.write(`${JSON.stringify(request)}\n`);
    return (await reply) as T;
  };
  const close = (): void => {
    child.stdin.end();
    child.kill();
  };
  try {
    const ready = (await answer()) as Ready;
    return {
      name,
      pid: child.pid!,
      ready,
      run: (task, output) => ask({ task, output }),
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** Each call gives the child's next line; a line with `error`, or the child's end, rejects. */
function answers(child: ChildProcess): () => Promise<unknown> {
  const lines: string[] = [];
  let errors = '';
  let ended: string | undefined;
  let wake = (): void => undefined;
  child.stderr!.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-4000)));
  createInterface({ input: child.stdout! }).on('line', (line) => {
    if (line.startsWith('{')) lines.push(line);
    wake();
  });
  const finish = (why: string): void => {
    ended ??= why;
    wake();
  };
  child.on('error', (error) => finish(error.message));
  child.on('exit', (code, signal) => finish(`it ended (${signal ?? code}): ${errors.trim().split('\n').at(-1) ?? ''}`));
  child.stdin!.on('error', () => undefined);
  return async () => {
    while (lines.length === 0 && ended === undefined) await new Promise<void>((resolve) => (wake = resolve));
    const line = lines.shift();
    if (line === undefined) throw new Error(ended);
    const reply = JSON.parse(line) as { error?: string };
    if (reply.error !== undefined) throw new Error(reply.error);
    return reply;
  };
}
