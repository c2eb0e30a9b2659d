import { numberAttribute, type Graph, type GraphNode } from '../graph';
import { hasTrait } from '../ops/traits';
import { sizeOf, type TypedShape } from '../tensor';
import { producersOf } from './producers';

/** What stands between a network's last activation and its output. */
export interface ScoreTail {
  /** The activation, or the first operation from behind that is none of the tail's. */
  readonly node: GraphNode | undefined;
  /** From the output inwards. */
  readonly behind: readonly GraphNode[];
  /** Values are rounded or cut a little. */
  readonly isRounded: boolean;
  /** What scores are multiplied by: 100 where they are percentages, negative where the smallest is best. */
  readonly factor: number;
  /** Scores are left out. */
  readonly isSelection: boolean;
}

export type Types = ReadonlyMap<string, TypedShape>;

const ROUNDING: ReadonlySet<string> = new Set(['QuantizeLinear', 'DequantizeLinear']);
/** A Clip that keeps probabilities off 0 and 1 by more than this is no guard but part of the network; so is a larger sum. */
const GUARD = 0.05;
const SMALLEST_SUM = 1e-3;

const FLOAT = 1;

/** Follows `output` back through operations that only move, choose or round scores. */
export function scoreTail(graph: Graph, output: string, types: Types): ScoreTail {
  const producers = producersOf(graph);
  const behind: GraphNode[] = [];
  const facts = { isRounded: false, factor: 1, isSelection: false };
  for (let node = producers.get(output); ; node = producers.get(behind.at(-1)!.inputs[0]!)) {
    if (node === undefined) return { node, behind, ...facts };
    const product = multipleIn(node, graph);
    const guarded = guardedSum(node, graph);
    if (ROUNDING.has(node.op)) facts.isRounded = true;
    else if (product !== undefined) facts.factor *= product.factor;
    else if (guarded !== undefined) facts.isRounded = true;
    else if (node.op === 'Clip') {
      const bounds = clipBounds(node, graph);
      if (bounds === undefined || bounds[0] > GUARD || bounds[1] < 1 - GUARD) return { node, behind, ...facts };
      if (bounds[0] > 0 || bounds[1] < 1) facts.isRounded = true;
    } else if (hasTrait(node.op, 'selects')) facts.isSelection ||= !keepsAll(node, graph, types);
    else if (!hasTrait(node.op, 'passes') && !(node.op === 'Cast' && numberAttribute(node, 'to', FLOAT) === FLOAT))
      return { node, behind, ...facts };
    const x = product?.x ?? guarded;
    behind.push(x === undefined ? node : { ...node, inputs: [x] });
  }
}

/** The value that is handed on as `name`, at most in another shape. */
export function movedFrom(name: string, producers: ReadonlyMap<string, GraphNode>): string {
  const node = producers.get(name);
  return node !== undefined && hasTrait(node.op, 'passes') ? movedFrom(node.inputs[0]!, producers) : name;
}

/** x · factor: a product or quotient with one constant, −x, or 0 − x. */
export function multipleIn(
  { op, inputs }: GraphNode,
  graph: Graph,
): { readonly x: string; readonly factor: number } | undefined {
  const [first = '', second = ''] = inputs;
  const [a, b] = [first, second].map((name) => oneNumber(name, graph));
  if (op === 'Neg') return { x: first, factor: -1 };
  if (op === 'Sub' && a === 0) return { x: second, factor: -1 };
  if (op === 'Div' && b !== undefined && b !== 0) return { x: first, factor: 1 / b };
  if (op !== 'Mul') return undefined;
  if (b !== undefined && b !== 0) return { x: first, factor: b };
  return a !== undefined && a !== 0 ? { x: second, factor: a } : undefined;
}

/** The value x of x + ε, which keeps a logarithm finite. */
function guardedSum({ op, inputs }: GraphNode, graph: Graph): string | undefined {
  if (op !== 'Add') return undefined;
  const isSmall = (name: string): boolean => {
    const value = oneNumber(name, graph);
    return value !== undefined && value >= 0 && value <= SMALLEST_SUM;
  };
  const [first = '', second = ''] = inputs;
  return isSmall(second) ? first : isSmall(first) ? second : undefined;
}

/** The only number of a constant. */
function oneNumber(name: string, { constants }: Graph): number | undefined {
  const data = constants.get(name)?.data;
  return data?.length === 1 ? data[0] : undefined;
}

/** Is `name` a constant of nothing but ones? */
export function isOne(name: string, { constants }: Graph): boolean {
  return constants.get(name)?.data.every((value) => value === 1) ?? false;
}

/** Lowest and highest value of a Clip by constants; infinite where it has none. */
export function clipBounds(node: GraphNode, { constants }: Graph): readonly [number, number] | undefined {
  const bound = (index: number, none: number): number | undefined =>
    (node.inputs[index] ?? '') === '' ? none : constants.get(node.inputs[index]!)?.data[0];
  const [low, high] = [bound(1, -Infinity), bound(2, Infinity)];
  return low === undefined || high === undefined ? undefined : [low, high];
}

/** Does everything come out that went in, in the same or another order? */
function keepsAll(node: GraphNode, { constants }: Graph, types: Types): boolean {
  const [before, after] = [types.get(node.inputs[0]!)?.shape, types.get(node.outputs[0]!)?.shape];
  if (before === undefined || after === undefined || sizeOf(before) !== sizeOf(after)) return false;
  const taken = node.op === 'Gather' ? constants.get(node.inputs[1]!)?.data : undefined;
  return node.op !== 'Gather' || new Set(taken).size === taken?.length;
}
