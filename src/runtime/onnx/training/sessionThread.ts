/** The program of a thread that runs one graph on memory that it shares with the thread that asks for it. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Shape } from '../../../core/graph/tensor';
import { createLibrarySession } from '../library';

/** What the thread is given when it starts. */
export interface SessionThreadData {
  /** The graph as an ONNX file. */
  readonly model: Uint8Array;
  readonly threads: number;
  /** Of the graph. */
  readonly nodes: number;
  readonly inputs: readonly SharedTensor[];
  readonly outputs: readonly SharedTensor[];
}

export interface SharedTensor {
  readonly name: string;
  readonly shape: Shape;
  /** On a `SharedArrayBuffer`. */
  readonly data: Float32Array;
}

/** The thread's answer to its start, and to each message, which asks for a run. */
export type SessionThreadAnswer = { readonly done: true } | { readonly error: unknown };

async function serve({ model, threads, nodes, inputs, outputs }: SessionThreadData): Promise<void> {
  const { session, OnnxTensor } = await createLibrarySession(model, threads, nodes);
  // ONNX Runtime refuses tensors on shared memory.
  const tensorOf = ({ data, shape }: SharedTensor) => new OnnxTensor('float32', new Float32Array(data.length), shape);
  const feeds = Object.fromEntries(inputs.map((input) => [input.name, tensorOf(input)]));
  const fetches = Object.fromEntries(outputs.map((output) => [output.name, tensorOf(output)]));
  const run = async (): Promise<void> => {
    for (const { name, data } of inputs) feeds[name]!.data.set(data);
    await session.run(feeds, fetches);
    for (const { name, data } of outputs) data.set(fetches[name]!.data);
  };
  parentPort?.on('message', () => answer(run()));
}

function answer(work: Promise<unknown>): void {
  work.then(
    () => parentPort?.postMessage({ done: true } satisfies SessionThreadAnswer),
    (error: unknown) => parentPort?.postMessage({ error } satisfies SessionThreadAnswer),
  );
}

answer(serve(workerData as SessionThreadData));
