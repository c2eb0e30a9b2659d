import { GraphBuilder, type OperatorTable } from './builder';
import { differentiateAll } from './differentiate';
import type { Graph, StaticGraph } from './graph';
import { specialise } from './specialise';
import { floats, sizeOf } from './tensor';

/** How raw outputs [N, K] become class logits and probabilities. */
export interface Head {
  /**
   * Last operation that was stripped; `probabilities`: none could be, the outputs are p; `independent-probabilities`: the same, and
   * each stands for itself.
   */
  readonly activation: 'logits' | 'softmax' | 'sigmoid' | 'probabilities' | 'independent-probabilities';
  /** One number z decides between two classes: logits are the log-odds [−z, z], probabilities σ of them. */
  readonly binary: boolean;
  /** Outputs that are probabilities are these times a number; 1 unless given. */
  readonly whole?: number;
}

/** Names of the graph's inputs and outputs. */
export interface GradientGraph {
  readonly graph: StaticGraph;
  /** The model's input, in the model's own scale and layout. */
  readonly input: string;
  /** [N, classes]: one-hot rows of the class or label, or the weights of a combination of logits. */
  readonly oneHot: string;
  /** [N, 1] each; see {@link seedCoefficients}. */
  readonly coefficients: { readonly a: string; readonly b: string; readonly k: string };
  readonly raw: string;
  readonly gradient: string;
  /** By the name of a value that was asked for: that of the derivative with respect to it. */
  readonly inner: ReadonlyMap<string, string>;
  /** Operators on the path that have a zero derivative wherever one exists, with their count. */
  readonly flat: ReadonlyMap<string, number>;
}

/**
 * One graph for the scores and the derivative of any objective. With e the one-hot row, p the probabilities and p_c = Σ e∘p, the
 * seed at the class logits z is (k·p_c + 1 − k)·(a·e + b·∂log p_c/∂z). For a softmax ∂log p_c/∂z = e − p, computed as
 * (Σ_{j≠c} p_j)·e − (1 − e)∘p, for sigmoids (1 − σ(z))∘e, computed as σ(−z)∘e: what is left of 1 − p_c keeps all its digits where
 * the model is sure.
 *
 * `inner`: values of `graph` on the way to the scores whose derivatives are wanted too; they and those are outputs of the graph.
 * Throws `NotDifferentiable` with the operators that have no derivative, and an Error if the graph does not fit `batch`.
 */
export function gradientGraph(
  graph: Graph,
  batch: number,
  head: Head,
  operators: OperatorTable,
  inner: readonly string[] = [],
): GradientGraph {
  const forward = specialise(graph, batch, operators);
  const builder = GraphBuilder.from(forward, operators);
  const raw = forward.outputs[0]!;
  const input = forward.inputs[0]!.name;
  const logits = classLogits(builder, raw, batch, head);
  const classes = builder.shape(logits)[1]!;
  const oneHot = builder.input(builder.fresh('one-hot'), { type: 'float32', shape: [batch, classes] });
  const [a, b, k] = ['a', 'b', 'k'].map((name) =>
    builder.input(builder.fresh(`coefficient-${name}`), { type: 'float32', shape: [batch, 1] }),
  ) as [string, string, string];
  const { probabilities, ofLog } = probabilityOf(builder, logits, oneHot, head);
  const chosen = builder.add('Mul', [oneHot, probabilities]);
  const probability = builder.add('ReduceSum', [chosen, builder.indices([1])], { keepdims: 1 });
  const one = builder.scalar(1);
  const scale = builder.add('Add', [builder.add('Mul', [k, probability]), builder.add('Sub', [one, k])]);
  const direction = builder.add('Add', [builder.add('Mul', [a, oneHot]), builder.add('Mul', [b, ofLog])]);
  const seed = builder.add('Mul', [scale, direction]);
  const scored = builder.build([logits]);
  const { gradients, flat } = differentiateAll(builder, scored, logits, [input, ...inner], seed);
  const derivative = (value: string): string => {
    const shape = builder.shape(value);
    return gradients.get(value) ?? builder.constant(floats(shape, new Float32Array(sizeOf(shape))));
  };
  const gradient = derivative(input);
  const within = new Map(inner.map((value) => [value, derivative(value)] as const));
  const outputs = [...new Set([raw, gradient, ...within.keys(), ...within.values()])];
  return {
    graph: builder.build(outputs),
    input,
    oneHot,
    coefficients: { a, b, k },
    raw,
    gradient,
    inner: within,
    flat,
  };
}

