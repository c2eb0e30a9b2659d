import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { MessageConnection } from 'vscode-jsonrpc/node';
import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from 'vscode-jsonrpc/node';
import { TELEMETRY_OFF } from '../../runtime/onnx/telemetry';

/** Where the engine's words go; VS Code's LogOutputChannel is one. */
interface EngineLog {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** How a process ended: as its parent wanted, or by itself. */
export interface EngineEnd {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** Its JavaScript heap reached the limit. */
  readonly outOfMemory: boolean;
  readonly spawnError?: Error;
}

/** One engine process and the connection to it; it lives once. */
export interface EngineChild {
  readonly process: ChildProcess;
  readonly connection: MessageConnection;
  /** Settles when the process is gone, never rejects. */
  readonly ended: Promise<EngineEnd>;
}

export interface EngineChildOptions {
  readonly enginePath: string;
  readonly memoryLimitMegabytes?: number;
  readonly log: EngineLog;
}

/** Starts an engine process; `ended` tells also when that failed. */
export function startEngineChild({ enginePath, memoryLimitMegabytes, log }: EngineChildOptions): EngineChild {
  const child = fork(enginePath, [], {
    // In the editor this program is Electron: without the variable it would open a window.
    env: { ...process.env, ...TELEMETRY_OFF, ELECTRON_RUN_AS_NODE: '1' },
    execArgv: memoryLimitMegabytes === undefined ? [] : [`--max-old-space-size=${Math.round(memoryLimitMegabytes)}`],
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
  connection.onError(([error]) => log.warn(`Engine connection: ${error.message}`));
  connection.listen();

  let outOfMemory = false;
  eachLine(child.stdout, (line) => log.info(`Engine: ${line}`));
  eachLine(child.stderr, (line) => {
    if (line.includes('heap out of memory')) outOfMemory = true;
    log.warn(`Engine: ${line}`);
  });
  log.info(`Engine process ${child.pid ?? '?'} started.`);

  const ended = new Promise<EngineEnd>((resolve) => {
    child.once('error', (spawnError) => {
      if (child.pid === undefined) resolve({ exitCode: null, signal: null, outOfMemory, spawnError });
    });
    // Not 'exit': its last words on standard error may still be on their way then.
    child.once('close', (exitCode, signal) => resolve({ exitCode, signal, outOfMemory }));
  });
  return { process: child, connection, ended };
}

function eachLine(stream: Readable | null, use: (line: string) => void): void {
  if (stream) createInterface({ input: stream }).on('line', use);
}
