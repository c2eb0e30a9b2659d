import type { OperatorTable } from '../../core/graph/builder';
import { nodesBetween } from '../../core/graph/differentiate';
import type { Graph, GraphNode, StaticGraph } from '../../core/graph/graph';
import { STRAIGHT_THROUGH } from '../../core/graph/ops/quantization';
import type { ModelInfo } from '../../core/model/modelInfo';
import { countNames, listCounts } from '../operators';

type DerivativeFacts = NonNullable<ModelInfo['derivative']>;

/** Operators between the graph's first input and first output that stop a derivative. */
export function derivativeFacts(graph: StaticGraph, operators: OperatorTable): DerivativeFacts {
  const between = nodesBetween(graph.nodes, graph.inputs[0]!.name, graph.outputs[0]!);
  // Conditions and positions have no derivative that anyone would miss.
  const isFloat = ({ outputs }: GraphNode) => outputs.some((name) => graph.types.get(name)?.type === 'float32');
  const named = (nodes: readonly GraphNode[]) => countNames(nodes.map(({ op }) => op));
  return {
    missing: named(between.filter(({ op }) => operators.get(op)?.gradient === undefined)),
    zero: named(between.filter((node) => operators.get(node.op)?.gradient === 'zero' && isFloat(node))),
  };
}

/** The same as sentences. */
export function derivativeWarnings({ missing, zero }: DerivativeFacts): readonly string[] {
  const list = (counts: DerivativeFacts['missing']) => listCounts(Object.entries(counts));
  return [
    ...(Object.keys(missing).length > 0
      ? [`No derivative is known of ${list(missing)}: only predictions and methods that need no gradient work.`]
      : []),
    ...(Object.keys(zero).length > 0
      ? [`The derivative of ${list(zero)} is zero wherever it exists, so no gradient flows through.`]
      : []),
  ];
}

/** Says where the derivative is not the true one: quantised values round, and the gradient passes straight through. */
export function straightThroughWarnings({ nodes, constants }: Graph): readonly string[] {
  const rounding = nodes.filter(({ op }) => STRAIGHT_THROUGH.has(op));
  const count = rounding.length;
  if (count === 0) return [];
  const types = rounding.map(({ inputs }) => constants.get(inputs[2] ?? '')?.type ?? 'uint8');
  const bits = [...new Set(types.map((type) => (type.endsWith('16') ? 16 : 8)))].sort((a, b) => a - b).join(' or ');
  return [
    `The model rounds its values to ${bits} bits (${count} ×), whose derivative is zero; the gradient passes straight through the rounding.`,
  ];
}
