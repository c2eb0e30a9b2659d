import { UserError } from '../../core/errors';
import type { Graph } from '../../core/graph/graph';
import { ancestorsOf, nearestOf, producersOf } from '../../core/graph/inspect/producers';
import { movedFrom, type Types } from '../../core/graph/inspect/scoreTail';
import { scaledScores } from '../../core/graph/inspect/scaledScores';
import { WEIGHTED_SUMS } from '../../core/graph/inspect/scoreValues';
import { stripActivation, type Stripped } from '../../core/graph/passes/stripActivation';
import { looksLikeScores, scoresOf, type OutputCandidate } from '../outputs';
import type { ReadModel } from './readGraph';

/** The network with the value `wanted` as its output, if no output but a value within has that name. */
export function withNamedValue(graph: Graph, wanted: string | undefined, aliases: ReadModel['aliases']): Graph {
  if (wanted === undefined || graph.outputs.includes(wanted)) return graph;
  if ([...aliases.values()].some((names) => names.includes(wanted))) return graph;
  const isWithin = graph.nodes.some(({ outputs }) => outputs.includes(wanted));
  return isWithin ? { ...graph, outputs: [...graph.outputs, wanted] } : graph;
}

/** An output, and the network that puts out its scores alone, its final activation taken off. */
export interface NetworkOutput extends OutputCandidate {
  readonly stripped: Stripped;
}

/** The outputs of a network whose every shape is known at the batch size `unit`. */
export function networkOutputs(
  graph: Graph,
  types: Types,
  { aliases }: Pick<ReadModel, 'aliases'>,
  unit: number,
): readonly NetworkOutput[] {
  const candidates = graph.outputs.map((name): NetworkOutput => {
    const type = types.get(name);
    const stripped = stripActivation({ ...graph, outputs: [name] }, types, unit);
    const { activation, values } = stripped;
    return {
      name,
      stripped,
      aliases: aliases.get(name) ?? [],
      ...(type && { shape: type.shape, isInteger: type.type !== 'float32' && type.type !== 'bool' }),
      isFinal: activation !== 'logits' || values === 'unit',
      isWeighed: activation === 'logits' && values === 'open',
    };
  });
  return withFeeders(graph, candidates);
}

/** The same of a network with operators that are not known, from what its file says. */
export function declaredCandidates({ graph, declared, aliases }: ReadModel): readonly OutputCandidate[] {
  const candidates = graph.outputs.map((name) => ({
    name,
    aliases: aliases.get(name) ?? [],
    ...declared.get(name),
    isFinal: scaledScores(graph, name).values === 'unit',
  }));
  return withFeeders(graph, candidates);
}

/** The candidates, with those marked that scores are made of (features), and that are made of scores (the largest of them). */
function withFeeders<Candidate extends OutputCandidate>(
  graph: Graph,
  candidates: readonly Candidate[],
): readonly Candidate[] {
  if (candidates.length === 1) return candidates;
  const producers = producersOf(graph);
  const made = new Map(candidates.map(({ name }) => [name, ancestorsOf(name, producers)]));
  const sums = new Map(candidates.map(({ name }) => [name, nearestOf(name, WEIGHTED_SUMS, producers)]));
  const feeds = (one: OutputCandidate, other: OutputCandidate): boolean =>
    made.get(other.name)!.has(movedFrom(one.name, producers)) &&
    !made.get(one.name)!.has(movedFrom(other.name, producers));
  // Rectified features and scores branch off one value, which the scores weigh once more.
  const isEarlier = (one: OutputCandidate, other: OutputCandidate): boolean =>
    !one.isFinal &&
    sums.get(one.name)!.length > 0 &&
    sums.get(one.name)!.every((sum) => made.get(other.name)!.has(sum)) &&
    sums.get(other.name)!.some((sum) => !made.get(one.name)!.has(sum));
  const isSummary = (one: OutputCandidate, other: OutputCandidate): boolean =>
    one.isFinal && scoresOf(one) > 1 && scoresOf(other) === 1 && feeds(one, other);
  const goesBefore = (other: OutputCandidate, one: OutputCandidate): boolean =>
    isSummary(other, one) || ((feeds(one, other) || isEarlier(one, other)) && !isSummary(one, other));
  const likely = candidates.filter(
    ({ isInteger, shape }) => isInteger !== true && (shape === undefined || looksLikeScores(shape)),
  );
  return candidates.map((one) => ({
    ...one,
    feedsAnother: one.isInteger !== true && likely.some((other) => other !== one && goesBefore(other, one)),
  }));
}

/** Throws `UserError('model-unsupported')` unless an output of this shape holds scores. */
export function refuseOtherOutputs(shape: readonly number[] | undefined, unit: number): void {
  if (shape === undefined || (looksLikeScores(shape) && (unit === 1 || shape[0] === unit))) return;
  const pictures = unit === 1 ? 'one picture' : `${unit} pictures`;
  throw new UserError(
    'model-unsupported',
    `The model puts out [${shape.join(', ')}] for ${pictures}, not one score for each class.`,
    'Choose an image classifier.',
  );
}
