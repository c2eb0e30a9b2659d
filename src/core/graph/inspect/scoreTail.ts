import { numberAttribute, type Graph, type GraphNode } from '../graph';
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
  /** Scores are multiplied by a positive number, as percentages are. */
  readonly isScaled: boolean;
  /** Scores are left out. */
  readonly isSelection: boolean;
}

export type Types = ReadonlyMap<string, TypedShape>;

/** Operators that hand every number on in the same order. */
export const SAME_ORDER: ReadonlySet<string> = new Set([
  ...['Identity', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Dropout', 'Expand'],
]);
const SELECTING: ReadonlySet<string> = new Set(['Slice', 'Gather', 'Split', 'Transpose']);
const ROUNDING: ReadonlySet<string> = new Set(['QuantizeLinear', 'DequantizeLinear']);
/** A Clip that keeps probabilities off 0 and 1 by more than this is no guard but part of the network. */
const GUARD = 0.05;

const FLOAT = 1;

/** Follows `output` back through operations that only move, choose or round scores. */
export function scoreTail(graph: Graph, output: string, types: Types): ScoreTail {
  const producers = producersOf(graph);
  const behind: GraphNode[] = [];
  const facts = { isRounded: false, isScaled: false, isSelection: false };
  for (let node = producers.get(output); ; node = producers.get(behind.at(-1)!.inputs[0]!)) {
    if (node === undefined) return { node, behind, ...facts };
    if (ROUNDING.has(node.op)) facts.isRounded = true;
    else if (isMultiple(node, graph)) facts.isScaled = true;
    else if (node.op === 'Clip') {
      const bounds = clipBounds(node, graph);
      if (bounds === undefined || bounds[0] > GUARD || bounds[1] < 1 - GUARD) return { node, behind, ...facts };
      if (bounds[0] > 0 || bounds[1] < 1) facts.isRounded = true;
    } else if (SELECTING.has(node.op)) facts.isSelection ||= !keepsAll(node, graph, types);
    else if (!SAME_ORDER.has(node.op) && !(node.op === 'Cast' && numberAttribute(node, 'to', FLOAT) === FLOAT))
      return { node, behind, ...facts };
    behind.push(node);
  }
}

/** The value that is handed on as `name`, at most in another shape. */
export function movedFrom(name: string, producers: ReadonlyMap<string, GraphNode>): string {
  const node = producers.get(name);
  return node !== undefined && SAME_ORDER.has(node.op) ? movedFrom(node.inputs[0]!, producers) : name;
}

/** Lowest and highest value of a Clip by constants; infinite where it has none. */
export function clipBounds(node: GraphNode, { constants }: Graph): readonly [number, number] | undefined {
  const bound = (index: number, none: number): number | undefined =>
    (node.inputs[index] ?? '') === '' ? none : constants.get(node.inputs[index]!)?.data[0];
  const [low, high] = [bound(1, -Infinity), bound(2, Infinity)];
  return low === undefined || high === undefined ? undefined : [low, high];
}

/** A product with one positive constant, the constant second. */
function isMultiple({ op, inputs }: GraphNode, { constants }: Graph): boolean {
  const factor = op === 'Mul' || op === 'Div' ? constants.get(inputs[1]!)?.data : undefined;
  return factor?.length === 1 && factor[0]! > 0;
}

/** Does everything come out that went in, in the same or another order? */
function keepsAll(node: GraphNode, { constants }: Graph, types: Types): boolean {
  const [before, after] = [types.get(node.inputs[0]!)?.shape, types.get(node.outputs[0]!)?.shape];
  if (before === undefined || after === undefined || sizeOf(before) !== sizeOf(after)) return false;
  const taken = node.op === 'Gather' ? constants.get(node.inputs[1]!)?.data : undefined;
  return node.op !== 'Gather' || new Set(taken).size === taken?.length;
}
