import type { Graph, GraphNode } from '../graph';
import { numberAttribute } from '../graph';
import { freshNames } from '../names';
import { Handover, inPlaceOf, readerCounts } from '../origins';
import { batchNormScale } from '../ops/normalization';
import { floats, type Tensor } from '../tensor';

/** Leaves out nodes that pass their input on. The graph computes what it computed. */
export function removeIdentities(graph: Graph): Graph {
  const renamed = new Map<string, string>();
  const current = (name: string): string => renamed.get(name) ?? name;
  const outputs = new Set(graph.outputs);
  const handover = new Handover(graph);
  const nodes: GraphNode[] = [];
  for (const node of graph.nodes) {
    const inputs = node.inputs.map(current);
    const output = node.outputs[0]!;
    if (node.op === 'Identity' && !outputs.has(output)) {
      renamed.set(output, inputs[0]!);
      handover.take(node, node.inputs[0]!);
    } else nodes.push({ ...node, inputs });
  }
  return { ...graph, nodes: handover.given(nodes) };
}

/**
 * Folds batch normalisation in inference mode into the convolution before it: W′ = W·s, b′ = b·s + (β − μ·s) with
 * s = γ/√(σ² + ε) per output channel; a bias that is computed is scaled and shifted in the graph. Only where weights and
 * statistics are constant and nothing else reads the convolution's output. The graph computes what it computed, up to rounding.
 */
export function foldBatchNormalization(graph: Graph): Graph {
  const folding: Folding = { constants: new Map(graph.constants), fresh: freshNames(graph, 'folded') };
  const readers = readerCounts(graph);
  const producers = new Map<string, number>();
  const nodes: (GraphNode | undefined)[] = [];
  for (const node of graph.nodes) {
    const at = node.op === 'BatchNormalization' ? producers.get(node.inputs[0]!) : undefined;
    const before = at === undefined ? undefined : nodes[at];
    const folded =
      before !== undefined && readers.get(node.inputs[0]!) === 1 ? foldInto(before, node, folding) : undefined;
    if (folded !== undefined) nodes[at!] = undefined;
    for (const each of folded === undefined ? [node] : inPlaceOf(node, folded)) {
      for (const name of each.outputs) producers.set(name, nodes.length);
      nodes.push(each);
    }
  }
  return { ...graph, nodes: nodes.filter((node) => node !== undefined), constants: folding.constants };
}

interface Folding {
  readonly constants: Map<string, Tensor>;
  readonly fresh: () => string;
}

type Floats = Extract<Tensor, { type: 'float32' }>;

function foldInto(convolution: GraphNode, norm: GraphNode, { constants, fresh }: Folding): GraphNode[] | undefined {
  if (convolution.op !== 'Conv' || isTraining(norm)) return undefined;
  const [x, weightName, biasName = ''] = convolution.inputs as [string, string, string?];
  const weight = constants.get(weightName);
  if (weight?.type !== 'float32') return undefined;
  const channels = weight.shape[0]!;
  const perChannel = (name: string | undefined): Floats | undefined => {
    const tensor = constants.get(name ?? '');
    return tensor?.type === 'float32' && tensor.data.length === channels ? tensor : undefined;
  };
  const [gamma, beta, mean, variance] = norm.inputs.slice(1).map(perChannel);
  if (gamma === undefined || beta === undefined || mean === undefined || variance === undefined) return undefined;
  const bias = perChannel(biasName);
  if (bias === undefined && constants.has(biasName)) return undefined;
  const add = (values: Float32Array, shape: readonly number[] = [channels]): string => {
    const name = fresh();
    constants.set(name, floats(shape, values));
    return name;
  };
  const scale = batchNormScale(gamma, variance, numberAttribute(norm, 'epsilon', 1e-5));
  const each = weight.data.length / channels;
  const scaled = weight.data.map((w, index) => w * scale[Math.floor(index / each)]!);
  const shift = scale.map((s, channel) => ((bias?.data[channel] ?? 0) - mean.data[channel]!) * s + beta.data[channel]!);
  const folded = (biasOf: string): GraphNode => ({
    ...convolution,
    inputs: [x, add(scaled, weight.shape), biasOf],
    outputs: [norm.outputs[0]!],
  });
  if (biasName === '' || bias !== undefined) return [folded(add(shift))];
  const [product, sum] = [fresh(), fresh()];
  return [
    { op: 'Mul', inputs: [biasName, add(scale)], outputs: [product], attributes: {} },
    { op: 'Add', inputs: [product, add(shift)], outputs: [sum], attributes: {} },
    folded(sum),
  ];
}

/** It would take its statistics from the pictures at hand, or give them to others. */
function isTraining(norm: GraphNode): boolean {
  return numberAttribute(norm, 'training_mode', 0) !== 0 || norm.outputs.slice(1).some((name) => name !== '');
}
