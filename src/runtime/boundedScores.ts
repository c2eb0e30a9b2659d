import type { ScoreBounds } from '../core/graph/inspect/scoreBounds';
import { shortNumber } from '../core/graph/inspect/shortNumber';

/** A bound that lets a probability come so near to 1 hides nothing. */
const SURE = 0.999;

/** Are all scores numbers in [0, 1], as probabilities are? */
export function isWithinUnit({ low, high }: ScoreBounds): boolean {
  return low >= 0 && high <= 1;
}

/**
 * What is to be said of scores that can only lie in [low, high] and are taken for logits: their softmax over n classes stays below
 * 1 / (1 + (n − 1)·exp(low − high)), that of one number for two classes below σ(max(−low, high)). Nothing where that is near 1.
 */
export function boundsWarnings(bounds: ScoreBounds | undefined, outputs: number): readonly string[] {
  if (bounds === undefined) return [];
  const { low, high, by } = bounds;
  const most =
    outputs === 1 ? 1 / (1 + Math.exp(-Math.max(-low, high))) : 1 / (1 + (outputs - 1) * Math.exp(low - high));
  if (most >= SURE) return [];
  const how = outputs === 1 ? 'the logistic function of them' : 'their softmax';
  const percent = Number((100 * most).toPrecision(2));
  return [
    `The model's scores can only lie between ${shortNumber(low)} and ${shortNumber(high)} (${by || 'constants'}); they are shown as they are, and probabilities, ${how}, do not exceed ${percent} %.`,
  ];
}
