import type { Scores } from '../core/model/classifier';
import type { ScoreRule } from '../core/model/objectives';

/** What a network puts out for a batch. */
export interface RawScores {
  /** count × outputs, its final activation taken off. */
  readonly raw: Float32Array;
  /** The same as its file has it, where that is rounded behind the activation. */
  readonly own?: Float32Array;
}

/**
 * The scores with the probabilities that the model itself puts out where they are not just those of its logits: rounded to 8 bits,
 * or given as probabilities, or as percentages, to begin with. One number p for two classes stands for 1 − p and p.
 */
export function withOwnProbabilities(scores: Scores, { raw, own }: RawScores, rule: ScoreRule): Scores {
  const { activation, whole = 1 } = rule;
  const isGiven = activation === 'probabilities' || activation === 'independent-probabilities';
  const given = own ?? (isGiven ? raw.map((each) => each / whole) : undefined);
  if (given === undefined) return scores;
  const p = given.subarray(0, scores.count * rule.outputs);
  if (!rule.binary) return { ...scores, probabilities: p.slice() };
  const both = Float32Array.from({ length: 2 * scores.count }, (_, at) =>
    at % 2 === 0 ? 1 - p[at >> 1]! : p[at >> 1]!,
  );
  return { ...scores, probabilities: both };
}
