import type { Scores } from '../model/classifier';
import type { ClassScore } from './record';

export interface RankOptions {
  /** How many of the most probable classes; absent: all. */
  readonly top?: number;
  /** Indices that are listed even where they are not among the top (the chosen class, the label). */
  readonly always?: readonly number[];
}

/** The most probable class of image `row`; of equal ones the first, NaN last. */
export function topClass({ probabilities, classes }: Scores, row: number): number {
  let top = 0;
  let largest = -Infinity;
  for (let index = 0; index < classes; index++) {
    const probability = probabilities[row * classes + index]!;
    if (!(probability > largest)) continue;
    largest = probability;
    top = index;
  }
  return top;
}

/**
 * Classes of image `row`, most probable first: the `top` most probable and those in `always`. Ties: the lower index first;
 * NaN last. A class without a name is named by its index.
 */
export function rankClasses(
  scores: Scores,
  row: number,
  names: readonly string[],
  { top = scores.classes, always = [] }: RankOptions = {},
): ClassScore[] {
  const start = row * scores.classes;
  const probability = (index: number) => scores.probabilities[start + index]!;
  const sortKey = (index: number) => (Number.isNaN(probability(index)) ? -Infinity : probability(index));
  const order = Array.from({ length: scores.classes }, (_, index) => index).sort((a, b) =>
    sortKey(a) === sortKey(b) ? a - b : sortKey(b) - sortKey(a),
  );
  const wanted = new Set(always);
  return order
    .filter((index, rank) => rank < top || wanted.has(index))
    .map((index) => ({
      index,
      name: names[index] ?? String(index),
      logit: scores.logits[start + index]!,
      probability: probability(index),
    }));
}
