import type { StaticGraph } from '../../graph/graph';
import type { Tensor } from '../../graph/tensor';
import { writeOnnx } from '../../graph/write/onnx';
import { createLibrarySession } from './library';

/** A graph made ready to run by ONNX Runtime. */
export interface OnnxSession {
  /** Float inputs by name in, float outputs by name out. */
  run(feeds: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Float32Array>>>;
  dispose(): Promise<void>;
}

/** Makes a graph of ours ready. */
export async function createOnnxSession(graph: StaticGraph, threads: number): Promise<OnnxSession> {
  return openOnnxSession(writeOnnx(graph), threads);
}

/** Makes an ONNX file ready. */
export async function openOnnxSession(bytes: Uint8Array, threads: number): Promise<OnnxSession> {
  const { session, OnnxTensor } = await createLibrarySession(bytes, threads);
  return {
    async run(feeds) {
      const tensors = Object.fromEntries(
        Object.entries(feeds).map(([name, { type, shape, data }]) => [
          name,
          type === 'int64'
            ? new OnnxTensor('int64', BigInt64Array.from(data, BigInt), [...shape])
            : new OnnxTensor('float32', data as Float32Array, [...shape]),
        ]),
      );
      const results = await session.run(tensors);
      return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, tensor.data as Float32Array]));
    },
    dispose: () => session.release(),
  };
}
