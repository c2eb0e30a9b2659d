/**
 * Cross-entropy of one image, J = log Σ exp(z) − z_label, from logits z, `classes` of them from `start` on; stable for large
 * logits. Source: the log-sum-exp identity.
 */
export function crossEntropyAt(logits: Float32Array, start: number, classes: number, label: number): number {
  return logSumExp(logits, start, classes) - logits[start + label]!;
}

/** Softmax probability of `index` among the `classes` logits from `start` on. */
export function probabilityAt(logits: Float32Array, start: number, classes: number, index: number): number {
  return Math.exp(logits[start + index]! - logSumExp(logits, start, classes));
}

/** Place of the largest of the `classes` logits from `start` on; of equal ones the first. */
export function predictedAt(logits: Float32Array, start: number, classes: number): number {
  let best = 0;
  for (let k = 1; k < classes; k++) if (logits[start + k]! > logits[start + best]!) best = k;
  return best;
}

function logSumExp(logits: Float32Array, start: number, classes: number): number {
  const largest = logits[start + predictedAt(logits, start, classes)]!;
  let sum = 0;
  for (let k = 0; k < classes; k++) sum += Math.exp(logits[start + k]! - largest);
  return largest + Math.log(sum);
}
