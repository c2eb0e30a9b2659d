import type { OperatorTable } from '../builder';
import { numberAttribute, numbersAttribute, type Graph, type GraphNode, type StaticGraph } from '../graph';
import { hasTrait } from '../ops/traits';
import { sizeOf, type Shape } from '../tensor';
import { sized } from './types';

/** Where a value's pictures lie: `axis` has the length pictures × inner, the pictures outermost. */
interface Place {
  readonly axis: number;
  readonly inner: number;
}

/** The node makes one of several pictures. */
const MIXED = 'mixed';
type Outcome = Place | typeof MIXED | undefined;

const PICTURES = 2;

const ALONG_ONE_AXIS: ReadonlySet<string> = new Set(['Softmax', 'LogSoftmax', 'Hardmax', 'CumSum']);

/**
 * Does the structure show that pictures of a batch influence one another, or that several cannot be run: a sum, softmax or product
 * over the batch's axis, one that a Reshape made part of another, or shapes that fit one picture only. What this does not follow is
 * taken not to; running two pictures tells the rest.
 */
export function mixesPictures(given: Graph, operators: OperatorTable): boolean {
  let graph: StaticGraph;
  try {
    // Operators that others define are followed as what they are made of.
    graph = sized(given, PICTURES, operators);
  } catch {
    return true;
  }
  const shapeOf = (name: string): Shape => graph.types.get(name)?.shape ?? [];
  const places = new Map<string, Place>([[graph.inputs[0]!.name, { axis: 0, inner: 1 }]]);
  for (const node of graph.nodes) {
    if (!node.inputs.some((name) => places.has(name)) || node.op === 'Shape' || node.op === 'Size') continue;
    const outcome = placed(node, { places, shapeOf, constants: graph.constants });
    if (outcome === MIXED) return true;
    if (outcome !== undefined) for (const name of node.outputs) places.set(name, outcome);
  }
  const scores = graph.outputs[0]!;
  return shapeOf(scores)[0] !== PICTURES || (places.get(scores)?.axis ?? 0) !== 0;
}

interface Scope {
  readonly places: ReadonlyMap<string, Place>;
  readonly shapeOf: (name: string) => Shape;
  readonly constants: Graph['constants'];
}

function placed(node: GraphNode, scope: Scope): Outcome {
  const [first, second] = node.inputs.map((name) => scope.places.get(name));
  const shape = scope.shapeOf(node.inputs[0]!);
  if (node.op === 'MatMul') return multiplied(node, scope);
  // Its range is that of all pictures.
  if (node.op === 'DynamicQuantizeLinear') return MIXED;
  if (node.op === 'Gemm') {
    if (second !== undefined) return MIXED;
    const rows = numberAttribute(node, 'transA', 0) === 0 ? 0 : 1;
    return first?.axis === rows ? { axis: 0, inner: first.inner } : MIXED;
  }
  if (first === undefined) return elementwise(node, scope);
  // A BatchNormalization multiplies by constants, wherever pictures lie.
  if (hasTrait(node.op, 'channels-second') && node.op !== 'BatchNormalization')
    return second === undefined ? (first.axis === 0 ? first : MIXED) : undefined;
  if (hasTrait(node.op, 'reshapes')) return reshaped(first, shape, scope.shapeOf(node.outputs[0]!));
  if (hasTrait(node.op, 'reduces')) return reduced(node, first, scope);
  const positive = (axis: number): number => (axis < 0 ? axis + shape.length : axis);
  if (ALONG_ONE_AXIS.has(node.op)) {
    const axis =
      node.op === 'CumSum' ? Number(scope.constants.get(node.inputs[1]!)?.data[0]) : numberAttribute(node, 'axis', -1);
    return positive(axis) === first.axis ? MIXED : first;
  }
  if (node.op === 'LayerNormalization')
    return first.axis >= positive(numberAttribute(node, 'axis', -1)) ? MIXED : first;
  if (node.op === 'Transpose') {
    const order = numbersAttribute(node, 'perm') ?? shape.map((_, axis) => shape.length - 1 - axis);
    return { axis: order.indexOf(first.axis), inner: first.inner };
  }
  if (node.op === 'Gather') {
    const axis = positive(numberAttribute(node, 'axis', 0));
    if (second !== undefined) return undefined;
    if (axis === first.axis) return MIXED;
    const more = scope.shapeOf(node.inputs[1]!).length - 1;
    return { ...first, axis: axis < first.axis ? first.axis + more : first.axis };
  }
  if (node.op === 'Concat') {
    const own = node.inputs.map((name) => scope.places.get(name)).filter((place) => place !== undefined);
    const same = own.every(({ axis, inner }) => axis === first.axis && inner === first.inner);
    return same && positive(numberAttribute(node, 'axis', 0)) !== first.axis ? first : undefined;
  }
  if (['Split', 'Slice', 'Pad', 'Resize', 'TopK', 'ArgMax', 'ArgMin'].includes(node.op))
    return scope.shapeOf(node.outputs[0]!)[first.axis] === shape[first.axis] ? first : undefined;
  return elementwise(node, scope);
}

