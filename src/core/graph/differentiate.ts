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

export interface Derivatives {
  /** Name of ∂ seed·output / ∂ input for each input, shape of the input; without those that the output does not depend on. */
  readonly gradients: ReadonlyMap<string, string>;
  /** Operators on the paths whose derivative is zero wherever it exists, with their count. */
  readonly flat: ReadonlyMap<string, number>;
}

/** {@link differentiateAll} with respect to one value. */
export function differentiate(
  builder: GraphBuilder,
  graph: StaticGraph,
  output: string,
  input: string,
  seed: string,
): Derivative {
  const { gradients, flat } = differentiateAll(builder, graph, output, [input], seed);
  return { gradient: gradients.get(input), flat };
}

/**
 * Reverse-mode derivative of one value with respect to several others in one pass, added to `builder` as more graph.
 *
 * gradient = Σ over paths of seed · ∂output/∂input, accumulated node by node from the output back (Griewank & Walther,
 * Evaluating Derivatives, §3.2). `seed` names a value of the output's shape. Only nodes on a path from one of `inputs` to
 * `output` are visited. Throws {@link NotDifferentiable} with every operator on the paths that has no derivative.
 */
export function differentiateAll(
  builder: GraphBuilder,
  graph: StaticGraph,
  output: string,
  inputs: readonly string[],
  seed: string,
): Derivatives {
  const dependent = dependentValues(graph.nodes, inputs);
  const onPath = between(graph.nodes, dependent, output);
  refuseWithoutDerivative(onPath, builder);
  const pending = new Map<string, string[]>([[output, [seed]]]);
  const flat = new Map<string, number>();

  const gradientOf = (value: string): string | undefined => {
    const parts = pending.get(value);
    if (parts === undefined) return undefined;
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
      const parts = pending.get(name);
      if (parts === undefined) pending.set(name, [gradient]);
      else parts.push(gradient);
    });
  }
  const gradients = new Map<string, string>();
  for (const input of inputs) {
    const gradient = gradientOf(input);
    if (gradient !== undefined) gradients.set(input, gradient);
  }
  return { gradients, flat };
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

/** Every value that depends on one of `inputs`, themselves included. */
function dependentValues(nodes: readonly GraphNode[], inputs: readonly string[]): ReadonlySet<string> {
  const dependent = new Set(inputs);
  for (const node of nodes)
    if (node.inputs.some((name) => dependent.has(name)))
      for (const name of node.outputs) if (name !== '') dependent.add(name);
  return dependent;
}

/** The nodes on a path from `input` to `output`, in their order. */
export function nodesBetween(nodes: readonly GraphNode[], input: string, output: string): readonly GraphNode[] {
  return between(nodes, dependentValues(nodes, [input]), output);
}

function between(nodes: readonly GraphNode[], dependent: ReadonlySet<string>, output: string): readonly GraphNode[] {
  const needed = new Set([output]);
  const found: GraphNode[] = [];
  for (const node of [...nodes].reverse()) {
    if (!node.outputs.some((name) => needed.has(name))) continue;
    if (!node.inputs.some((name) => dependent.has(name))) continue;
    found.push(node);
    for (const name of node.inputs) if (dependent.has(name)) needed.add(name);
  }
  return found.reverse();
}

function refuseWithoutDerivative(nodes: readonly GraphNode[], builder: GraphBuilder): void {
  const missing = new Map<string, number>();
  for (const { op } of nodes)
    if (builder.operators.get(op)?.gradient === undefined) missing.set(op, (missing.get(op) ?? 0) + 1);
  if (missing.size > 0) throw new NotDifferentiable(missing);
}
