import { existsSync } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { StaticGraph } from '../../../core/graph/graph';
import { sizeOf, type Shape } from '../../../core/graph/tensor';
import { writeOnnx } from '../../../formats/models/onnx/writeOnnx';
import { switchTelemetryOff } from '../telemetry';
import type { SessionThreadAnswer, SessionThreadData, SharedTensor } from './sessionThread';
import type { TrainingSession } from './trainingSession';

/** Memory that threads share. */
export function sharedFloats(length: number): Float32Array {
  return new Float32Array(new SharedArrayBuffer(length * Float32Array.BYTES_PER_ELEMENT));
}

/**
 * As `createTrainingSession`, in a thread of its own: a run leaves this thread free. `buffers` are of shared memory (see
 * {@link sharedFloats}), which nobody else may write until a run has ended; one run at a time.
 */
export async function createThreadSession(
  graph: StaticGraph,
  buffers: ReadonlyMap<string, Float32Array>,
  threads: number,
): Promise<TrainingSession> {
  const shared = (name: string, shape: Shape): SharedTensor => {
    const data = buffers.get(name);
    if (data?.length !== sizeOf(shape)) throw new Error(`There is no memory for ${name}`);
    return { name, shape, data };
  };
  const data: SessionThreadData = {
    model: writeOnnx(graph),
    threads,
    nodes: graph.nodes.length,
    inputs: graph.inputs.map(({ name, shape }) => shared(name, shape)),
    outputs: graph.outputs.map((name) => shared(name, graph.types.get(name)!.shape)),
  };
  const worker = startThread(data);
  let hasEnded = false;
  worker.once('exit', () => (hasEnded = true));
  await nextAnswer(worker);
  return {
    async run() {
      if (hasEnded) throw endedTooEarly();
      const answer = nextAnswer(worker);
      worker.postMessage('run');
      await answer;
    },
    async dispose() {
      await worker.terminate();
    },
  };
}

/** The thread's program lies beside the bundle that this is part of; without a bundle, tsx reads its source. */
function startThread(workerData: SessionThreadData): Worker {
  switchTelemetryOff();
  const bundled = path.join(__dirname, 'sessionThread.js');
  if (existsSync(bundled)) return new Worker(bundled, { workerData });
  const source = JSON.stringify(path.join(__dirname, 'sessionThread.ts'));
  return new Worker(`require('tsx/cjs'); require(${source});`, { eval: true, workerData });
}

/** Rejects with what the thread failed with, or where it ended. */
function nextAnswer(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (outcome: () => void): void => {
      worker.off('message', answered).off('error', failed).off('exit', ended);
      outcome();
    };
    const answered = (answer: SessionThreadAnswer): void =>
      settle(() => ('error' in answer ? reject(asError(answer.error)) : resolve()));
    const failed = (error: unknown): void => settle(() => reject(asError(error)));
    const ended = (): void => settle(() => reject(endedTooEarly()));
    worker.on('message', answered).on('error', failed).on('exit', ended);
  });
}

function endedTooEarly(): Error {
  return new Error('A thread of the training ended before its work was done');
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
