import type { OperatorTable } from './builder';
import type { Graph } from './graph';

/** Operators of `graph` that are not in `operators`, with how many nodes use each, in order of appearance. */
export function unknownOperators(graph: Graph, operators: OperatorTable): ReadonlyMap<string, number> {
  const unknown = new Map<string, number>();
  for (const { op } of graph.nodes) if (!operators.has(op)) unknown.set(op, (unknown.get(op) ?? 0) + 1);
  return unknown;
}
