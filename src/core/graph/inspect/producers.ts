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

/**
 * The values nearest to `output` that operators of `kinds` make, itself if one of them makes it: the first met on every way back.
 */
export function nearestOf(
  output: string,
  kinds: ReadonlySet<string>,
  producers: ReadonlyMap<string, GraphNode>,
): readonly string[] {
  const passed = new Set([output]);
  const nearest: string[] = [];
  // Grows while it is walked.
  for (const name of passed) {
    const node = producers.get(name);
    if (node !== undefined && kinds.has(node.op)) nearest.push(name);
    else for (const input of node?.inputs ?? []) if (input !== '') passed.add(input);
  }
  return nearest;
}
