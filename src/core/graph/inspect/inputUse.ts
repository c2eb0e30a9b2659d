import { numberAttribute, numbersAttribute, type Graph, type GraphNode } from '../graph';
import { limitsOf } from '../ops/quantization';
import { hasTrait } from '../ops/traits';
import type { Tensor } from '../tensor';
import { added, along, composed, greyed, identityFlow, reshaped, selected, type Flow } from './inputFlow';

/** What a network's first operations tell of the pictures that it takes. */
export interface InputUse {
  /** The axis of the input that holds the channels. */
  readonly channelAxis?: number;
  /** How many channels the first convolution reads. */
  readonly channels?: number;
  /** The first operations make scale · v + shift of an input v, one pair for each channel or one for all. */
  readonly scaling?: {
    readonly scale: readonly number[];
    readonly shift: readonly number[];
    /** The operators that do it. */
    readonly operators: readonly string[];
    /** Statistics that were learned, not constants that somebody wrote down. */
    readonly isLearned: boolean;
  };
  /** Lowest and highest input that the network's own quantisation can tell apart. */
  readonly quantised?: readonly [number, number];
}

/** Operators that leave a plain picture as it is, whatever they do to its size. */
const PLAIN: ReadonlySet<string> = new Set(['Identity', 'Cast', 'Dropout', 'Resize', 'Pad', 'DequantizeLinear']);
/** Windows of a plain picture are plain. */
const POOLING: ReadonlySet<string> = new Set(['MaxPool', 'AveragePool']);

/** Operators behind which the axes are others than before, or are summed over. */
const REARRANGING =
  /Conv|Pool|MatMul|Gemm|Reshape|Flatten|Reduce|Arg|Einsum|Shape|Loop|Scan|If|TopK|Depth|Space|Expand|Tile|Gather|Scatter|Concat|Split|Slice|Transpose|squeeze|LSTM|GRU|RNN|Attention|NonZero|Size/i;

/**
 * Follows the input through the operations that only scale, crop, resize and rearrange it, up to the first that do more.
 * Convolutions and their kind tell which axis is the channels'; constants tell how values are scaled on the way.
 */
export function inputUse(graph: Graph): InputUse {
  const [input] = graph.inputs;
  if (input === undefined) return {};
  const flows = new Map<string, Flow>([[input.name, identityFlow(input.shape)]]);
  let found: InputUse = {};
  for (const node of graph.nodes) {
    const sources = node.inputs.map((name) => flows.get(name));
    if (sources.every((flow) => flow === undefined)) continue;
    const next = follow(node, sources, graph.constants);
    if (POOLING.has(node.op)) found = merge(found, channelsRead(node, sources[0]!));
    if (next === undefined) {
      const flow = sources.find((each) => each !== undefined)!;
      found = merge(found, ended(node, flow, graph.constants));
      // Where the channels lie is still to be seen behind what changes every number by itself.
      if (!REARRANGING.test(node.op)) flows.set(node.outputs[0]!, { ...flow, isOver: true });
    } else {
      next.forEach((flow, index) => flows.set(node.outputs[index]!, flow));
      found = merge(found, { ...hintOf(next[0]), ...quantisedBy(node, sources[0], graph.constants) });
    }
  }
  return found;
}

/** What was found first counts. */
function merge(first: InputUse, second: InputUse): InputUse {
  return { ...second, ...first };
}

/** Constants along one short axis are the channels'. */
function hintOf(flow: Flow | undefined): InputUse {
  return flow !== undefined && flow.axis >= 0 && flow.channels === 3 ? { channelAxis: flow.axis } : {};
}

