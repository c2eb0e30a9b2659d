import { GraphBuilder, type OperatorTable } from './builder';
import { differentiate } from './differentiate';
import type { Graph, StaticGraph } from './graph';
import { specialise } from './specialise';
import { floats } from './tensor';

/** How raw outputs [N, K] become class logits and probabilities. */
export interface Head {
  /** Last operation that was stripped; `probabilities`: none could be, the outputs are p. */
  readonly activation: 'logits' | 'softmax' | 'sigmoid' | 'probabilities';
  /** One number decides between two classes: logits [0, z]. */
  readonly binary: boolean;
}

/** Names of the graph's inputs and outputs. */
export interface GradientGraph {
  readonly graph: StaticGraph;
  /** The model's input, in the model's own scale and layout. */
  readonly input: string;
  /** [N, classes]: one-hot rows of the class or label. */
  readonly oneHot: string;
  /** [N, 1] each; see {@link seedCoefficients}. */
  readonly coefficients: { readonly a: string; readonly b: string; readonly k: string };
  readonly raw: string;
  readonly gradient: string;
  /** Operators on the path that have a zero derivative wherever one exists, with their count. */
  readonly flat: ReadonlyMap<string, number>;
}

/**
 * One graph for the scores and the derivative of any objective: with e the one-hot row, p the probabilities and p_c = Σ e∘p,
 * the seed at the class logits is (k·p_c + 1 − k)·(a·e + b·q), q = p for softmax and e∘p for independent sigmoids.
 *
 * Throws `NotDifferentiable` with the operators that have no derivative, and an Error if the graph does not fit `batch`.
 */
export function gradientGraph(graph: Graph, batch: number, head: Head, operators: OperatorTable): GradientGraph {
  const forward = specialise(graph, batch, operators);
  const builder = GraphBuilder.from(forward, operators);
  const raw = forward.outputs[0]!;
  const input = forward.inputs[0]!.name;
  const logits = classLogits(builder, raw, head);
  const classes = builder.shape(logits)[1]!;
  const oneHot = builder.input('one-hot', { type: 'float32', shape: [batch, classes] });
  const [a, b, k] = ['a', 'b', 'k'].map((name) =>
    builder.input(`coefficient-${name}`, { type: 'float32', shape: [batch, 1] }),
  ) as [string, string, string];
  const independent = head.activation === 'sigmoid' && !head.binary;
  const p = independent ? builder.add('Sigmoid', [logits]) : builder.add('Softmax', [logits], { axis: 1 });
  const chosen = builder.add('Mul', [oneHot, p]);
  const probability = builder.add('ReduceSum', [chosen, builder.indices([1])], { keepdims: 1 });
  const one = builder.scalar(1);
  const scale = builder.add('Add', [builder.add('Mul', [k, probability]), builder.add('Sub', [one, k])]);
  const direction = builder.add('Add', [
    builder.add('Mul', [a, oneHot]),
    builder.add('Mul', [b, independent ? chosen : p]),
  ]);
  const seed = builder.add('Mul', [scale, direction]);
  const scored = builder.build([logits]);
  const { gradient, flat } = differentiate(builder, scored, logits, input, seed);
  const shape = builder.shape(input);
  const total = gradient ?? builder.constant(floats(shape, new Float32Array(shape.reduce((x, y) => x * y, 1))));
  return { graph: builder.build([raw, total]), input, oneHot, coefficients: { a, b, k }, raw, gradient: total, flat };
}

/** Coefficients of the seed: logit e; probability p_c(e − p); log-probability e − p; cross-entropy p − e. */
export const seedCoefficients = {
  logit: { a: 1, b: 0, k: 0 },
  probability: { a: 1, b: -1, k: 1 },
  'log-probability': { a: 1, b: -1, k: 0 },
  'cross-entropy': { a: -1, b: 1, k: 0 },
} as const;

/** The smallest normal float32 keeps log p finite. */
const SMALLEST = 1.17549435e-38;

function classLogits(builder: GraphBuilder, raw: string, { activation, binary }: Head): string {
  const [batch = 1] = builder.shape(raw);
  const log = (value: string): string => builder.add('Log', [builder.add('Max', [value, builder.scalar(SMALLEST)])]);
  const flat = builder.shape(raw).length === 2 ? raw : builder.add('Flatten', [raw], { axis: 1 });
  if (!binary) return activation === 'probabilities' ? log(flat) : flat;
  const other = builder.add('Sub', [builder.scalar(1), flat]);
  const z = activation === 'probabilities' ? builder.add('Sub', [log(flat), log(other)]) : flat;
  return builder.add('Concat', [builder.constant(floats([batch, 1], new Float32Array(batch))), z], { axis: 1 });
}
