import type { Graph, GraphNode } from '../graph';
import { hasTrait } from '../ops/traits';
import { judgedOnce } from './judgedOnce';
import { producersOf } from './producers';
import { clipBounds, isOne } from './scoreTail';

/** What a network's structure says of the numbers that it puts out: anything, only [0, 1], or nothing that is known here. */
export type ScoreValues = 'open' | 'unit' | 'unknown';

const UNIT: ReadonlySet<string> = new Set([
  ...['Softmax', 'Sigmoid', 'HardSigmoid', 'QLinearSoftmax', 'QLinearSigmoid'],
]);
/** Sums over weights of either sign. */
export const WEIGHTED_SUMS: ReadonlySet<string> = new Set([
  ...['Gemm', 'MatMul', 'Conv', 'ConvTranspose', 'Einsum', 'BatchNormalization', 'LayerNormalization'],
  ...['FusedMatMul', 'FusedGemm', 'QLinearMatMul', 'QGemm', 'QLinearConv', 'MatMulInteger', 'ConvInteger'],
]);
/** Within [0, 1] if every operand is, as whatever lies within its operand. */
const KEEPS_UNIT: ReadonlySet<string> = new Set([
  ...['Cast', 'QuantizeLinear', 'DequantizeLinear', 'Clip', 'TopK'],
  ...['Concat', 'Mul', 'Min', 'Max', 'Mean', 'Where'],
]);
/** Open if an operand is, as whatever hands numbers on. */
const KEEPS_OPEN: ReadonlySet<string> = new Set([
  ...['Cast', 'QuantizeLinear', 'DequantizeLinear', 'Concat'],
  ...['Relu', 'LeakyRelu', 'PRelu', 'Elu', 'Selu', 'Celu', 'Gelu', 'HardSwish', 'Max'],
  ...['Add', 'Sub', 'Neg', 'ReduceMean', 'ReduceSum', 'GlobalAveragePool', 'AveragePool', 'Mean', 'Sum'],
]);
const DEEPEST = 200;

/** Judges `output` by the operations that make it. */
export function scoreValues(graph: Graph, output: string): ScoreValues {
  const judge = new Judge(graph);
  if (judge.isUnit(output, 0)) return 'unit';
  return judge.isOpen(output, 0) ? 'open' : 'unknown';
}

class Judge {
  readonly #producers: ReadonlyMap<string, GraphNode>;
  readonly isUnit = judgedOnce((name, depth) => depth < DEEPEST && this.#findUnit(name, depth + 1));
  readonly isOpen = judgedOnce((name, depth) => this.#findOpen(name, depth));

  constructor(readonly graph: Graph) {
    this.#producers = producersOf(graph);
  }

  #findUnit(name: string, depth: number): boolean {
    const constant = this.graph.constants.get(name);
    if (constant !== undefined) return constant.data.every((value) => value >= 0 && value <= 1);
    const node = this.#producers.get(name);
    if (node === undefined) return false;
    if (UNIT.has(node.op)) return true;
    const [first, second] = node.inputs;
    if (node.op === 'Clip') {
      const [low, high] = clipBounds(node, this.graph) ?? [-Infinity, Infinity];
      return (low >= 0 && high <= 1) || this.isUnit(first!, depth);
    }
    if (node.op === 'Exp') return this.#producers.get(first!)?.op === 'LogSoftmax';
    if (node.op === 'Sub') return isOne(first!, this.graph) && this.isUnit(second!, depth);
    if (node.op === 'Div') return this.#isShare(first!, second!);
    if (node.op === 'Where') return node.inputs.slice(1).every((each) => this.isUnit(each, depth));
    if (!hasTrait(node.op, 'within') && !KEEPS_UNIT.has(node.op)) return false;
    const joins = node.op === 'Concat' || ['Mul', 'Min', 'Max', 'Mean'].includes(node.op);
    return joins ? node.inputs.every((each) => this.isUnit(each, depth)) : this.isUnit(first!, depth);
  }

  /** exp(z) / Σ exp(z), a softmax in its parts. */
  #isShare(dividend: string, divisor: string): boolean {
    const sum = this.#producers.get(divisor);
    return this.#producers.get(dividend)?.op === 'Exp' && sum?.op === 'ReduceSum' && sum.inputs[0] === dividend;
  }

  #findOpen(name: string, depth: number): boolean {
    const node = this.#producers.get(name);
    if (node === undefined || depth > DEEPEST) return false;
    if (WEIGHTED_SUMS.has(node.op)) return true;
    const isConstant = (each: string): boolean => this.graph.constants.has(each);
    // The scale of a quantised product, or a temperature.
    if ((node.op === 'Mul' || node.op === 'Div') && !node.inputs.some(isConstant)) return false;
    const hands = hasTrait(node.op, 'passes') || hasTrait(node.op, 'selects') || KEEPS_OPEN.has(node.op);
    if (!hands && node.op !== 'Mul' && node.op !== 'Div') return false;
    const operands = node.op === 'Concat' || node.inputs.length <= 2 ? node.inputs : node.inputs.slice(0, 1);
    return operands.some((each) => !isConstant(each) && this.isOpen(each, depth + 1));
  }
}
