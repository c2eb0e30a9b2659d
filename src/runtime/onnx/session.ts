import type { Tensor as OnnxData } from 'onnxruntime-node';
import type { StaticGraph } from '../../core/graph/graph';
import type { Tensor } from '../../core/graph/tensor';
import { writeOnnx } from '../../formats/models/onnx/writeOnnx';
import { createLibrarySession } from './library';
import { OnnxRuntimeFailure } from './onnxRuntimeFailure';

/** A graph made ready to run by ONNX Runtime. */
export interface OnnxSession {
  /** Inputs by name in, float outputs by name out: those of `wanted`, or all. */
  run(
    feeds: Readonly<Record<string, Tensor>>,
    wanted?: readonly string[],
  ): Promise<Readonly<Record<string, Float32Array>>>;
  dispose(): Promise<void>;
}

/** Makes a graph of ours ready. */
export async function createOnnxSession(graph: StaticGraph, threads: number): Promise<OnnxSession> {
  return openOnnxSession(writeOnnx(graph), threads, graph.nodes.length);
}

/** Makes an ONNX file ready; `nodes`: how many it has, where that is known. */
export async function openOnnxSession(bytes: Uint8Array, threads: number, nodes?: number): Promise<OnnxSession> {
  const { session, OnnxTensor } = await createLibrarySession(bytes, threads, nodes).catch(failed);
  return {
    async run(feeds, wanted) {
      const tensors = Object.fromEntries(
        Object.entries(feeds).map(([name, { type, shape, data }]) => [
          name,
          type === 'int64'
            ? new OnnxTensor('int64', BigInt64Array.from(data, BigInt), [...shape])
            : new OnnxTensor(type, data as Float32Array, [...shape]),
        ]),
      );
      const running = wanted === undefined ? session.run(tensors) : session.run(tensors, [...wanted]);
      const results = await running.catch(failed);
      return Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, asFloats(data)]));
    },
    dispose: () => session.release(),
  };
}

function failed(error: unknown): never {
  throw new OnnxRuntimeFailure(error instanceof Error ? error.message : String(error), { cause: error });
}

/** Whole numbers and booleans as floats. */
function asFloats(data: OnnxData['data']): Float32Array {
  return data instanceof Float32Array ? data : Float32Array.from(data as ArrayLike<number | bigint>, Number);
}
