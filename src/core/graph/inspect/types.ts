import type { OperatorTable } from '../builder';
import type { Graph } from '../graph';
import { specialise } from '../specialise';
import type { TypedShape } from '../tensor';

/** Constants of more numbers are weights, which no shape depends on. */
const LARGEST_SHAPE = 1024;

/** Type and shape of every value at one batch size, without preparing any weights. Throws what `specialise` throws. */
export function typesOf(graph: Graph, batch: number, operators: OperatorTable): ReadonlyMap<string, TypedShape> {
  const isWeight = (name: string): boolean => (graph.constants.get(name)?.data.length ?? 0) > LARGEST_SHAPE;
  return specialise(graph, batch, operators, ({ inputs }) => inputs.some(isWeight)).types;
}