/** Shapes are lined up at their ends. */
function elementwise(node: GraphNode, { places, shapeOf }: Scope): Outcome {
  const output = shapeOf(node.outputs[0]!);
  const found = node.inputs.flatMap((name) => {
    const place = places.get(name);
    return place === undefined ? [] : [{ axis: output.length - shapeOf(name).length + place.axis, inner: place.inner }];
  });
  const [place] = found;
  if (place === undefined || output[place.axis] !== PICTURES * place.inner) return undefined;
  return found.every(({ axis, inner }) => axis === place.axis && inner === place.inner) ? place : MIXED;
}

/** A product sums over the last axis of its first operand and the last but one of its second. */
function multiplied(node: GraphNode, { places, shapeOf }: Scope): Outcome {
  const rank = shapeOf(node.outputs[0]!).length;
  const [left, right] = node.inputs.map((name) => {
    const place = places.get(name);
    return place && { inner: place.inner, fromEnd: shapeOf(name).length - place.axis };
  });
  if (left?.fromEnd === 1 || right?.fromEnd === 2) return MIXED;
  if (left !== undefined && right !== undefined && left.fromEnd !== right.fromEnd) return MIXED;
  const { inner, fromEnd } = (left ?? right)!;
  return { axis: rank - fromEnd, inner };
}

/** The axis of `after` that holds what lies in pictures one after the other; undefined: they are spread over several. */
function reshaped({ axis, inner }: Place, before: Shape, after: Shape): Outcome {
  const ahead = sizeOf(before.slice(0, axis));
  const perPicture = inner * sizeOf(before.slice(axis + 1));
  for (let each = 0; each < after.length; each++) {
    const own = after[each]! / PICTURES;
    if (
      sizeOf(after.slice(0, each)) === ahead &&
      Number.isInteger(own) &&
      own * sizeOf(after.slice(each + 1)) === perPicture
    )
      return { axis: each, inner: own };
  }
  return undefined;
}

function reduced(node: GraphNode, place: Place, { shapeOf, constants }: Scope): Outcome {
  const rank = shapeOf(node.inputs[0]!).length;
  const given = constants.get(node.inputs[1] ?? '')?.data ?? numbersAttribute(node, 'axes');
  const none = given === undefined || given.length === 0;
  if (none && numberAttribute(node, 'noop_with_empty_axes', 0) === 1) return place;
  const axes = none ? [...Array(rank).keys()] : Array.from(given, (axis) => (axis < 0 ? axis + rank : axis));
  if (axes.includes(place.axis)) return MIXED;
  if (numberAttribute(node, 'keepdims', 1) === 1) return place;
  return { ...place, axis: place.axis - axes.filter((axis) => axis < place.axis).length };
}