/** What the first operation tells that does more than scaling. */
function ended(node: GraphNode, flow: Flow, constants: Graph['constants']): InputUse {
  const weights = node.op === 'Conv' ? constants.get(node.inputs[1]!)?.shape : undefined;
  const read = weights && weights[1]! * numberAttribute(node, 'group', 1);
  const { scale, shift, operators, isLearned } = flow;
  return {
    ...channelsRead(node, flow),
    ...(read !== undefined && !flow.isPartial && { channels: read }),
    ...(operators.length > 0 && !flow.isPartial && !flow.isOver && { scaling: { scale, shift, operators, isLearned } }),
  };
}

function channelsRead({ op }: GraphNode, flow: Flow): InputUse {
  const channelAxis = hasTrait(op, 'channels-second') ? flow.axes[1] : undefined;
  return channelAxis !== undefined && channelAxis > 0 ? { channelAxis } : {};
}

/** QuantizeLinear on the scaled input: the inputs of its lowest and highest level. */
function quantisedBy(node: GraphNode, flow: Flow | undefined, constants: Graph['constants']): InputUse {
  if (node.op !== 'QuantizeLinear' || flow === undefined || flow.isOver || flow.scale.length !== 1) return {};
  const [step, zero] = [constants.get(node.inputs[1]!), constants.get(node.inputs[2] ?? '')];
  if (step?.data.length !== 1) return {};
  const [lowest, highest] = limitsOf(zero?.type ?? 'uint8');
  const at = (level: number): number =>
    ((level - (zero?.data[0] ?? 0)) * step.data[0]! - flow.shift[0]!) / flow.scale[0]!;
  return { quantised: [at(lowest), at(highest)] };
}

/** The flow of each output; undefined: the node does more than scaling and rearranging. */
function follow(
  node: GraphNode,
  sources: readonly (Flow | undefined)[],
  constants: Graph['constants'],
): readonly Flow[] | undefined {
  const [flow, second] = sources;
  const constant = (index: number): Tensor | undefined => constants.get(node.inputs[index] ?? '');
  const list = (index: number, name: string): readonly number[] | undefined =>
    constant(index) ? Array.from(constant(index)!.data) : numbersAttribute(node, name);
  const arithmetic = scaled(node, flow, second, constant);
  if (arithmetic !== undefined) return [arithmetic];
  if (node.op === 'Concat') return joined(node, sources);
  if (flow === undefined) return undefined;
  if (PLAIN.has(node.op) || POOLING.has(node.op) || node.op === 'QuantizeLinear') return [flow];
  switch (node.op) {
    case 'Clip':
      return [flow];
    case 'Transpose': {
      const order = numbersAttribute(node, 'perm') ?? flow.axes.map((_, axis) => flow.axes.length - 1 - axis);
      return [{ ...flow, axes: order.map((axis) => flow.axes[axis] ?? -1) }];
    }
    case 'Flatten':
      return reshaped(flow, undefined);
    case 'Reshape':
      return reshaped(flow, list(1, 'shape'));
    case 'Unsqueeze': {
      const axes = list(1, 'axes');
      if (axes === undefined) return undefined;
      const rank = flow.axes.length + axes.length;
      const added = new Set(axes.map((axis) => (axis < 0 ? axis + rank : axis)));
      const kept = [...flow.axes];
      return [{ ...flow, axes: Array.from({ length: rank }, (_, axis) => (added.has(axis) ? -1 : kept.shift()!)) }];
    }
    case 'Squeeze': {
      const axes = list(1, 'axes');
      if (axes === undefined) return undefined;
      const gone = new Set(axes.map((axis) => (axis < 0 ? axis + flow.axes.length : axis)));
      return [{ ...flow, axes: flow.axes.filter((_, axis) => !gone.has(axis)) }];
    }
    case 'ReduceMean':
    case 'ReduceSum': {
      const grey = greyed(node, flow, list(1, 'axes'));
      return grey && [grey];
    }
    // Whole slices along the first axis, as a Gather takes them.
    case 'GatherND':
      if (constant(1)?.shape.at(-1) !== 1 || numberAttribute(node, 'batch_dims', 0) !== 0) return undefined;
      return selected(node, flow, constant, list);
    case 'Gather':
    case 'Slice':
    case 'Split':
      return selected(node, flow, constant, list);
    default:
      return undefined;
  }
}

