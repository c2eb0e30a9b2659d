import type { OperatorTable } from '../builder';
import type { Graph, StaticGraph } from '../graph';
import { specialise } from '../specialise';
import type { TypedShape } from '../tensor';

/** Constants of more numbers are weights, which no shape depends on. */
const LARGEST_SHAPE = 1024;

/** The graph at one batch size, operators that others define written out, without preparing any weights. Throws what `specialise` throws. */
export function sized(graph: Graph, batch: number, operators: OperatorTable): StaticGraph {
  const isWeight = (name: string): boolean => (graph.constants.get(name)?.data.length ?? 0) > LARGEST_SHAPE;
  return specialise(graph, batch, operators, ({ inputs }) => inputs.some(isWeight));
}

/** Type and shape of every value of it. */
export function typesOf(graph: Graph, batch: number, operators: OperatorTable): ReadonlyMap<string, TypedShape> {
  return sized(graph, batch, operators).types;
}
