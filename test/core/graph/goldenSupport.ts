import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gradientGraph, seedCoefficients, type Head } from '../../../src/core/graph/gradientGraph';
import type { Graph } from '../../../src/core/graph/graph';
import { operators } from '../../../src/core/graph/ops/registry';
import { modernise } from '../../../src/core/graph/passes/modernise';
import { foldBatchNormalization, removeIdentities } from '../../../src/core/graph/passes/simplify';
import { stripActivation } from '../../../src/core/graph/passes/stripActivation';
import { readOnnx } from '../../../src/formats/models/onnx/onnx';
import type { ExternalData } from '../../../src/formats/models/onnx/onnxTensor';
import { floats, type Shape } from '../../../src/core/graph/tensor';
import { decodeNpy } from '../../../src/formats/npy/npy';
import { createOnnxSession } from '../../../src/runtime/onnx/session';

export type ObjectiveKind = keyof typeof seedCoefficients;
export const OBJECTIVES = Object.keys(seedCoefficients) as readonly ObjectiveKind[];
const FOLDER = join(import.meta.dirname, '../../golden/graph');

export const goldenPath = (file: string): string => join(FOLDER, file);
export const goldenBytes = (file: string): Uint8Array => readFileSync(goldenPath(file));
export const goldenJson = (file: string): unknown => JSON.parse(readFileSync(goldenPath(file), 'utf8'));
export const goldenArray = (file: string): Float32Array => decodeNpy(goldenBytes(file), file).data;

/** A network made ready as the runtime makes it. */
export function prepare(bytes: Uint8Array, external: ExternalData = refuse): { graph: Graph; head: Head } {
  const { graph, opset } = readOnnx(bytes, external);
  const { graph: stripped, activation } = stripActivation(modernise(graph, opset));
  return { graph: foldBatchNormalization(removeIdentities(stripped)), head: { activation, binary: false } };
}

const refuse: ExternalData = (location) => {
  throw new Error(`No data may lie outside: ${location}`);
};

/** Runs one gradient graph for several objectives on the first `batch` pictures. */
export async function gradientsOf(
  { graph, head }: { readonly graph: Graph; readonly head: Head },
  pictures: Float32Array,
  shape: Shape,
  classesFor: (kind: ObjectiveKind) => readonly number[],
): Promise<{ readonly logits: Float32Array; readonly gradients: Readonly<Record<ObjectiveKind, Float32Array>> }> {
  const batch = shape[0]!;
  const made = gradientGraph(graph, batch, head, operators);
  const session = await createOnnxSession(made.graph, 1);
  const classes = made.graph.types.get(made.oneHot)!.shape[1]!;
  const gradients = {} as Record<ObjectiveKind, Float32Array>;
  let logits = new Float32Array();
  for (const kind of OBJECTIVES) {
    const rows = new Float32Array(batch * classes);
    for (let image = 0; image < batch; image++) rows[image * classes + classesFor(kind)[image]!] = 1;
    const coefficient = (name: 'a' | 'b' | 'k') =>
      floats([batch, 1], new Float32Array(batch).fill(seedCoefficients[kind][name]));
    const result = await session.run({
      [made.input]: floats(shape, pictures),
      [made.oneHot]: floats([batch, classes], rows),
      [made.coefficients.a]: coefficient('a'),
      [made.coefficients.b]: coefficient('b'),
      [made.coefficients.k]: coefficient('k'),
    });
    logits = Float32Array.from(result[made.raw]!);
    gradients[kind] = Float32Array.from(result[made.gradient]!);
  }
  await session.dispose();
  return { logits, gradients };
}

export function largestDifference(found: ArrayLike<number>, truth: ArrayLike<number>): number {
  if (found.length !== truth.length) return Infinity;
  let largest = 0;
  for (let index = 0; index < truth.length; index++) {
    const difference = Math.abs(found[index]! - truth[index]!);
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}
