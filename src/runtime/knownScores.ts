import type { ScoreBounds } from '../core/graph/inspect/scoreBounds';
import type { ScoreValues } from '../core/graph/inspect/scoreValues';
import type { ScoreForm } from '../core/graph/passes/stripActivation';

/** What another reading of the same model found of its scores; what it could not tell is absent. */
export interface KnownScores {
  /** Which output holds them, and what is to be said of the choice. */
  readonly choice?: { readonly index: number; readonly warnings: readonly string[] };
  /** The activation that can be taken off without changing what the scores mean. */
  readonly activation?: 'logits' | 'softmax' | 'sigmoid';
  /** What the structure says of each output. */
  readonly values: readonly ScoreValues[];
  /** Between which numbers the structure keeps the scores. */
  readonly bounds?: ScoreBounds;
  /** What the output is of the probabilities that `activation` makes; absent: just them. */
  readonly form?: ScoreForm;
}
