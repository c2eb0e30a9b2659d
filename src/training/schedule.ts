import type { CheckpointSchedule, OptimizerOptions } from './options';

const WARM_UP_SHARE = 0.02;

/**
 * Learning rate of minibatch `index` (from 0) of `steps`. `constant`: η. `cosine`: over the first w = ⌈0.02·steps⌉ minibatches
 * η·(index + 1)/w, then ½·η·(1 + cos(π·(index − w)/(steps − w))), without restarts (Loshchilov & Hutter 2017).
 */
export function learningRateAt(
  { learningRate, schedule }: Pick<OptimizerOptions, 'learningRate' | 'schedule'>,
  index: number,
  steps: number,
): number {
  if (schedule === 'constant') return learningRate;
  const warmUp = Math.ceil(WARM_UP_SHARE * steps);
  if (index < warmUp) return (learningRate * (index + 1)) / warmUp;
  return 0.5 * learningRate * (1 + Math.cos((Math.PI * (index - warmUp)) / (steps - warmUp)));
}

/** Whether the weights after `step` minibatches of `steps` are kept; `epochSteps` minibatches are an epoch. */
export function isCheckpoint(
  { kind, every }: CheckpointSchedule,
  step: number,
  epochSteps: number,
  steps: number,
): boolean {
  switch (kind) {
    case 'every':
      return step % every === 0;
    case 'logarithmic':
      return Number.isInteger(Math.log2(Math.max(1, step)));
    case 'epochs':
      return step > 0 && step % epochSteps === 0;
    case 'end':
      return step === steps;
  }
}
