import { GraphBuilder, type OperatorTable } from './builder';
import type { GradientGraph } from './gradientGraph';
import type { StaticGraph } from './graph';

/** Where one objective enters and its derivatives come out; see {@link GradientGraph}. */
export type ObjectiveRow = Pick<GradientGraph, 'oneHot' | 'coefficients' | 'gradient' | 'inner'>;

/** Names of the graph's inputs and outputs. */
export interface JacobianGraph extends Pick<GradientGraph, 'input' | 'raw' | 'flat'> {
  readonly graph: StaticGraph;
  /** One for each objective, all of the same pictures. */
  readonly rows: readonly ObjectiveRow[];
}

/**
 * The derivatives of `count` objectives of the same pictures by one forward pass: what depends on the seed in `derivative` once more
 * for each further row, everything else once. Each row is computed by the same operations as `derivative` computes it, on the same
 * values.
 */
export function jacobianGraph(derivative: GradientGraph, count: number, operators: OperatorTable): JacobianGraph {
  const { graph, input, raw, flat } = derivative;
  const builder = GraphBuilder.from(graph, operators);
  const rows: ObjectiveRow[] = [derivative];
  while (rows.length < count) rows.push(rowAgain(builder, derivative));
  const outputs = [...graph.outputs, ...rows.slice(1).flatMap(({ gradient, inner }) => [gradient, ...inner.values()])];
  return { graph: builder.build([...new Set(outputs)]), input, raw, flat, rows };
}

/** Adds what depends on the seed of `derivative` again, for a seed of its own. */
function rowAgain(
  builder: GraphBuilder,
  { graph, oneHot, coefficients, gradient, inner }: GradientGraph,
): ObjectiveRow {
  const names = new Map<string, string>();
  const own = (name: string): string => names.get(name) ?? name;
  for (const name of [oneHot, ...Object.values(coefficients)])
    names.set(name, builder.input(builder.fresh(name), builder.type(name)));
  for (const node of graph.nodes) {
    if (!node.inputs.some((name) => names.has(name))) continue;
    const outputs = node.outputs.map((name) => (name === '' ? '' : builder.fresh(node.op)));
    node.outputs.forEach((name, index) => name !== '' && names.set(name, outputs[index]!));
    builder.addNode({ op: node.op, inputs: node.inputs.map(own), outputs, attributes: node.attributes });
  }
  const { a, b, k } = coefficients;
  return {
    oneHot: own(oneHot),
    coefficients: { a: own(a), b: own(b), k: own(k) },
    gradient: own(gradient),
    inner: new Map([...inner].map(([value, derivative]) => [value, own(derivative)] as const)),
  };
}
