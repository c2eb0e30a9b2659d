import type { Graph, GraphNode } from '../graph';
import { numberAttribute } from '../graph';
import { batchNormScale } from '../ops/normalization';
import { floats, type Tensor } from '../tensor';

/** Leaves out nodes that pass their input on. The graph computes what it computed. */
export function removeIdentities(graph: Graph): Graph {
  const renamed = new Map<string, string>();
  const current = (name: string): string => renamed.get(name) ?? name;
  const outputs = new Set(graph.outputs);
  const nodes: GraphNode[] = [];
  for (const node of graph.nodes) {
    const inputs = node.inputs.map(current);
    const output = node.outputs[0]!;
    if (node.op === 'Identity' && !outputs.has(output)) renamed.set(output, inputs[0]!);
    else nodes.push({ ...node, inputs });
  }
  return { ...graph, nodes };
}

/**
 * Folds batch normalisation in inference mode into the convolution or Gemm before it: W′ = W·s, b′ = (b − μ)·s + β with
 * s = γ/√(σ² + ε) per output channel. Only where nothing else reads the convolution's output.
 */
export function foldBatchNormalization(graph: Graph): Graph {
  const constants = new Map(graph.constants);
  const readers = new Map<string, number>();
  for (const name of [...graph.nodes.flatMap(({ inputs }) => inputs), ...graph.outputs])
    readers.set(name, (readers.get(name) ?? 0) + 1);
  const producers = new Map<string, number>();
  const nodes: (GraphNode | undefined)[] = [];
  for (const node of graph.nodes) {
    const at = node.op === 'BatchNormalization' ? producers.get(node.inputs[0]!) : undefined;
    const before = at === undefined ? undefined : nodes[at];
    const folded =
      before !== undefined && readers.get(before.outputs[0]!) === 1 ? foldInto(before, node, constants) : undefined;
    if (folded !== undefined) nodes[at!] = undefined;
    producers.set(node.outputs[0]!, nodes.length);
    nodes.push(folded ?? node);
  }
  return { ...graph, nodes: nodes.filter((node) => node !== undefined), constants };
}

function foldInto(convolution: GraphNode, norm: GraphNode, constants: Map<string, Tensor>): GraphNode | undefined {
  if (convolution.op !== 'Conv') return undefined;
  const weight = constants.get(convolution.inputs[1]!);
  const bias = constants.get(convolution.inputs[2] ?? '');
  const [gamma, beta, mean, variance] = norm.inputs.slice(1).map((name) => constants.get(name));
  if (weight?.type !== 'float32' || beta?.type !== 'float32' || mean?.type !== 'float32') return undefined;
  if (gamma?.type !== 'float32' || variance?.type !== 'float32') return undefined;
  const scale = batchNormScale(gamma, variance, numberAttribute(norm, 'epsilon', 1e-5));
  const perChannel = weight.data.length / scale.length;
  const names = [`${norm.outputs[0]}:weight`, `${norm.outputs[0]}:bias`] as const;
  constants.set(
    names[0],
    floats(
      weight.shape,
      weight.data.map((w, index) => w * scale[Math.floor(index / perChannel)]!),
    ),
  );
  const shifted = scale.map(
    (s, channel) => ((bias?.data[channel] ?? 0) - mean.data[channel]!) * s + beta.data[channel]!,
  );
  constants.set(names[1], floats([scale.length], shifted));
  return { ...convolution, inputs: [convolution.inputs[0]!, ...names], outputs: [norm.outputs[0]!] };
}
