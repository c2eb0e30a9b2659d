import type { ScoreHead } from '../../core/graph/inspect/scoreHead';
import type { ScoreValues } from '../../core/graph/inspect/scoreValues';

/** Makes of the numbers that a file puts out what they stand for. */
export interface TurnedScores {
  readonly turn: (raw: Float32Array) => Float32Array;
  /** Of what comes out. */
  readonly values: ScoreValues;
}

/**
 * How to read k·log p of a softmax (as log p), k·log σ(z) (as probabilities) and −p; undefined for numbers that are to be taken as
 * they are.
 */
export function turnScores(head: ScoreHead | undefined): TurnedScores | undefined {
  if (head === undefined || head.form === 'complements') return undefined;
  const { softmax, form, tail } = head;
  const divided: TurnedScores['turn'] = (raw) => raw.map((value) => value / tail.factor);
  if (form === 'probabilities') return tail.factor < 0 ? { turn: divided, values: 'unit' } : undefined;
  if (softmax === undefined) return { turn: (raw) => divided(raw).map(Math.exp), values: 'unit' };
  return tail.factor === 1 ? undefined : { turn: divided, values: 'open' };
}