/** Coefficients of the seed: ∂z_c = e, and ∂Σ wₖ zₖ = w with w for e; ∂p_c = p_c·∂log p_c; ∂log p_c; cross-entropy −∂log p_c. */
export const seedCoefficients = {
  logit: { a: 1, b: 0, k: 0 },
  probability: { a: 0, b: 1, k: 1 },
  'log-probability': { a: 0, b: 1, k: 0 },
  'cross-entropy': { a: 0, b: -1, k: 0 },
} as const;

/** Probabilities [N, K] of logits [N, K], and ∂log p_c/∂z of the class that `oneHot` chooses. */
function probabilityOf(
  builder: GraphBuilder,
  logits: string,
  oneHot: string,
  { activation, binary }: Head,
): { readonly probabilities: string; readonly ofLog: string } {
  if (binary || activation === 'sigmoid' || activation === 'independent-probabilities') {
    const negated = builder.add('Neg', [logits]);
    return {
      probabilities: sigmoidOfNegated(builder, negated),
      ofLog: builder.add('Mul', [oneHot, sigmoidOfNegated(builder, logits)]),
    };
  }
  const probabilities = builder.add('Softmax', [logits], { axis: 1 });
  const others = builder.add('Sub', [probabilities, builder.add('Mul', [oneHot, probabilities])]);
  const rest = builder.add('ReduceSum', [others, builder.indices([1])], { keepdims: 1 });
  return { probabilities, ofLog: builder.add('Sub', [builder.add('Mul', [rest, oneHot]), others]) };
}

/** σ(−x) = 1 / (1 + exp x). ONNX Runtime's own sigmoid is off by 1e-8, which is much of a small probability. */
function sigmoidOfNegated(builder: GraphBuilder, x: string): string {
  const sum = builder.add('Add', [builder.scalar(1), builder.add('Exp', [x])]);
  return builder.add('Reciprocal', [sum]);
}

/** The smallest normal float32 keeps log p finite. */
const SMALLEST = 1.17549435e-38;

/** Outputs [N, K], whatever axes of length 1 they have, or lack. */
function asRows(builder: GraphBuilder, raw: string, batch: number): string {
  const shape = builder.shape(raw);
  if (shape.length === 2 && shape[0] === batch) return raw;
  return builder.add('Reshape', [raw, builder.indices([batch, sizeOf(shape) / batch])]);
}

function classLogits(
  builder: GraphBuilder,
  raw: string,
  batch: number,
  { activation, binary, whole = 1 }: Head,
): string {
  const log = (value: string): string => builder.add('Log', [builder.add('Max', [value, builder.scalar(SMALLEST)])]);
  const rows = asRows(builder, raw, batch);
  const flat = whole === 1 ? rows : builder.add('Mul', [rows, builder.scalar(1 / whole)]);
  const rest = (): string => builder.add('Sub', [builder.scalar(1), flat]);
  const logOdds = (): string => builder.add('Sub', [log(flat), log(rest())]);
  if (activation === 'independent-probabilities') return logOdds();
  if (!binary) return activation === 'probabilities' ? log(flat) : flat;
  const z = activation === 'probabilities' ? logOdds() : flat;
  return builder.add('Concat', [builder.add('Neg', [z]), z], { axis: 1 });
}
