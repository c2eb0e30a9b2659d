import type { OperatorTable } from './builder';
import { isSubgraph, type Graph, type GraphNode } from './graph';

/** Operators of `graph` that are not in `operators`, with how many nodes use each, in order of appearance. */
export function unknownOperators(graph: Graph, operators: OperatorTable): ReadonlyMap<string, number> {
  const unknown = new Map<string, number>();
  const visit = (nodes: readonly GraphNode[]): void => {
    for (const { op, attributes } of nodes) {
      if (!operators.has(op)) unknown.set(op, (unknown.get(op) ?? 0) + 1);
      for (const value of Object.values(attributes)) if (isSubgraph(value)) visit(value.nodes);
    }
  };
  visit(graph.nodes);
  return unknown;
}
