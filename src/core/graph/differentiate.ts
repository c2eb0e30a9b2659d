import type { GraphBuilder } from './builder';
import type { GraphNode, StaticGraph } from './graph';
import type { GradientScope } from './operator';

/** No derivative of this operator is known, or it has none. */
export class NotDifferentiable extends Error {
  constructor(readonly operators: ReadonlyMap<string, number>) {
    super(`Cannot differentiate ${[...operators].map(([op, count]) => `${op} (${count})`).join(', ')}`);
  }
}

export interface Derivative {
  /** Name of ∂ seed·output / ∂ input, shape of the input; undefined: the output does not depend on it. */
  readonly gradient: string | undefined;
  /** Operators on the path whose derivative is zero wherever it exists, with their count. */
  readonly flat: ReadonlyMap<string, number>;
}

/**
 * Reverse-mode derivative of one value with respect to another, added to `builder` as more graph.
 *
 * gradient = Σ over paths of seed · ∂output/∂input, accumulated node by node from the output back (Griewank & Walther,
 * Evaluating Derivatives, §3.2). `seed` names a value of the output's shape. Only nodes on a path from `input` to `output`
 * are visited. Throws {@link NotDifferentiable} with every operator on the path that has no derivative.
 */
export function differentiate(
  builder: GraphBuilder,
  graph: StaticGraph,
  output: string,
  input: string,
  seed: string,
): Derivative {
  const onPath = nodesBetween(graph.nodes, input, output);
  const dependent = dependentValues(graph.nodes, input);
  refuseWithoutDerivative(onPath, builder);
  const pending = new Map<string, string[]>([[output, [seed]]]);
  const flat = new Map<string, number>();

  const gradientOf = (value: string): string | undefined => {
    const parts = pending.get(value);
    if (parts === undefined || parts.length === 0) return undefined;
    const sum = parts.reduce((left, right) => builder.add('Add', [left, right]));
    pending.set(value, [sum]);
    return sum;
  };

  for (const node of [...onPath].reverse()) {
    const arriving = node.outputs.map((name) => gradientOf(name));
    if (arriving.every((gradient) => gradient === undefined)) continue;
    const rule = builder.operators.get(node.op)?.gradient;
    if (rule === 'zero') flat.set(node.op, (flat.get(node.op) ?? 0) + 1);
    if (rule === undefined || rule === 'zero') continue;
    const gradients = rule(scopeOf(node, builder, arriving, dependent));
    node.inputs.forEach((name, index) => {
      const gradient = gradients[index];
      if (name === '' || !gradient || !dependent.has(name)) return;
      pending.set(name, [...(pending.get(name) ?? []), gradient]);
    });
  }
  return { gradient: gradientOf(input), flat };
}

function scopeOf(
  node: GraphNode,
  builder: GraphBuilder,
  arriving: readonly (string | undefined)[],
  dependent: ReadonlySet<string>,
): GradientScope {
  return {
    node,
    builder,
    dy: (index = 0) => {
      const gradient = arriving[index];
      if (gradient === undefined) throw new Error(`No gradient reaches output ${index} of ${node.op}`);
      return gradient;
    },
    hasGradient: (index) => arriving[index] !== undefined,
    wants: (index) => dependent.has(node.inputs[index] ?? ''),
    shape: (value) => builder.shape(value),
    constant: (value) => builder.constantOf(value),
  };
}

/** Every value that depends on `input`, itself included. */
function dependentValues(nodes: readonly GraphNode[], input: string): ReadonlySet<string> {
  const dependent = new Set([input]);
  for (const node of nodes)
    if (node.inputs.some((name) => dependent.has(name)))
      for (const name of node.outputs) if (name !== '') dependent.add(name);
  return dependent;
}

/** The nodes on a path from `input` to `output`, in their order. */
export function nodesBetween(nodes: readonly GraphNode[], input: string, output: string): readonly GraphNode[] {
  const dependent = dependentValues(nodes, input);
  const needed = new Set([output]);
  const between: GraphNode[] = [];
  for (const node of [...nodes].reverse()) {
    if (!node.outputs.some((name) => needed.has(name))) continue;
    if (!node.inputs.some((name) => dependent.has(name))) continue;
    between.push(node);
    for (const name of node.inputs) if (dependent.has(name)) needed.add(name);
  }
  return between.reverse();
}

function refuseWithoutDerivative(nodes: readonly GraphNode[], builder: GraphBuilder): void {
  const missing = new Map<string, number>();
  for (const { op } of nodes)
    if (builder.operators.get(op)?.gradient === undefined) missing.set(op, (missing.get(op) ?? 0) + 1);
  if (missing.size > 0) throw new NotDifferentiable(missing);
}