/** Sums and products with constants, and a normalisation by statistics that are constants. */
function scaled(
  node: GraphNode,
  left: Flow | undefined,
  right: Flow | undefined,
  constant: (index: number) => Tensor | undefined,
): Flow | undefined {
  if (node.op === 'BatchNormalization' && left !== undefined) {
    const [mean, variance] = [constant(3), constant(4)];
    if (mean === undefined || variance === undefined) return undefined;
    const epsilon = numberAttribute(node, 'epsilon', 1e-5);
    const deviation = Array.from(variance.data, (each) => Math.sqrt(each + epsilon));
    const axis = left.axes[1] ?? -1;
    const centred = composed(
      left,
      axis,
      [1],
      Array.from(mean.data, (each) => -each),
      'BatchNormalization',
    );
    const flow =
      centred &&
      composed(
        centred,
        axis,
        deviation.map((each) => 1 / each),
        [0],
        'BatchNormalization',
      );
    return flow && { ...flow, isLearned: true };
  }
  if (node.op === 'Neg' && left !== undefined) return composed(left, -1, [-1], [0], 'Neg');
  if (left !== undefined && right !== undefined)
    return node.op === 'Add' ? added(left, right, 1) : node.op === 'Sub' ? added(left, right, -1) : undefined;
  const flow = left ?? right;
  const other = left === undefined ? constant(0) : constant(1);
  if (flow === undefined || other === undefined) return undefined;
  const lined = along(flow, other);
  if (lined === undefined) return undefined;
  const { axis, values } = lined;
  const [none, one] = [[0], [1]];
  switch (node.op) {
    case 'Mul':
      return composed(flow, axis, values, none, 'Mul');
    case 'Add':
      return composed(flow, axis, one, values, 'Add');
    case 'Sub':
      if (left !== undefined)
        return composed(
          flow,
          axis,
          one,
          values.map((each) => -each),
          'Sub',
        );
      return composed(flow, axis, [-1], values, 'Sub');
    case 'Div':
      return left === undefined
        ? undefined
        : composed(
            flow,
            axis,
            values.map((each) => 1 / each),
            none,
            'Div',
          );
    default:
      return undefined;
  }
}

function sameScaling(one: Flow, other: Flow): boolean {
  return !one.isPartial && one.scale.length === 1 && one.scale[0] === other.scale[0] && one.shift[0] === other.shift[0];
}

/** Channels put together again. */
function joined(node: GraphNode, sources: readonly (Flow | undefined)[]): readonly Flow[] | undefined {
  const [first] = sources;
  if (first === undefined || sources.some((flow) => flow?.axes.length !== first.axes.length)) return undefined;
  const flows = sources as readonly Flow[];
  const given = numberAttribute(node, 'axis', 0);
  const { axis } = first;
  // Grey pictures three times are colour.
  if (flows.every((flow) => sameScaling(flow, first))) return [first];
  if (axis <= 0 || !flows.every((flow) => flow.isPartial && flow.axis === axis)) return undefined;
  const spread = (key: 'scale' | 'shift'): readonly number[] =>
    flows.flatMap((flow) =>
      flow[key].length === flow.channels ? flow[key] : Array.from({ length: flow.channels }, () => flow[key][0]!),
    );
  const operators = [...new Set(flows.flatMap((flow) => flow.operators))];
  const axes = first.axes.map((each, position) =>
    position === (given < 0 ? given + first.axes.length : given) ? axis : each,
  );
  const channels = flows.reduce((sum, flow) => sum + flow.channels, 0);
  return [
    { ...first, axes, axis, channels, scale: spread('scale'), shift: spread('shift'), operators, isPartial: false },
  ];
}
