import { GraphBuilder, type OperatorTable } from '../builder';
import { numberAttribute, type Graph, type GraphNode, type StaticGraph } from '../graph';
import { removeIdentities } from '../passes/simplify';
import { floats, sizeOf, type Shape } from '../tensor';

/** The network as it is used: nothing of what happens only in training. */
export function inferenceForm(graph: Graph): Graph {
  const nodes = graph.nodes.map((node) => {
    if (node.op === 'Dropout') return { ...node, op: 'Identity', inputs: node.inputs.slice(0, 1), attributes: {} };
    if (!isBatchNormalised(node)) return node;
    return { ...node, attributes: { epsilon: numberAttribute(node, 'epsilon', 1e-5) } };
  });
  return removeIdentities({ ...graph, nodes });
}

export interface TrainingForm {
  /** Goes on where the forward pass ends. */
  readonly builder: GraphBuilder;
  readonly forward: StaticGraph;
  /** By the number of the noise: the input that takes its draws. */
  readonly noises: ReadonlyMap<number, { readonly input: string; readonly shape: Shape }>;
  /** Name of each moving statistic's value after the minibatch, by the name of the input that has it before. */
  readonly statistics: ReadonlyMap<string, string>;
}

/** How noise k comes to a value: by which operator, and with draws of which shape for a batch of one. */
export interface NoiseForm {
  readonly op: 'Mul' | 'Add';
  readonly shape: Shape;
}

/**
 * The network as it is trained, at one batch size: noise is an input, and batch normalisation takes mean and variance from the
 * minibatch, y = γ·(x − μ)/√(σ² + ε) + β, σ² the biased variance as TensorFlow.js has it. Moving statistics go on by
 * m ← momentum·m + (1 − momentum)·batch's.
 */
export function trainingForm(
  graph: StaticGraph,
  noiseForms: readonly NoiseForm[],
  operators: OperatorTable,
): TrainingForm {
  const builder = GraphBuilder.rewriting(graph, operators);
  const noises = new Map<number, { input: string; shape: Shape }>();
  const statistics = new Map<string, string>();
  for (const node of graph.nodes)
    if (node.op === 'Dropout') addNoise(node);
    else if (isBatchNormalised(node)) addBatchNormalization(builder, node, statistics);
    else builder.addNode(node);
  return { builder, forward: builder.build([...graph.outputs]), noises, statistics };

  function addNoise(node: GraphNode): void {
    const number = numberAttribute(node, 'seed', 0);
    const form = noiseForms[number];
    if (form === undefined) throw new Error(`There is no noise ${number}`);
    const [x] = node.inputs as [string];
    const shape = [builder.shape(x)[0]!, ...form.shape.slice(1)];
    const input = noises.get(number)?.input ?? builder.input(builder.fresh('noise'), { type: 'float32', shape });
    noises.set(number, { input, shape });
    builder.addNode({ op: form.op, inputs: [x, input], outputs: node.outputs.slice(0, 1), attributes: {} });
  }
}

function isBatchNormalised({ op, attributes }: GraphNode): boolean {
  return op === 'BatchNormalization' && attributes.momentum !== undefined;
}

function addBatchNormalization(builder: GraphBuilder, node: GraphNode, statistics: Map<string, string>): void {
  const [x, gamma, beta, mean, variance] = node.inputs as [string, string, string, string, string];
  const shape = builder.shape(x);
  const [, channels] = shape as [number, number];
  const axes = builder.indices(shape.flatMap((_, axis) => (axis === 1 ? [] : [axis])));
  const along = builder.indices([channels, ...shape.slice(2).map(() => 1)]);
  const count = sizeOf(shape) / channels;
  const add = (op: string, ...inputs: string[]): string => builder.add(op, inputs);
  const batchMean = builder.add('ReduceMean', [x, axes], { keepdims: 1 });
  const centred = add('Sub', x, batchMean);
  const squares = builder.add('ReduceSumSquare', [centred, axes], { keepdims: 1 });
  const batchVariance = add('Mul', squares, builder.scalar(1 / count));
  const epsilon = builder.scalar(numberAttribute(node, 'epsilon', 1e-5));
  const factor = add('Div', add('Reshape', gamma, along), add('Sqrt', add('Add', batchVariance, epsilon)));
  builder.addNode({
    op: 'Add',
    inputs: [add('Mul', centred, factor), add('Reshape', beta, along)],
    outputs: node.outputs.slice(0, 1),
    attributes: {},
  });
  const momentum = numberAttribute(node, 'momentum', 0.99);
  const sizes = builder.indices([channels]);
  for (const [moving, batch] of [
    [mean, batchMean],
    [variance, batchVariance],
  ] as const) {
    const kept = add('Mul', statistics.get(moving) ?? moving, builder.constant(floats([], [momentum])));
    const fresh = add('Mul', add('Reshape', batch, sizes), builder.constant(floats([], [1 - momentum])));
    statistics.set(moving, add('Add', kept, fresh));
  }
}
