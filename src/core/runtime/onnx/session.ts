import type { InferenceSession } from 'onnxruntime-node';
import type { StaticGraph } from '../../graph/graph';
import type { Tensor } from '../../graph/tensor';
import { writeOnnx } from '../../graph/write/onnx';

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

/** Makes an ONNX file ready. The library is loaded on first use: it is large and may be missing on this platform. */
export async function openOnnxSession(bytes: Uint8Array, threads: number): Promise<OnnxSession> {
  const { InferenceSession, Tensor: OnnxTensor } = await import('onnxruntime-node');
  const session: InferenceSession = await InferenceSession.create(bytes, {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
    extra: { session: { force_spinning_stop: '1' } },
  });
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
