import { readFileSync } from 'node:fs';
import path from 'node:path';
import { GraphBuilder } from '../../../../src/core/graph/builder';
import { differentiate } from '../../../../src/core/graph/differentiate';
import type { Graph } from '../../../../src/core/graph/graph';
import { operators } from '../../../../src/core/graph/ops/registry';
import { specialise } from '../../../../src/core/graph/specialise';
import { floats, sizeOf, type Shape, type Tensor } from '../../../../src/core/graph/tensor';
import { createOnnxSession } from '../../../../src/runtime/onnx/session';

export interface Evaluation {
  readonly shape: Shape;
  readonly values: Float32Array;
  /** ∂ Σ seed∘values / ∂ x. */
  readonly gradient: Float32Array;
}

/** Values of a graph's first output and, for a seed of the output's size, the derivative. */
export async function evaluate(
  graph: Graph,
  batch: number,
  x: Float32Array,
  seedOf?: (size: number) => Float32Array,
): Promise<Evaluation> {
  const forward = specialise({ ...graph, outputs: graph.outputs.slice(0, 1) }, batch, operators);
  const output = forward.outputs[0]!;
  const { name, shape } = forward.inputs[0]!;
  const builder = GraphBuilder.from(forward, operators);
  const outputShape = builder.shape(output);
  const outputs = [output];
  let gradient: string | undefined;
  if (seedOf) {
    const seed = builder.constant(floats(outputShape, seedOf(sizeOf(outputShape))));
    ({ gradient } = differentiate(builder, forward, output, name, seed));
    outputs.push(gradient!);
  }
  const session = await createOnnxSession(builder.build(outputs), 1);
  try {
    const results = await session.run({ [name]: floats(shape, x) });
    return {
      shape: outputShape,
      values: results[output]!,
      gradient: gradient === undefined ? new Float32Array(0) : results[gradient]!,
    };
  } finally {
    await session.dispose();
  }
}

/** max |a − b| / max |b|. */
export function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new Error(`${a.length} numbers against ${b.length}`);
  let [worst, largest] = [0, 1e-12];
  for (let index = 0; index < a.length; index++) {
    const difference = Math.abs(a[index]! - b[index]!);
    if (!(difference <= Infinity)) return Infinity;
    worst = Math.max(worst, difference);
    largest = Math.max(largest, Math.abs(b[index]!));
  }
  return worst / largest;
}

/** Folder of the published models; absent on most machines. */
export const MODELS = path.resolve(import.meta.dirname, '../../../../../shared/data/models');

interface Manifest {
  readonly paths: readonly string[];
  readonly weights: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly quantization?: unknown;
  }[];
}

/** A TensorFlow.js layers model in float32. */
export function readTfjs(file: string): {
  readonly topology: Record<string, never>;
  readonly weights: Map<string, Tensor>;
} {
  const json = JSON.parse(readFileSync(file, 'utf8')) as {
    modelTopology: Record<string, never>;
    weightsManifest: readonly Manifest[];
  };
  const weights = new Map<string, Tensor>();
  for (const group of json.weightsManifest) {
    const bytes = Buffer.concat(group.paths.map((name) => readFileSync(path.join(path.dirname(file), name))));
    let offset = 0;
    for (const { name, shape, quantization } of group.weights) {
      if (quantization !== undefined) throw new Error(`${name} is quantised`);
      const data = new Float32Array(
        bytes.buffer.slice(bytes.byteOffset + offset, bytes.byteOffset + offset + sizeOf(shape) * 4),
      );
      weights.set(name, floats(shape, data));
      offset += data.byteLength;
    }
  }
  return { topology: json.modelTopology, weights };
}
