import type { Graph, GraphNode } from '../graph';
import { hasTrait } from '../ops/traits';
import { judgedOnce } from './judgedOnce';
import { producersOf } from './producers';
import { clipBounds, isOne, multipleIn } from './scoreTail';

/** The least and the largest number that an output can be, and the operator that keeps it there. */
export interface ScoreBounds {
  readonly low: number;
  readonly high: number;
  readonly by: string;
}

const ALWAYS: ReadonlyMap<string, readonly [number, number]> = new Map<string, readonly [number, number]>([
  ...['Softmax', 'Sigmoid', 'HardSigmoid', 'QLinearSoftmax', 'QLinearSigmoid'].map((op) => [op, [0, 1]] as const),
  ...['Tanh', 'Softsign', 'Erf', 'Sin', 'Cos', 'LpNormalization'].map((op) => [op, [-1, 1]] as const),
  ['Atan', [-Math.PI / 2, Math.PI / 2]],
]);
/** What comes out lies where the first operand lies, but for rounding; those of the IR that do so exactly have it as a trait. */
const WITHIN_TOO: ReadonlySet<string> = new Set(['Cast', 'QuantizeLinear', 'TopK']);
type Range = Pick<ScoreBounds, 'low' | 'high'>;

/** Numbers between whose least and largest lies what an operator makes of two operands. */
const COMBINED: Readonly<Record<string, (a: Range, b: Range) => readonly number[]>> = {
  Add: (a, b) => [a.low + b.low, a.high + b.high],
  Sub: (a, b) => [a.low - b.high, a.high - b.low],
  Mul: (a, b) => [a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high],
  Min: (a, b) => [Math.min(a.low, b.low), Math.min(a.high, b.high)],
  Max: (a, b) => [Math.max(a.low, b.low), Math.max(a.high, b.high)],
  Concat: (a, b) => [a.low, b.low, a.high, b.high],
};
const LARGEST_CONSTANT = 4096;
const DEEPEST = 50;

/** Judges `output` by the operations that make it; undefined: nothing is known to bound it on both sides. */
export function scoreBounds(graph: Graph, output: string): ScoreBounds | undefined {
  return new Bounds(graph).of(output, 0);
}

class Bounds {
  readonly #producers: ReadonlyMap<string, GraphNode>;
  readonly of = judgedOnce((name, depth) => this.#judge(name, depth));

  constructor(readonly graph: Graph) {
    this.#producers = producersOf(graph);
  }

  #judge(name: string, depth: number): ScoreBounds | undefined {
    const constant = this.graph.constants.get(name)?.data;
    if (constant !== undefined) {
      if (constant.length === 0 || constant.length > LARGEST_CONSTANT) return undefined;
      return { low: Math.min(...constant), high: Math.max(...constant), by: '' };
    }
    const node = this.#producers.get(name);
    return node === undefined || depth > DEEPEST ? undefined : this.#made(node, depth + 1);
  }

