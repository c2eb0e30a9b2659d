import type { Graph, GraphNode } from '../graph';
import { producersOf } from './producers';
import { isOne, multipleIn, scoreTail, type ScoreTail, type Types } from './scoreTail';
import { shortNumber } from './shortNumber';

/** How a network's scores are made from logits. */
export interface ScoreHead {
  /** The softmax that is found, or undefined where it is a sigmoid of each. */
  readonly softmax: GraphNode | undefined;
  /** The value that holds the logits. */
  readonly logits: string;
  /** What the output is of the probabilities p: multiples of p, of log p, or 1 − p. */
  readonly form: 'probabilities' | 'logarithms' | 'complements';
  /** Between the activation and the output. */
  readonly tail: ScoreTail;
}

/** Follows `output` back to a softmax, log-softmax or sigmoid, as one operator or in its parts; undefined: there is none. */
export function scoreHead(graph: Graph, output: string, types: Types): ScoreHead | undefined {
  const tail = scoreTail(graph, output, types);
  const { node, factor } = tail;
  if (node === undefined) return undefined;
  const logits = node.inputs[0]!;
  if (node.op === 'Softmax') return { softmax: node, logits, form: 'probabilities', tail };
  if (node.op === 'Sigmoid')
    return factor > 0 ? { softmax: undefined, logits, form: 'probabilities', tail } : undefined;
  if (node.op === 'LogSoftmax') return { softmax: node, logits, form: 'logarithms', tail };
  const before = producersOf(graph).get(logits);
  if (node.op === 'Exp' && before?.op === 'LogSoftmax')
    return { softmax: before, logits: before.inputs[0]!, form: 'probabilities', tail: joined(tail, node) };
  if (node.op === 'Log') return ofLogarithm(graph, node, tail, types);
  if (node.op === 'Softplus' && factor < 0) {
    // log σ(z) = −softplus(−z).
    const turned = before && multipleIn(before, graph);
    if (turned?.factor === -1)
      return {
        softmax: undefined,
        logits: turned.x,
        form: 'logarithms',
        tail: { ...joined(tail, node), factor: -factor },
      };
  }
  return ofComplement(graph, node, tail, types);
}

/** The logarithm of probabilities, which a guard may keep off 0. */
function ofLogarithm(graph: Graph, node: GraphNode, tail: ScoreTail, types: Types): ScoreHead | undefined {
  const inner = scoreTail(graph, node.inputs[0]!, types);
  const { op } = inner.node ?? {};
  if ((op !== 'Softmax' && op !== 'Sigmoid') || !(inner.factor > 0)) return undefined;
  const behind = [...tail.behind, node, ...inner.behind];
  const isSelection = tail.isSelection || inner.isSelection;
  return {
    softmax: op === 'Softmax' ? inner.node : undefined,
    logits: inner.node!.inputs[0]!,
    form: 'logarithms',
    tail: { ...tail, behind, isSelection },
  };
}

/** 1 − p, or 1 + (−p). */
function ofComplement(graph: Graph, { op, inputs }: GraphNode, tail: ScoreTail, types: Types): ScoreHead | undefined {
  const [first = '', second = ''] = inputs;
  if (op !== 'Sub' && op !== 'Add') return undefined;
  const rest = isOne(first, graph) ? second : op === 'Add' && isOne(second, graph) ? first : undefined;
  if (rest === undefined) return undefined;
  const inner = scoreTail(graph, rest, types);
  const isFalling = op === 'Sub' ? inner.factor === 1 : inner.factor === -1;
  if (inner.node?.op !== 'Softmax' || !isFalling) return undefined;
  return { softmax: inner.node, logits: inner.node.inputs[0]!, form: 'complements', tail };
}

function joined(tail: ScoreTail, node: GraphNode): ScoreTail {
  return { ...tail, behind: [...tail.behind, node] };
}

/** What is to be said where the numbers of the file are turned or stretched. */
export function turnedWarnings({ softmax, form, tail: { factor } }: ScoreHead): readonly string[] {
  const by = softmax === undefined ? 'sigmoid' : 'softmax';
  const what = form === 'logarithms' ? 'logarithms of its probabilities' : 'probabilities';
  const times = `times ${shortNumber(factor)}`;
  if (factor < 0)
    return [
      `The model puts out the ${what} ${times}, of which the smallest is the likeliest class; logits and probabilities are those of its ${by}.`,
    ];
  if (form === 'logarithms' && factor !== 1)
    return [`The model puts out the ${what} ${times}; logits and probabilities are those of its ${by}.`];
  return [];
}
