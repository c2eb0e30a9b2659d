import type { History } from '../../../src/training/run/contents';

/** Loss and accuracy of the minibatches so far; grows in place while a run is live. */
export interface GrowingHistory {
  readonly length: () => number;
  readonly loss: () => Float32Array;
  readonly accuracy: () => Float32Array;
  /**
   * Takes the minibatches from number `firstStep` (1-based) on. What lay there or after is replaced: a continued run starts at its
   * last state. Missed minibatches are NaN; steps beyond `mostSteps` are refused.
   */
  readonly append: (firstStep: number, loss: Float32Array, accuracy: Float32Array, mostSteps: number) => void;
}

export function createHistory(initial: History): GrowingHistory {
  let loss = initial.loss.slice();
  let accuracy = initial.accuracy.slice();
  let count = Math.min(loss.length, accuracy.length);

  function reserve(needed: number): void {
    if (needed <= loss.length) return;
    const room = Math.max(needed, 2 * loss.length, 1024);
    loss = grown(loss, room);
    accuracy = grown(accuracy, room);
  }

  return {
    length: () => count,
    loss: () => loss.subarray(0, count),
    accuracy: () => accuracy.subarray(0, count),
    append(firstStep, newLoss, newAccuracy, mostSteps) {
      const start = firstStep - 1;
      const end = start + newLoss.length;
      if (start < 0 || newLoss.length !== newAccuracy.length || end > mostSteps) return;
      reserve(end);
      loss.fill(NaN, Math.min(count, start), start);
      accuracy.fill(NaN, Math.min(count, start), start);
      loss.set(newLoss, start);
      accuracy.set(newAccuracy, start);
      count = end;
    },
  };
}

function grown(values: Float32Array, length: number): Float32Array<ArrayBuffer> {
  const larger = new Float32Array(length);
  larger.set(values);
  return larger;
}
