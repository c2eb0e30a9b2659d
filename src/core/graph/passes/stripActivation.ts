import { numberAttribute, type Graph, type GraphNode } from '../graph';
import { withKnownConstants } from '../inspect/knownConstants';
import { scoreBounds, type ScoreBounds } from '../inspect/scoreBounds';
import { scoreHead, turnedWarnings, type ScoreHead } from '../inspect/scoreHead';
import { scoreTail, type ScoreTail, type Types } from '../inspect/scoreTail';
import { typesOf } from '../inspect/types';
import { scaledScores, type ScaledScores } from '../inspect/scaledScores';
import { freshNames } from '../names';
import { operators } from '../ops/registry';
import { sigmoidPair } from '../inspect/sigmoidPair';
import { withoutOrigins } from '../origins';
import { floats, sizeOf } from '../tensor';

/** What an output is of the probabilities p that an activation makes: p or log p, times a number. */
export interface ScoreForm {
  readonly isLogarithm: boolean;
  readonly factor: number;
}

/** `values`, `whole` and `bounds`: what the structure says of scores that nothing was taken off of. */
export interface Stripped extends ScaledScores {
  /**
   * Its first output are the scores. Where what the network does behind its activation rounds them, its own output is the second.
   */
  readonly graph: Graph;
  /** The activation that was taken off; `logits`: none was. */
  readonly activation: 'logits' | 'softmax' | 'sigmoid';
  /** What the file puts out of the probabilities that it makes; absent: just them, or none was taken off. */
  readonly form?: ScoreForm;
  readonly bounds?: ScoreBounds;
  /** It is a softmax over one number, which is 1 whatever that is. */
  readonly isConstant?: true;
  /** Why an activation was left, one sentence for people. */
  readonly warnings: readonly string[];
}

/**
 * Takes a final softmax, log-softmax or sigmoid off, found by what makes the output and not by its name, so that the graph puts
 * out logits. Behind it may stand whatever moves or rounds scores, also a logarithm of either sign (−log p, of which the smallest
 * is the likeliest); a softmax of which only some scores are given, or over groups of them, is no single answer and stays.
 * One sigmoid given with what is left of it becomes the log-odds of both. `types`: of the graph at the batch size `batch`; by default
 * of one picture.
 */
export function stripActivation(graph: Graph, types: Types = typesOf(graph, 1, operators), batch = 1): Stripped {
  const output = graph.outputs[0]!;
  const known = withKnownConstants(graph);
  const head = scoreHead(known, output, types);
  const left = (warnings: readonly string[] = []): Stripped => {
    const bounds = scoreBounds(graph, output);
    const facts = { ...scaledScores(graph, output), ...(bounds && { bounds }) };
    return { graph, activation: 'logits', ...facts, warnings };
  };
  if (head === undefined) return pairOf(graph, scoreTail(known, output, types), types, batch) ?? left();
  const { softmax, form, tail } = head;
  if (softmax === undefined) return { ...without(head, graph), activation: 'sigmoid', warnings: turnedWarnings(head) };
  const groups = groupsOf(softmax, types, batch);
  if (lengthOf(softmax, types) === 1) return { ...left(), isConstant: true };
  const isOne = groups === 1 && !tail.isSelection;
  if (form === 'complements') {
    const classes = sizeOf(types.get(output)?.shape ?? []) / batch;
    return left(isOne && classes > 2 ? [COMPLEMENTS] : []);
  }
  // Rounded logarithms are the logits of what the file itself says.
  if (isOne && form === 'logarithms' && tail.isRounded && tail.factor === 1) return left();
  if (isOne) return { ...without(head, graph), activation: 'softmax', warnings: turnedWarnings(head) };
  const why =
    groups > 1
      ? `The model's softmax runs over ${groups} groups of its scores, each an answer of its own, so every score is read as a probability by itself.`
      : "The model gives some of its softmax's probabilities only, so each is read as a probability by itself.";
  if (form === 'logarithms')
    return { ...exponentiated(graph, tail.factor), activation: 'logits', values: 'unit', warnings: [why] };
  return left([why]);
}

