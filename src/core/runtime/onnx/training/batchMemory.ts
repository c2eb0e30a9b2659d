/** Writes rows with a 1 at each label's place. */
export function fillOneHot(target: Float32Array, labels: ArrayLike<number>, classes: number): void {
  target.fill(0);
  for (let image = 0; image * classes < target.length; image++) {
    const label = labels[image];
    if (label !== undefined && label < classes) target[image * classes + label] = 1;
  }
}

/** Index of the largest of `classes` numbers from `start` on, the first of equals. */
export function winnerAt(scores: Float32Array, start: number, classes: number): number {
  let best = 0;
  for (let index = 1; index < classes; index++) if (scores[start + index]! > scores[start + best]!) best = index;
  return best;
}
