import { numberAttribute, numbersAttribute, type Graph, type GraphNode } from '../graph';
import { hasTrait } from '../ops/traits';
import { stridesOf, type Shape, type TypedShape } from '../tensor';

/** What they give has axes of another meaning. */
const MIXING: ReadonlySet<string> = new Set([
  'MatMul',
  'Einsum',
  'Gemm',
  'Shape',
  'Size',
  'TopK',
  'OneHot',
  'GatherND',
]);

/**
 * Which axis of each value that is made of the picture holds the channels, as far as its operations tell: convolutions have them
 * second, products with a matrix of weights last, what goes by element or along an axis keeps them, and Transpose and Reshape move
 * them. A value that nothing is known of is absent. `first`: the channels' axis of the picture itself.
 */
export function channelAxes(
  graph: Graph,
  types: ReadonlyMap<string, TypedShape>,
  first: number,
): ReadonlyMap<string, number> {
  const picture = graph.inputs[0]!.name;
  const axes = new Map<string, number>([[picture, first]]);
  const made = new Set([picture]);
  const shapeOf = (name: string): Shape | undefined => types.get(name)?.shape;
  for (const node of graph.nodes) {
    if (!node.inputs.some((name) => made.has(name))) continue;
    for (const name of node.outputs) {
      if (name === '') continue;
      made.add(name);
      const shape = shapeOf(name);
      const axis = shape && axisOf(node, shape, { axes, made, shapeOf });
      if (axis !== undefined && axis >= 0 && axis < shape!.length) axes.set(name, axis);
    }
  }
  return axes;
}

interface Known {
  readonly axes: ReadonlyMap<string, number>;
  readonly made: ReadonlySet<string>;
  readonly shapeOf: (name: string) => Shape | undefined;
}

function axisOf(node: GraphNode, shape: Shape, known: Known): number | undefined {
  const [x = '', y = ''] = node.inputs;
  const axis = known.axes.get(x);
  const before = known.shapeOf(x);
  if (hasTrait(node.op, 'channels-second')) return 1;
  if (node.op === 'Transpose') {
    const order = numbersAttribute(node, 'perm') ?? shape.map((_, at) => shape.length - 1 - at);
    return axis === undefined ? undefined : order.indexOf(axis);
  }
  if (hasTrait(node.op, 'reshapes'))
    return axis === undefined || before === undefined ? undefined : sameRun(before, axis, shape);
  if ((node.op === 'MatMul' || node.op === 'Gemm') && known.made.has(x) && !known.made.has(y)) return shape.length - 1;
  if (MIXING.has(node.op)) return undefined;
  if (before !== undefined && axis !== undefined && shape.length < before.length)
    return shifted(node, before.length, axis);
  const alike = node.inputs.filter((name) => known.axes.has(name) && known.shapeOf(name)?.length === shape.length);
  const equal = alike.find((name) => known.shapeOf(name)!.join() === shape.join());
  const found = known.axes.get(equal ?? alike[0] ?? '');
  return found ?? (node.op === 'LayerNormalization' ? shape.length - 1 : undefined);
}

/** The axis of `after` whose elements lie as those of `axis` do: of the same size, with as many elements behind each. */
function sameRun(before: Shape, axis: number, after: Shape): number | undefined {
  const [step, steps] = [stridesOf(before)[axis]!, stridesOf(after)];
  const fits = after.flatMap((size, at) => (size === before[axis] && steps[at] === step ? [at] : []));
  return axis === before.length - 1 ? fits.at(-1) : fits[0];
}

/** Where an axis is after one is taken away by a reduction or a choice; undefined: it is the one, or which is taken is not known. */
function shifted(node: GraphNode, rank: number, axis: number): number | undefined {
  const given =
    numbersAttribute(node, 'axes') ?? (node.op === 'Gather' ? [numberAttribute(node, 'axis', 0)] : undefined);
  if (given?.length !== 1) return undefined;
  const taken = given[0]! < 0 ? given[0]! + rank : given[0]!;
  if (taken === axis) return undefined;
  return taken < axis ? axis - 1 : axis;
}
