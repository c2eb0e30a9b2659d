import { numberAttribute, type Graph, type GraphNode, type StaticGraph } from '../graph';
import { producersOf } from '../inspect/producers';
import { freshNames } from '../names';
import { inPlaceOf } from '../origins';
import type { Tensor } from '../tensor';

/** A rectifier that is written as something else than Relu. */
interface Rectifier {
  /** What is rectified. */
  readonly x: string;
  /** The name of the bound above, where there is one. */
  readonly bound?: string;
  /** Values that the spelling makes on its way. */
  readonly within?: readonly string[];
}

/**
 * Calls rectifiers by their name: max(x, 0), Clip from 0, Where(x > 0, x, 0), x·(x > 0), (x + |x|)/2, x − min(x, 0) and leaky ones
 * whose slope is 0 become Relu(x), and what is bounded above as well, as ReLU6, a Relu and a Clip at the bound. The graph computes
 * what it computed, of finite numbers. Only behind a weighted sum: before one it is pixels that are kept in their range. A bounded one
 * of x plus or times a number is a hard sigmoid and stays, and so does one that makes a value of `kept` on its way.
 *
 * `known`: the same graph with its sizes and constants.
 */
export function nameRectifiers(graph: Graph, known: StaticGraph, kept: ReadonlySet<string> = new Set()): Graph {
  const spelling = new Spelling(graph, known);
  const fresh = freshNames(graph, 'rectified');
  const weighed = behindWeights(graph);
  const nodes = graph.nodes.flatMap((node) => {
    const found = weighed.has(node.outputs[0]!) ? spelling.rectifierOf(node) : undefined;
    if (found === undefined || found.within?.some((name) => kept.has(name))) return [node];
    return inPlaceOf(node, named(node, found, fresh));
  });
  return { ...graph, nodes };
}

function named({ outputs }: GraphNode, { x, bound }: Rectifier, fresh: () => string): readonly GraphNode[] {
  if (bound === undefined) return [{ op: 'Relu', inputs: [x], outputs, attributes: {} }];
  const rectified = fresh();
  return [
    { op: 'Relu', inputs: [x], outputs: [rectified], attributes: {} },
    { op: 'Clip', inputs: [rectified, '', bound], outputs, attributes: {} },
  ];
}

const WEIGHING: ReadonlySet<string> = new Set(['Conv', 'ConvTranspose', 'Gemm', 'MatMul', 'Einsum']);

function behindWeights({ nodes }: Graph): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { op, inputs, outputs } of nodes)
    if (WEIGHING.has(op) || inputs.some((name) => found.has(name))) for (const name of outputs) found.add(name);
  return found;
}

/** A condition on the sign of a value: x > 0 or x ≥ 0, or what is left of it. */
interface SignTest {
  readonly x: string;
  readonly isPositive: boolean;
  readonly within: readonly string[];
}

/** Reads how a rectifier is spelled. */
class Spelling {
  readonly #producers: ReadonlyMap<string, GraphNode>;
  readonly #constants: ReadonlyMap<string, Tensor>;

  constructor(
    graph: Graph,
    private readonly known: StaticGraph,
  ) {
    this.#producers = producersOf(graph);
    this.#constants = new Map([...graph.constants, ...known.constants]);
  }

  rectifierOf(node: GraphNode): Rectifier | undefined {
    const found = this.#read(node);
    const [from, to] = [found?.x ?? '', node.outputs[0]!].map((name) => this.known.types.get(name));
    // A 0 that is larger than x would spread it.
    const isAlike = from?.type === 'float32' && from.shape.join() === to?.shape.join();
    return isAlike ? found : undefined;
  }

  #read(node: GraphNode): Rectifier | undefined {
    const [a = '', b = ''] = node.inputs;
    switch (node.op) {
      case 'LeakyRelu':
        return numberAttribute(node, 'alpha', 0.01) === 0 ? { x: a } : undefined;
      case 'Elu':
      case 'ThresholdedRelu':
        return numberAttribute(node, 'alpha', 1) === 0 ? { x: a } : undefined;
      case 'PRelu':
        return this.#isAll(b, 0) ? { x: a } : undefined;
      case 'Max':
        if (node.inputs.length !== 2) return undefined;
        return this.#isAll(b, 0) ? { x: a } : this.#isAll(a, 0) ? { x: b } : undefined;
      case 'Clip':
        return this.#clipped(node);
      case 'Where':
        return this.#chosen(node);
      case 'Mul':
        return (
          this.#masked(a, b) ??
          this.#masked(b, a) ??
          (this.#isAll(b, 0.5) ? this.#withMagnitude(a) : undefined) ??
          (this.#isAll(a, 0.5) ? this.#withMagnitude(b) : undefined)
        );
      case 'Div':
        return this.#isAll(b, 2) ? this.#withMagnitude(a) : undefined;
      case 'Sub':
        return this.#isNegativePart(b, a) ? { x: a, within: [b] } : undefined;
      default:
        return undefined;
    }
  }

  #clipped(node: GraphNode): Rectifier | undefined {
    const [x = '', low = '', high = ''] = node.inputs;
    const lowest = low === '' ? numberAttribute(node, 'min', -Infinity) : this.#number(low);
    const highest = high === '' ? numberAttribute(node, 'max', Infinity) : this.#number(high);
    if (lowest !== 0 || highest === undefined || !(highest > 0)) return undefined;
    if (highest >= LARGEST) return { x };
    return high === '' || this.#isMovedByNumber(x) ? undefined : { x, bound: high };
  }

