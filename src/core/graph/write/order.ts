import type { GraphNode } from '../graph';

/**
 * The nodes in an order in which few wait for their turn at once: each stands as soon behind the last value that it reads as
 * those that were made ready with it let it. ONNX Runtime keeps the nodes that are ready in a list sorted by their place in the
 * file, over and over, in time that grows with the length of that list: masks of a long forward pass that all stand behind it
 * make its preparation quadratic in the number of nodes.
 */
export function soonest(nodes: readonly GraphNode[]): readonly GraphNode[] {
  const producers = new Map<string, number>();
  nodes.forEach(({ outputs }, index) => outputs.forEach((name) => name !== '' && producers.set(name, index)));
  const readers = nodes.map((): number[] => []);
  const waiting = nodes.map(({ inputs }, index) => {
    const sources = new Set(inputs.flatMap((name) => producers.get(name) ?? []));
    for (const source of sources) readers[source]!.push(index);
    return sources.size;
  });
  // The last of those that become ready together comes first: what a value is needed for besides the way forward.
  const ready = nodes.flatMap((_, index) => (waiting[index] === 0 ? [index] : [])).reverse();
  const ordered: GraphNode[] = [];
  for (let index = ready.pop(); index !== undefined; index = ready.pop()) {
    ordered.push(nodes[index]!);
    for (const reader of readers[index]!) {
      waiting[reader]!--;
      if (waiting[reader] === 0) ready.push(reader);
    }
  }
  return ordered;
}
