import type { ModelReference } from '../src/core/model/modelInfo';
import { gradientGraph } from '../src/core/graph/gradientGraph';
import { operators } from '../src/core/graph/ops/registry';
import { createOnnxSession } from '../src/core/runtime/onnx/session';
import type { Preparation } from './contender';
import { readNetwork } from './network';

/** Times what stands before a first gradient: reading the file, deriving the graph, ONNX Runtime making it ready. */
export async function prepareSession(reference: ModelReference, threads: number): Promise<Preparation> {
  const start = performance.now();
  const { folded, head } = await readNetwork(reference);
  const read = performance.now();
  const { graph } = gradientGraph(folded, 1, head, operators);
  const derived = performance.now();
  const session = await createOnnxSession(graph, threads);
  const end = performance.now();
  await session.dispose();
  return { readMs: read - start, deriveMs: derived - read, sessionMs: end - derived };
}
