import * as tf from '@tensorflow/tfjs-core';

export interface AdamW {
  /** One step against `gradients`, in the order of the variables. */
  step(gradients: readonly tf.Tensor[], learningRate: number): void;
}

interface Moments {
  readonly value: Float32Array;
  readonly first: Float32Array;
  readonly second: Float32Array;
  readonly decay: number;
}

/**
 * Adam with decoupled weight decay (Loshchilov & Hutter 2019) on variables of rank ≥ 2; β₁ = 0.9, β₂ = 0.999, ε = 1e-8.
 *
 * The update runs in plain JavaScript: for a network this small the hundreds of tensor operations of TensorFlow.js's Adam take
 * longer than the arithmetic.
 */
export function createAdamW(variables: readonly tf.Variable[], weightDecay: number): AdamW {
  const moments = variables.map((variable): Moments => {
    const value = Float32Array.from(variable.dataSync());
    const { length } = value;
    return {
      value,
      first: new Float32Array(length),
      second: new Float32Array(length),
      decay: variable.rank >= 2 ? weightDecay : 0,
    };
  });
  let steps = 0;
  return {
    step(gradients, learningRate) {
      steps += 1;
      const firstScale = 1 / (1 - 0.9 ** steps);
      const secondScale = 1 / (1 - 0.999 ** steps);
      variables.forEach((variable, index) => {
        const own = moments[index]!;
        update(own, gradients[index]!.dataSync(), learningRate, firstScale, secondScale);
        tf.tidy(() => variable.assign(tf.tensor(own.value.slice(), variable.shape)));
      });
    },
  };
}

function update(
  { value, first, second, decay }: Moments,
  gradient: ArrayLike<number>,
  learningRate: number,
  firstScale: number,
  secondScale: number,
): void {
  for (let i = 0; i < value.length; i += 1) {
    const slope = gradient[i]!;
    const m = 0.9 * first[i]! + 0.1 * slope;
    const v = 0.999 * second[i]! + 0.001 * slope * slope;
    first[i] = m;
    second[i] = v;
    const direction = (m * firstScale) / (Math.sqrt(v * secondScale) + 1e-8);
    value[i] = value[i]! - learningRate * (direction + decay * value[i]!);
  }
}
