import { numberAttribute, numbersAttribute, textAttribute, type GraphNode, type StaticGraph } from '../../graph';
import { windowOf } from '../../ops/window';
import { sizeOf, type Shape } from '../../tensor';
import { windowPlaces, type Places } from './places';

export interface ConvolutionPlan extends Places {
  readonly kind: 'convolution';
  readonly output: readonly [number, number];
}

export interface PoolingPlan {
  readonly kind: 'pooling';
  readonly output: readonly [number, number];
  /** Sides of its windows. */
  readonly kernel: readonly [number, number];
}

/** What becomes of a node when pictures are rows; `turn`: its elements lie as those of the rows do. */
type RowPlan =
  | ConvolutionPlan
  | PoolingPlan
  | { readonly kind: 'elementwise' }
  | { readonly kind: 'mean' }
  | { readonly kind: 'turn'; readonly output: Shape };

/** Numbers that the windows of one picture may take together; larger ones gain nothing and need much memory. */
const MOST_IN_WINDOWS = 512 * 1024;

/** Shorter rows are slow to copy one by one. */
const LEAST_CHANNELS = 8;

const ELEMENTWISE: ReadonlySet<string> = new Set(
  'Relu LeakyRelu Sigmoid Tanh Elu Selu Celu HardSigmoid HardSwish Softplus Softsign Mish Gelu Clip'.split(' '),
);

/**
 * The nodes that work on rows: convolutions of one group whose windows are few, and functions of one value, poolings and moves
 * of channels behind them. A node takes part if all its readers do; rows are sorted for a pooling that is their only reader.
 */
export function planRows(graph: StaticGraph): ReadonlyMap<GraphNode, RowPlan> {
  const readers = readersOf(graph);
  const plan = new Map<GraphNode, RowPlan>();
  /** By value: the pooling that alone reads it, perhaps through functions of one value. */
  const poolings = new Map<string, GraphNode | 'several' | undefined>();
  for (const node of [...graph.nodes].reverse()) {
    const step = planned(node);
    if (step !== undefined) plan.set(node, step);
  }
  return fed(graph, plan);

  function planned(node: GraphNode): RowPlan | undefined {
    const output = node.outputs[0]!;
    if (keepsRows(graph, node)) return { kind: 'turn', output: graph.types.get(output)!.shape };
    const shape = graph.types.get(output)?.shape;
    const all = readers.get(output);
    if (shape?.length !== 4 || !all?.every((reader) => plan.has(reader) && reader.inputs.lastIndexOf(output) === 0))
      return undefined;
    const pooling = poolingBehind(output);
    poolings.set(output, pooling);
    if (ELEMENTWISE.has(node.op)) return { kind: 'elementwise' };
    const sides = [shape[2]!, shape[3]!] as const;
    if (pooling === 'several') return undefined;
    if (node.op === 'GlobalAveragePool') return pooling === undefined ? { kind: 'mean' } : undefined;
    if (isApart(node)) {
      const [tall, wide] = numbersAttribute(node, 'kernel_shape')! as [number, number];
      return pooling === undefined ? { kind: 'pooling', output: sides, kernel: [tall, wide] } : undefined;
    }
    return planConvolution(graph, node, sides, pooling);
  }

  /** From what is known of the values behind it. */
  function poolingBehind(value: string): GraphNode | 'several' | undefined {
    const all = readers.get(value) ?? [];
    const found = all.flatMap((reader) => {
      const kind = plan.get(reader)?.kind;
      const behind = kind === 'elementwise' ? poolings.get(reader.outputs[0]!) : undefined;
      return kind === 'pooling' ? [reader] : behind === undefined ? [] : [behind];
    });
    return found.length === 0 ? undefined : all.length === 1 ? found[0] : 'several';
  }
}

function planConvolution(
  graph: StaticGraph,
  node: GraphNode,
  output: readonly [number, number],
  pooling: GraphNode | undefined,
): ConvolutionPlan | undefined {
  if (node.op !== 'Conv' || numberAttribute(node, 'group', 1) !== 1) return undefined;
  const [, channels, ...spatial] = graph.types.get(node.inputs[0]!)!.shape as [number, number, number, number];
  const weight = graph.types.get(node.inputs[1]!) ?? graph.constants.get(node.inputs[1]!);
  const kernel = weight!.shape.slice(2);
  if (channels < LEAST_CHANNELS || sizeOf(output) * sizeOf(kernel) * channels > MOST_IN_WINDOWS) return undefined;
  const window = windowOf(node, spatial, kernel);
  const pool = pooling && numbersAttribute(pooling, 'kernel_shape');
  return { kind: 'convolution', output, ...windowPlaces(window, spatial, output, pool) };
}

/** The part of a plan that gets rows from a convolution or begins with a pooling, which sorts the rows that it needs. */
function fed(graph: StaticGraph, plan: ReadonlyMap<GraphNode, RowPlan>): ReadonlyMap<GraphNode, RowPlan> {
  const rows = new Set<string>();
  const kept = new Map<GraphNode, RowPlan>();
  for (const node of graph.nodes) {
    const step = plan.get(node);
    const begins = step?.kind === 'convolution' || step?.kind === 'pooling';
    if (step === undefined || (!begins && !rows.has(node.inputs[0]!))) continue;
    kept.set(node, step);
    rows.add(node.outputs[0]!);
  }
  return kept;
}

/** The nodes that read each value, without the graph's outputs, which others read too. */
function readersOf(graph: StaticGraph): ReadonlyMap<string, readonly GraphNode[]> {
  const readers = new Map<string, GraphNode[]>();
  for (const node of graph.nodes)
    for (const name of node.inputs) {
      const list = readers.get(name);
      if (list) list.push(node);
      else readers.set(name, [node]);
    }
  for (const name of graph.outputs) readers.delete(name);
  return readers;
}

/** Moves channels to the end, or only says another shape for pictures of one position. */
function keepsRows(graph: StaticGraph, node: GraphNode): boolean {
  if (node.op === 'Transpose') return numbersAttribute(node, 'perm')?.join() === '0,2,3,1';
  const shape = graph.types.get(node.inputs[0] ?? '')?.shape;
  return (node.op === 'Reshape' || node.op === 'Flatten') && shape?.length === 4 && sizeOf(shape.slice(2)) === 1;
}

/** A MaxPool whose windows neither overlap nor reach beyond the picture. */
export function isApart(node: GraphNode): boolean {
  const kernel = numbersAttribute(node, 'kernel_shape');
  const all = (name: string, value: number): boolean =>
    (numbersAttribute(node, name) ?? []).every((each) => each === value);
  return (
    node.op === 'MaxPool' &&
    node.outputs.length === 1 &&
    kernel?.length === 2 &&
    numbersAttribute(node, 'strides')?.join() === kernel.join() &&
    all('pads', 0) &&
    all('dilations', 1) &&
    ['NOTSET', 'VALID'].includes(textAttribute(node, 'auto_pad', 'NOTSET')) &&
    numberAttribute(node, 'ceil_mode', 0) === 0
  );
}
