import { numberAttribute, type Graph, type GraphNode } from '../graph';
import { withKnownConstants } from '../inspect/knownConstants';
import { producersOf } from '../inspect/producers';
import { scoreTail, type ScoreTail, type Types } from '../inspect/scoreTail';
import { typesOf } from '../inspect/types';
import { scaledScores, type ScaledScores } from '../inspect/scaledScores';
import { operators } from '../ops/registry';
import { withoutOrigins } from '../origins';
import { sizeOf } from '../tensor';
import { sigmoidPair } from './sigmoidPair';

/** `values` and `whole`: what the structure says of scores that nothing was taken off of. */
export interface Stripped extends ScaledScores {
  /**
   * Its first output are the scores. Where what the network does behind its activation rounds them, its own output is the second.
   */
  readonly graph: Graph;
  /** The activation that was taken off; `logits`: none was. */
  readonly activation: 'logits' | 'softmax' | 'sigmoid';
  /** Why an activation was left, one sentence for people. */
  readonly warnings: readonly string[];
}

const MARK = '\u2032';

/**
 * Takes a final softmax, log-softmax or sigmoid off, found by what makes the output and not by its name, so that the graph puts
 * out logits. Behind it may stand whatever moves or rounds scores; a softmax of which only some scores are given, or over groups
 * of them, is no single answer and stays. Log-softmax outputs differ from logits by a constant per image and are kept as logits
 * of their own softmax; one sigmoid given with what is left of it becomes the log-odds of both. `types`: of the graph at the batch
 * size `batch`; by default of one picture.
 */
export function stripActivation(graph: Graph, types: Types = typesOf(graph, 1, operators), batch = 1): Stripped {
  const output = graph.outputs[0]!;
  const tail = scoreTail(withKnownConstants(graph), output, types);
  const { node } = tail;
  const left = (warnings: readonly string[] = []): Stripped => ({
    graph,
    activation: 'logits',
    ...scaledScores(graph, output),
    warnings,
  });
  if (node === undefined) return left();
  if (node.op === 'Sigmoid') return { ...without(node, tail, graph), activation: 'sigmoid' };
  const odds = sigmoidPair(node, graph, types, batch);
  if (odds !== undefined)
    return { ...without({ ...node, inputs: [odds.logits] }, tail, odds.graph), activation: 'sigmoid' };
  const made = softmaxAt(node, graph);
  if (made === undefined) return left();
  const [softmax, last = softmax] = made;
  const logarithms = last.op === 'LogSoftmax' || last.op === 'Log';
  const groups = groupsOf(softmax, types, batch);
  if (groups === 1 && !tail.isSelection && !(logarithms && (tail.isRounded || tail.isScaled)))
    return { ...without(softmax, tail, graph), activation: 'softmax' };
  if (logarithms && groups === 1 && !tail.isSelection) return left();
  const why =
    groups > 1
      ? `The model's softmax runs over ${groups} groups of its scores, each an answer of its own, so every score is read as a probability by itself.`
      : "The model gives some of its softmax's probabilities only, so each is read as a probability by itself.";
  return logarithms ? { ...exponentiated(graph), activation: 'logits', values: 'unit', warnings: [why] } : left([why]);
}

/** A softmax as one operator, or as the logarithm or power of one. The first node makes the softmax, the last what stands for it. */
function softmaxAt(node: GraphNode, graph: Graph): readonly [GraphNode, GraphNode?] | undefined {
  if (node.op === 'Softmax' || node.op === 'LogSoftmax') return [node];
  const inner = node.op === 'Exp' ? 'LogSoftmax' : node.op === 'Log' ? 'Softmax' : undefined;
  const before = inner && producersOf(graph).get(node.inputs[0]!);
  return before !== undefined && before.op === inner ? [before, node] : undefined;
}

/** How many softmaxes are computed for one picture; NaN where sizes are not known. */
function groupsOf(node: GraphNode, types: Types, batch: number): number {
  const shape = types.get(node.outputs[0]!)?.shape;
  if (shape === undefined) return NaN;
  const axis = numberAttribute(node, 'axis', -1);
  return sizeOf(shape) / batch / (shape.at(axis) ?? NaN);
}

/** Operators that change values between an activation and the output, if only a little. */
const CHANGES: ReadonlySet<string> = new Set(['Clip', 'QuantizeLinear', 'DequantizeLinear', 'Cast', 'Mul', 'Div']);

/** The network without `activation` and without the rounding behind it; the original output is the second where that matters. */
function without(
  activation: GraphNode,
  { behind, isRounded, isScaled }: ScoreTail,
  graph: Graph,
): Pick<Stripped, 'graph' | 'values' | 'warnings'> {
  const output = graph.outputs[0]!;
  const fresh = namesBeside(graph);
  const nodes: GraphNode[] = [];
  let logits = activation.inputs[0]!;
  [...behind].reverse().forEach((node, index, chain) => {
    if (CHANGES.has(node.op)) return;
    const outputs = node.outputs.map(fresh);
    nodes.push({ ...withoutOrigins(node), inputs: [logits, ...node.inputs.slice(1)], outputs });
    const read = chain[index + 1]?.inputs[0] ?? output;
    logits = outputs[node.outputs.indexOf(read)]!;
  });
  const outputs = isRounded && !isScaled ? [logits, output] : [logits];
  return { graph: { ...graph, nodes: [...graph.nodes, ...nodes], outputs }, values: 'open', warnings: [] };
}

/** Gives values names that none has yet, close to the old ones. */
function namesBeside(graph: Graph): (name: string) => string {
  const taken = new Set([...graph.nodes.flatMap(({ outputs }) => outputs), ...graph.constants.keys()]);
  return (name) => {
    let free = `${name}${MARK}`;
    while (taken.has(free)) free += MARK;
    taken.add(free);
    return free;
  };
}

/** Probabilities instead of their logarithms. */
function exponentiated(graph: Graph): Pick<Stripped, 'graph'> {
  const output = graph.outputs[0]!;
  const name = namesBeside(graph)(output);
  const node = { op: 'Exp', inputs: [output], outputs: [name], attributes: {} };
  return { graph: { ...graph, nodes: [...graph.nodes, node], outputs: [name] } };
}
