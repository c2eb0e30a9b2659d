import type { NumberSchema } from '../../../src/core/schema/numbers';
import type { Asked } from '../../../src/core/schema/words';
import type { TrainingOptions } from '../../../src/training/options';
import { trainingOptions } from '../../../src/training/options';
import type { NumberSpec } from '../../controls/numberField';
import { numberSpec, shownOf, valueOf } from '../../controls/numberSpec';

/** A number among the options: how it is asked for, and where it belongs. */
export interface OptionField {
  readonly spec: NumberSpec;
  readonly get: (options: TrainingOptions) => number;
  readonly set: (options: TrainingOptions, value: number) => TrainingOptions;
  /** Hidden while it has no effect. */
  readonly applies?: (options: TrainingOptions) => boolean;
}

type NumberKey<T> = { [Key in keyof T]: T[Key] extends number ? Key : never }[keyof T] & string;
type Group = 'optimizer' | 'augmentation' | 'checkpoints' | 'watch';

const { entries } = trainingOptions;

function top(key: NumberKey<TrainingOptions>): OptionField {
  const schema = entries[key];
  return {
    spec: numberSpec(schema),
    get: (options) => shownOf(schema, options[key]),
    set: (options, shown) => ({ ...options, [key]: valueOf(schema, shown) }),
  };
}

function inGroup<G extends Group>(
  group: G,
  key: NumberKey<TrainingOptions[G]>,
  applies?: OptionField['applies'],
): OptionField {
  const schemas: object = entries[group].entries;
  const schema = (schemas as Readonly<Record<string, Asked<NumberSchema>>>)[key]!;
  return {
    spec: numberSpec(schema),
    get: (options) => shownOf(schema, options[group][key] as number),
    set: (options, shown) => ({ ...options, [group]: { ...options[group], [key]: valueOf(schema, shown) } }),
    ...(applies ? { applies } : {}),
  };
}

export const epochs = top('epochs');
export const batchSize = top('batchSize');
export const learningRate = inGroup('optimizer', 'learningRate');
export const momentum = inGroup('optimizer', 'momentum', ({ optimizer }) => optimizer.kind === 'momentum');
export const weightDecay = inGroup('optimizer', 'weightDecay');
export const validationShare = top('validationShare');
export const seed = top('seed');
export const shift = inGroup('augmentation', 'shift');
export const crop = inGroup('augmentation', 'crop');
export const checkpointEvery = inGroup('checkpoints', 'every', ({ checkpoints }) => checkpoints.kind === 'every');
export const watchEvery = inGroup('watch', 'every');
export const frameSide = inGroup('watch', 'frameSide');
