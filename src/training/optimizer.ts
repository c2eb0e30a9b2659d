import type { TrainableWeight } from '../core/model/trainableNetwork';
import type { OptimizerOptions } from './options';

/** Moves the weights of a network against their gradients. */
export interface Optimizer {
  /** θₙ → θₙ₊₁ from the weights' `gradient`; allocates nothing. */
  update(learningRate: number): void;
  readonly state: OptimizerState;
  /** Goes on from a kept state. Throws `RangeError` for one of other weights or of another kind. */
  restore(state: OptimizerState): void;
}

/** What an optimiser remembers between updates. */
export interface OptimizerState {
  readonly updates: number;
  /** Per weight one (momentum) or two (Adam) arrays of its length, all of the first kind first; shared, not copied. */
  readonly moments: readonly Float32Array[];
}

const FIRST_DECAY = 0.9;
const SECOND_DECAY = 0.999;
const EPSILON = 1e-8;

/**
 * An optimiser of the trainable ones of `weights`, with learning rate η and gradient g:
 *
 * - `sgd`: θ ← θ − η·g.
 * - `momentum`: v ← μ·v + g; θ ← θ − η·v, v₀ = 0, as PyTorch defines it (Sutskever et al. 2013 have η inside v).
 * - `adam` (Kingma & Ba 2015): m ← β₁·m + (1 − β₁)·g; v ← β₂·v + (1 − β₂)·g²; θ ← θ − η·m̂/(√v̂ + ε), m̂ = m/(1 − β₁ᵗ),
 *   v̂ = v/(1 − β₂ᵗ), β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸ outside the root.
 *
 * Weight decay is decoupled for all of them (Loshchilov & Hutter 2019): before the update θ ← θ·(1 − η·λ), for kernels
 * (rank ≥ 2) only. Arithmetic in float64, values kept in float32.
 */
export function createOptimizer(weights: readonly TrainableWeight[], options: OptimizerOptions): Optimizer {
  const trained = weights.filter(({ trainable }) => trainable);
  const kinds = { sgd: 0, momentum: 1, adam: 2 }[options.kind];
  const moments = Array.from({ length: kinds }, () => trained.map(({ values }) => new Float32Array(values.length)));
  let updates = 0;

  return {
    update(learningRate) {
      updates++;
      for (const [index, { values, gradient, shape }] of trained.entries()) {
        const keep = shape.length >= 2 ? 1 - learningRate * options.weightDecay : 1;
        if (options.kind === 'sgd') descend(values, gradient, keep, learningRate);
        else if (options.kind === 'momentum')
          roll(values, gradient, moments[0]![index]!, keep, learningRate, options.momentum);
        else {
          const root = Math.sqrt(1 - SECOND_DECAY ** updates);
          const step = (learningRate * root) / (1 - FIRST_DECAY ** updates);
          adapt(values, gradient, moments[0]![index]!, moments[1]![index]!, keep, step, EPSILON * root);
        }
      }
    },
    get state() {
      return { updates, moments: moments.flat() };
    },
    restore(state) {
      const own = moments.flat();
      if (state.moments.length !== own.length || own.some(({ length }, i) => length !== state.moments[i]!.length))
        throw new RangeError('The kept state of the optimiser is of other weights');
      own.forEach((target, index) => target.set(state.moments[index]!));
      updates = state.updates;
    },
  };
}

function descend(values: Float32Array, gradient: Float32Array, keep: number, rate: number): void {
  for (let i = 0; i < values.length; i++) values[i] = values[i]! * keep - rate * gradient[i]!;
}

function roll(
  values: Float32Array,
  gradient: Float32Array,
  velocity: Float32Array,
  keep: number,
  rate: number,
  momentum: number,
): void {
  for (let i = 0; i < values.length; i++) {
    const v = momentum * velocity[i]! + gradient[i]!;
    velocity[i] = v;
    values[i] = values[i]! * keep - rate * v;
  }
}

/** With r = √(1 − β₂ᵗ), multiplied through to save a division: `step` = η·r/(1 − β₁ᵗ), `epsilon` = ε·r. */
function adapt(
  values: Float32Array,
  gradient: Float32Array,
  first: Float32Array,
  second: Float32Array,
  keep: number,
  step: number,
  epsilon: number,
): void {
  for (let i = 0; i < values.length; i++) {
    const g = gradient[i]!;
    const m = FIRST_DECAY * first[i]! + (1 - FIRST_DECAY) * g;
    const v = SECOND_DECAY * second[i]! + (1 - SECOND_DECAY) * g * g;
    first[i] = m;
    second[i] = v;
    values[i] = values[i]! * keep - (step * m) / (Math.sqrt(v) + epsilon);
  }
}
