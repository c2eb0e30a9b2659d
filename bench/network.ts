import type { Graph } from '../src/core/graph/graph';
import type { Head } from '../src/core/graph/gradientGraph';
import { foldBatchNormalization, removeIdentities } from '../src/core/graph/passes/simplify';
import { stripActivation } from '../src/core/graph/passes/stripActivation';
import type { ModelReference } from '../src/core/model/modelInfo';
import { readModelFiles } from '../src/core/runtime/modelFiles';
import { readGraph } from '../src/core/runtime/onnx/readGraph';

/** A model's network up to its logits, as the file has it and with batch normalisation folded. */
export async function readNetwork(
  reference: ModelReference,
): Promise<{ readonly plain: Graph; readonly folded: Graph; readonly head: Head }> {
  const read = await readGraph(await readModelFiles(reference));
  const inputs = read.inputs.map((input) => ({ ...input, shape: [-1, ...input.shape.slice(1)] }));
  const { graph, activation } = stripActivation(removeIdentities({ ...read, inputs }));
  return { plain: graph, folded: foldBatchNormalization(graph), head: { activation, binary: false } };
}
