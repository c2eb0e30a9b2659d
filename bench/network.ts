import type { Graph } from '../src/core/graph/graph';
import { removeIdentities } from '../src/core/graph/passes/simplify';
import { stripActivation } from '../src/core/graph/passes/stripActivation';
import type { ModelReference } from '../src/core/model/modelInfo';
import { readModelFiles } from '../src/runtime/modelFiles';
import { readGraph } from '../src/runtime/onnx/readGraph';

/** A model's network up to its logits, as the file has it. */
export async function readNetwork(reference: ModelReference): Promise<Graph> {
  const read = await readGraph(await readModelFiles(reference));
  const inputs = read.inputs.map((input) => ({ ...input, shape: [-1, ...input.shape.slice(1)] }));
  return stripActivation(removeIdentities({ ...read, inputs })).graph;
}
