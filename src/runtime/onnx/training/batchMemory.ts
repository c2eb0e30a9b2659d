/** Writes rows with a 1 at each label's place. */
export function fillOneHot(target: Float32Array, labels: ArrayLike<number>, classes: number): void {
  target.fill(0);
  for (let image = 0; image * classes < target.length; image++) {
    const label = labels[image];
    if (label !== undefined && label < classes) target[image * classes + label] = 1;
  }
}
