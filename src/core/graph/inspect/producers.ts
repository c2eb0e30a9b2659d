import type { Graph, GraphNode } from '../graph';

/** The node that makes each value. */
export function producersOf({ nodes }: Pick<Graph, 'nodes'>): ReadonlyMap<string, GraphNode> {
  return new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
}

/** All values that `output` is made of, itself among them. */
export function ancestorsOf(output: string, producers: ReadonlyMap<string, GraphNode>): ReadonlySet<string> {
  const found = new Set<string>([output]);
  // Grows while it is walked.
  for (const name of found) for (const input of producers.get(name)?.inputs ?? []) if (input !== '') found.add(input);
  return found;
}
