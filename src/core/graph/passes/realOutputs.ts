import type { Graph, GraphNode } from '../graph';
import { freshNames } from '../names';
import { withoutOrigins } from '../origins';

/**
 * Outputs that are levels of a quantisation, whole numbers of which the file says the step and the zero, as the numbers that they stand
 * for, under the same names. `count`: how many there are.
 */
export function realOutputs(graph: Graph): { readonly graph: Graph; readonly count: number } {
  const levels = new Map<string, GraphNode>();
  for (const node of graph.nodes)
    if (node.op === 'QuantizeLinear' && graph.outputs.includes(node.outputs[0]!)) levels.set(node.outputs[0]!, node);
  if (levels.size === 0) return { graph, count: 0 };
  const fresh = freshNames(graph, 'levels');
  const renamed = new Map([...levels.keys()].map((name) => [name, fresh()]));
  const current = (name: string): string => renamed.get(name) ?? name;
  const nodes = graph.nodes.map((node) => {
    const isLevels = levels.has(node.outputs[0]!);
    const moved = { ...node, inputs: node.inputs.map(current), outputs: node.outputs.map(current) };
    return isLevels ? withoutOrigins(moved) : moved;
  });
  const back = [...levels.values()].map(({ inputs: [, ...scale], outputs: [name], attributes }): GraphNode => ({
    op: 'DequantizeLinear',
    inputs: [current(name!), ...scale],
    outputs: [name!],
    attributes: 'axis' in attributes ? { axis: attributes.axis } : {},
  }));
  return { graph: { ...graph, nodes: [...nodes, ...back] }, count: levels.size };
}
