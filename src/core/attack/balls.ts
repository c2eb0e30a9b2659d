import { euclideanNorm } from '../method/numbers';
import { drawNormal, type RandomSource } from '../random';
import type { NormId } from '../result/record';

/** What the changes δ of at most a size ε are in a norm: how to go steepest in it, how to get back into it, a draw from it. */
export interface Ball {
  /** The step of this size that raises a loss of this gradient the most. */
  readonly steepest: (gradient: Float32Array, size: number) => Float32Array;
  /** The nearest δ of norm ≤ ε, to float32 rounding. */
  readonly project: (delta: Float32Array, epsilon: number) => Float32Array;
  /** Drawn evenly from all δ of norm ≤ ε. */
  readonly draw: (random: RandomSource, length: number, epsilon: number) => Float32Array;
}

/** L∞: size·sign(g), sign(0) = 0; elements cut to [−ε, ε]. */
const linf: Ball = {
  steepest: (gradient, size) => gradient.map((value) => size * Math.sign(value)),
  project: (delta, epsilon) => {
    const most = Math.fround(epsilon);
    return delta.map((value) => Math.min(most, Math.max(-most, value)));
  },
  draw: (random, length, epsilon) => Float32Array.from({ length }, () => epsilon * (2 * random() - 1)),
};

/** L2: size·g/‖g‖₂, 0 for g = 0; shortened to ε; a normal draw brought to the length ε·u^(1/n), n the number of elements. */
const l2: Ball = {
  steepest: (gradient, size) => scaledTo(gradient, size),
  project: (delta, epsilon) => (euclideanNorm(delta) > epsilon ? scaledTo(delta, epsilon) : delta),
  draw: (random, length, epsilon) => {
    const direction = Float32Array.from({ length }, () => drawNormal(random));
    return scaledTo(direction, epsilon * random() ** (1 / length));
  },
};

export const balls: Readonly<Record<NormId, Ball>> = { linf, l2 };

function scaledTo(values: Float32Array, length: number): Float32Array {
  const norm = euclideanNorm(values);
  const factor = norm === 0 ? 0 : length / norm;
  return values.map((value) => factor * value);
}
