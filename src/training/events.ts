import { choice, floats, literal, object, variant } from '../core/schema/kinds';
import { count, measured } from '../core/schema/numbers';
import type { Of } from '../core/schema/schema';
import { frame } from './frames/frames';
import { epochResult, runRecord } from './run/record';

const trainerEvents = [
  /** The first event of a run, and after each change of its status. */
  object({ kind: literal('record'), record: runRecord }),
  /** Several minibatches at once, a few times a second; they follow one another. */
  object({
    kind: literal('minibatches'),
    firstStep: count,
    loss: floats,
    accuracy: floats,
    imagesPerSecond: measured,
    remainingSeconds: measured,
  }),
  object({ kind: literal('epoch'), result: epochResult }),
  object({ kind: literal('validating'), done: count, total: count }),
  /** The newest frame, a few times a second. */
  object({ kind: literal('frame'), frame }),
  object({ kind: literal('checkpoint'), step: count }),
] as const;

/** What a training tells while it runs, and before it does. */
export const trainingEvent = variant('kind', [
  /** `done` of `total` while the data set is opened. */
  object({ kind: literal('preparing'), what: choice(['data set', 'network']), done: count, total: count }),
  ...trainerEvents,
]);

export type TrainingEvent = Of<typeof trainingEvent>;
export type TrainerEvent = Exclude<TrainingEvent, { readonly kind: 'preparing' }>;