/** One sigmoid and what is left of it, side by side. */
function pairOf(graph: Graph, tail: ScoreTail, types: Types, batch: number): Stripped | undefined {
  const odds = tail.node && tail.factor > 0 ? sigmoidPair(tail.node, graph, types, batch) : undefined;
  if (odds === undefined) return undefined;
  const head = { logits: odds.logits, form: 'probabilities', tail } as const;
  return { ...without(head, odds.graph), activation: 'sigmoid', warnings: [] };
}

const COMPLEMENTS =
  'The model puts out 1 minus the probabilities of its softmax, so that its smallest number is the likeliest class; they are shown as they are, each a probability by itself.';

/** How many softmaxes are computed for one picture; NaN where sizes are not known. */
function groupsOf(node: GraphNode, types: Types, batch: number): number {
  const shape = types.get(node.outputs[0]!)?.shape;
  return shape === undefined ? NaN : sizeOf(shape) / batch / lengthOf(node, types);
}

/** How many numbers a softmax runs over; NaN where sizes are not known. */
function lengthOf(node: GraphNode, types: Types): number {
  return types.get(node.outputs[0]!)?.shape.at(numberAttribute(node, 'axis', -1)) ?? NaN;
}

/** Operators that change values between an activation and the output, if only a little. */
const CHANGES: ReadonlySet<string> = new Set([
  ...[
    'Clip',
    'QuantizeLinear',
    'DequantizeLinear',
    'Cast',
    'Mul',
    'Div',
    'Neg',
    'Sub',
    'Add',
    'Log',
    'Exp',
    'Softplus',
  ],
]);

/** The network without its activation and without the rounding behind it; the original output is the second where that matters. */
function without(
  { logits: start, form, tail: { behind, isRounded, factor } }: Omit<ScoreHead, 'softmax'>,
  graph: Graph,
): Pick<Stripped, 'graph' | 'values' | 'form'> {
  const output = graph.outputs[0]!;
  const fresh = freshNames(graph, 'logits');
  const nodes: GraphNode[] = [];
  let logits = start;
  [...behind].reverse().forEach((node, index, chain) => {
    if (CHANGES.has(node.op)) return;
    const outputs = node.outputs.map(() => fresh());
    nodes.push({ ...withoutOrigins(node), inputs: [logits, ...node.inputs.slice(1)], outputs });
    const read = chain[index + 1]?.inputs[0] ?? output;
    logits = outputs[node.outputs.indexOf(read)]!;
  });
  const isPlain = form === 'probabilities' && factor === 1;
  const outputs = isRounded && isPlain ? [logits, output] : [logits];
  return {
    graph: { ...graph, nodes: [...graph.nodes, ...nodes], outputs },
    values: 'open',
    ...(!isPlain && { form: { isLogarithm: form === 'logarithms', factor } }),
  };
}

/** Probabilities instead of `factor` times their logarithms. */
function exponentiated(graph: Graph, factor: number): Pick<Stripped, 'graph'> {
  const output = graph.outputs[0]!;
  const fresh = freshNames(graph, 'probabilities');
  const name = fresh();
  if (factor === 1) {
    const node = { op: 'Exp', inputs: [output], outputs: [name], attributes: {} };
    return { graph: { ...graph, nodes: [...graph.nodes, node], outputs: [name] } };
  }
  const [scale, scaled] = [fresh(), fresh()];
  const nodes = [
    { op: 'Mul', inputs: [output, scale], outputs: [scaled], attributes: {} },
    { op: 'Exp', inputs: [scaled], outputs: [name], attributes: {} },
  ];
  const constants = new Map(graph.constants).set(scale, floats([], [1 / factor]));
  return { graph: { ...graph, constants, nodes: [...graph.nodes, ...nodes], outputs: [name] } };
}
