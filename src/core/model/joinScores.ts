import type { Scores } from './classifier';

/** The scores of all chunks, in their order. */
export function joinScores(parts: readonly Scores[], classes: number): Scores {
  const [only] = parts;
  if (parts.length === 1 && only) return only;
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const logits = new Float32Array(count * classes);
  const probabilities = new Float32Array(count * classes);
  let offset = 0;
  for (const part of parts) {
    logits.set(part.logits, offset);
    probabilities.set(part.probabilities, offset);
    offset += part.count * classes;
  }
  return { logits, probabilities, count, classes };
}
