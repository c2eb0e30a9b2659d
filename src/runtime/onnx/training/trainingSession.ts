import type { Tensor } from 'onnxruntime-node';
import type { StaticGraph } from '../../../core/graph/graph';
import { sizeOf, type Shape } from '../../../core/graph/tensor';
import { writeOnnx } from '../../../formats/models/onnx/writeOnnx';
import { createLibrarySession } from '../library';

/** A graph that is run many times on the same memory: what stands in `buffers` goes in and comes out, nothing is allocated. */
export interface TrainingSession {
  readonly run: () => Promise<void>;
  readonly dispose: () => Promise<void>;
}

/**
 * Makes a graph ready whose inputs and outputs are all float32 and have their memory in `buffers`, by name. ONNX Runtime reads
 * inputs where they are and writes outputs to where they belong.
 */
export async function createTrainingSession(
  graph: StaticGraph,
  buffers: ReadonlyMap<string, Float32Array>,
  threads: number,
): Promise<TrainingSession> {
  const { session, OnnxTensor } = await createLibrarySession(writeOnnx(graph), threads, graph.nodes.length);
  const tensor = (name: string, shape: Shape): Tensor => {
    const buffer = buffers.get(name);
    if (buffer?.length !== sizeOf(shape)) throw new Error(`There is no memory for ${name}`);
    return new OnnxTensor('float32', buffer, [...shape]);
  };
  const feeds = Object.fromEntries(graph.inputs.map(({ name, shape }) => [name, tensor(name, shape)]));
  const fetches = Object.fromEntries(graph.outputs.map((name) => [name, tensor(name, graph.types.get(name)!.shape)]));
  return {
    async run() {
      await session.run(feeds, fetches);
    },
    dispose: () => session.release(),
  };
}