  /** Where(x > 0, x, 0), or Where(x < 0, 0, x). */
  #chosen({ inputs }: GraphNode): Rectifier | undefined {
    const [condition = '', yes = '', no = ''] = inputs;
    const test = this.#signTest(condition);
    if (test === undefined) return undefined;
    const [x, other] = test.isPositive ? [yes, no] : [no, yes];
    return x === test.x && this.#isAll(other, 0) ? { x, within: test.within } : undefined;
  }

  /** x · (x > 0), the condition made a number. */
  #masked(x: string, mask: string): Rectifier | undefined {
    const node = this.#producers.get(mask);
    const isOne = node?.op === 'Cast' ? [1, 0] : node?.op === 'Where' ? this.#ends(node) : undefined;
    const test = isOne && this.#signTest(node!.inputs[0]!);
    if (test?.x !== x || isOne![test.isPositive ? 0 : 1] !== 1 || isOne![test.isPositive ? 1 : 0] !== 0)
      return undefined;
    return { x, within: [mask, ...test.within] };
  }

  #ends({ inputs }: GraphNode): readonly number[] | undefined {
    const [yes, no] = inputs.slice(1).map((name) => this.#number(name));
    return yes === undefined || no === undefined ? undefined : [yes, no];
  }

  /** x of x + |x|. */
  #withMagnitude(sum: string): Rectifier | undefined {
    const node = this.#producers.get(sum);
    if (node?.op !== 'Add') return undefined;
    const [a, b] = node.inputs as [string, string];
    const isMagnitude = (name: string, x: string): boolean => {
      const made = this.#producers.get(name);
      return made?.op === 'Abs' && made.inputs[0] === x;
    };
    if (isMagnitude(b, a)) return { x: a, within: [sum, b] };
    return isMagnitude(a, b) ? { x: b, within: [sum, a] } : undefined;
  }

  /** Is `name` min(x, 0)? */
  #isNegativePart(name: string, x: string): boolean {
    const node = this.#producers.get(name);
    const [a = '', b = '', c = ''] = node?.inputs ?? [];
    if (node?.op === 'Min' && node.inputs.length === 2)
      return (a === x && this.#isAll(b, 0)) || (b === x && this.#isAll(a, 0));
    return (
      node?.op === 'Clip' &&
      a === x &&
      b === '' &&
      numberAttribute(node, 'min', -Infinity) === -Infinity &&
      this.#isAll(c, 0)
    );
  }

  #signTest(condition: string): SignTest | undefined {
    const node = this.#producers.get(condition);
    const [a = '', b = ''] = node?.inputs ?? [];
    if (node?.op === 'Not') {
      const inner = this.#signTest(a);
      return inner && { ...inner, isPositive: !inner.isPositive, within: [...inner.within, condition] };
    }
    const isGreater = node?.op === 'Greater' || node?.op === 'GreaterOrEqual';
    if (!isGreater && node?.op !== 'Less' && node?.op !== 'LessOrEqual') return undefined;
    const within = [condition];
    if (this.#isAll(b, 0)) return { x: a, isPositive: isGreater, within };
    return this.#isAll(a, 0) ? { x: b, isPositive: !isGreater, within } : undefined;
  }

  /** Is x a value plus or times one number, as before the clipping of a hard sigmoid? */
  #isMovedByNumber(x: string): boolean {
    const node = this.#producers.get(x);
    if (node === undefined || !['Add', 'Sub', 'Mul', 'Div'].includes(node.op)) return false;
    return node.inputs.some((name) => this.#constants.get(name)?.data.length === 1);
  }

  #number(name: string): number | undefined {
    const data = this.#constants.get(name)?.data;
    return data?.length === 1 ? data[0] : undefined;
  }

  #isAll(name: string, value: number): boolean {
    const data = this.#constants.get(name)?.data;
    return data !== undefined && data.length > 0 && data.every((each) => each === value);
  }
}

/** Exporters write this where there is no bound. */
const LARGEST = 3.4e38;
