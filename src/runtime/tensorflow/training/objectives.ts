import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { crossEntropyAt, predictedAt } from '../../../core/model/crossEntropy';

/** What is differentiated: per row of the logits its value and the derivative of the sum with respect to them. */
interface Seeds {
  readonly value: number;
  readonly seeds: Float32Array;
}

/** A function of logits, count × classes, worked out beside the backend. */
export function objectiveOf(compute: (logits: Float32Array, classes: number) => Seeds): (logits: Tensor) => Tensor {
  return tf.customGrad((raw: Tensor | tf.GradSaveFunc) => {
    const shape = (raw as Tensor).shape as [number, number];
    const { value, seeds } = compute((raw as Tensor).dataSync() as Float32Array, shape[1]);
    return { value: tf.scalar(value), gradFunc: () => tf.tensor2d(seeds, shape) };
  });
}

/** Σ over rows of weight · J, J = −log softmax(z)[y]; ∂J/∂z = softmax(z) − onehot(y). Labels from row `first` on. */
export function crossEntropySeeds(
  logits: Float32Array,
  classes: number,
  labels: ArrayLike<number>,
  weight: number,
  rows: { readonly first: number; readonly count: number },
  seeds: Float32Array,
): number {
  let sum = 0;
  for (let row = 0; row < rows.count; row++) {
    const start = (rows.first + row) * classes;
    const label = labels[row]!;
    const loss = crossEntropyAt(logits, start, classes, label);
    const logSum = loss + logits[start + label]!;
    sum += loss;
    for (let k = 0; k < classes; k++) seeds[start + k] = weight * Math.exp(logits[start + k]! - logSum);
    seeds[start + label] = weight * (Math.exp(-loss) - 1);
  }
  return sum * weight;
}

/** How many of `count` rows are largest at their label. */
export function countCorrect(logits: Float32Array, classes: number, labels: ArrayLike<number>, count: number): number {
  let correct = 0;
  for (let row = 0; row < count; row++) if (predictedAt(logits, row * classes, classes) === labels[row]) correct++;
  return correct;
}
