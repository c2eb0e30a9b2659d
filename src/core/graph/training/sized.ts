import type { OperatorTable } from '../builder';
import type { Graph, StaticGraph } from '../graph';
import { pictureRows } from '../passes/pictureRows';
import { specialise } from '../specialise';

/** The network at one batch size as training runs it: weights are inputs, of which ONNX Runtime can prepare nothing itself. */
export function sized(graph: Graph, batch: number, operators: OperatorTable): StaticGraph {
  return pictureRows(specialise(graph, batch, operators), operators);
}