  #made(node: GraphNode, depth: number): ScoreBounds | undefined {
    const { op, inputs } = node;
    const [first = '', second = ''] = inputs;
    const always = ALWAYS.get(op);
    if (always !== undefined) return { low: always[0], high: always[1], by: op };
    if (hasTrait(op, 'within') || WITHIN_TOO.has(op)) return this.of(first, depth);
    if (op === 'DequantizeLinear') {
      const rounded = this.#producers.get(first);
      return rounded?.op === 'QuantizeLinear' ? this.of(rounded.inputs[0]!, depth) : undefined;
    }
    if (op === 'Clip') return this.#clipped(node, depth);
    if (op === 'Relu') return map(this.of(first, depth), (value) => Math.max(0, value));
    const multiple = multipleIn(node, this.graph);
    if (multiple !== undefined) return map(this.of(multiple.x, depth), (value) => value * multiple.factor);
    if ((op === 'Div' && this.#isNorm(second, first)) || (op === 'Mul' && this.#isScaledByNorm(first, second)))
      return { low: -1, high: 1, by: 'a division by the norm' };
    if (op === 'Div' && this.#isOneMoreThanMagnitude(second, first)) return { low: -1, high: 1, by: 'Softsign' };
    const combine = COMBINED[op];
    if (combine === undefined || inputs.length !== 2) return undefined;
    const [a, b] = [this.of(first, depth), this.of(second, depth)];
    if (a === undefined || b === undefined) return undefined;
    const ends = combine(a, b);
    return { low: Math.min(...ends), high: Math.max(...ends), by: a.by || b.by };
  }

  #clipped(node: GraphNode, depth: number): ScoreBounds | undefined {
    const [low, high] = clipBounds(node, this.graph) ?? [-Infinity, Infinity];
    const inner = this.of(node.inputs[0]!, depth) ?? { low: -Infinity, high: Infinity, by: '' };
    const bounds = { low: Math.max(low, inner.low), high: Math.min(high, inner.high) };
    const by = bounds.low === inner.low && bounds.high === inner.high ? inner.by : 'Clip';
    return Number.isFinite(bounds.low) && Number.isFinite(bounds.high) ? { ...bounds, by } : undefined;
  }

  /** Is `divisor` ‖x‖₁ or ‖x‖₂, perhaps kept off 0? */
  #isNorm(divisor: string, x: string): boolean {
    let isRoot = false;
    for (let name = divisor, depth = 0; depth < DEEPEST; depth++) {
      const node = this.#producers.get(name);
      if (node === undefined) return false;
      const [first = '', second = ''] = node.inputs;
      if (node.op === 'ReduceL2' || node.op === 'ReduceL1') return first === x;
      if (node.op === 'ReduceSumSquare') return isRoot && first === x;
      if (node.op === 'ReduceSum') return isRoot && this.#isSquare(first, x);
      if (node.op === 'Sqrt') isRoot = true;
      else if (node.op === 'Max' || node.op === 'Add') {
        name = this.graph.constants.has(first) ? second : first;
        continue;
      } else if (!hasTrait(node.op, 'passes') && node.op !== 'Clip') return false;
      name = first;
    }
    return false;
  }

  /** 1 + |x| or |x| + 1. */
  #isOneMoreThanMagnitude(sum: string, x: string): boolean {
    const { op, inputs } = this.#producers.get(sum) ?? { op: '', inputs: [] };
    const isMagnitude = (name: string): boolean => {
      const node = this.#producers.get(name);
      return node?.op === 'Abs' && node.inputs[0] === x;
    };
    const [first = '', second = ''] = inputs;
    return (
      op === 'Add' &&
      ((isOne(first, this.graph) && isMagnitude(second)) || (isMagnitude(first) && isOne(second, this.graph)))
    );
  }

  #isSquare(square: string, x: string): boolean {
    const { op, inputs } = this.#producers.get(square) ?? { op: '', inputs: [] };
    if (op === 'Mul') return inputs[0] === x && inputs[1] === x;
    return op === 'Pow' && inputs[0] === x && this.graph.constants.get(inputs[1]!)?.data[0] === 2;
  }

  /** x · (1 / ‖x‖), in either order. */
  #isScaledByNorm(first: string, second: string): boolean {
    const isInverse = (name: string, x: string): boolean => {
      const node = this.#producers.get(name);
      if (node?.op === 'Reciprocal') return this.#isNorm(node.inputs[0]!, x);
      return node?.op === 'Div' && this.graph.constants.has(node.inputs[0]!) && this.#isNorm(node.inputs[1]!, x);
    };
    return isInverse(second, first) || isInverse(first, second);
  }
}

function map(bounds: ScoreBounds | undefined, change: (value: number) => number): ScoreBounds | undefined {
  if (bounds === undefined) return undefined;
  const ends = [change(bounds.low), change(bounds.high)];
  return { low: Math.min(...ends), high: Math.max(...ends), by: bounds.by };
}
