import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/errors';
import { check } from '../../src/core/schema/check';
import { datasetRequest } from '../../src/training/data/dataset';
import { DEFAULT_TRAINING, trainingOptions, type TrainingOptions } from '../../src/training/options';

function refusal(options: unknown): UserError {
  try {
    check(trainingOptions, options);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('nothing is refused');
}

const change = (part: object) => ({ ...DEFAULT_TRAINING, ...part });

describe('the options of a training', () => {
  it('by default are allowed', () => {
    expect(() => check(trainingOptions, DEFAULT_TRAINING)).not.toThrow();
  });

  it.each<[Partial<TrainingOptions>, string, string]>([
    [{ batchSize: 65_536 }, 'The minibatch size cannot be 65536.', 'Use a whole number from 1 to 4096.'],
    [{ epochs: 1.5 }, 'The number of epochs cannot be 1.5.', 'Use a whole number from 1 to 100000.'],
    [{ validationShare: 0.95 }, 'The share held out for validation cannot be 0.95.', 'Use a number from 0 to 0.9.'],
    [
      { optimizer: { ...DEFAULT_TRAINING.optimizer, learningRate: 0 } },
      'The learning rate cannot be 0.',
      'Use a number above 0 and up to 1000.',
    ],
    [
      { watch: { ...DEFAULT_TRAINING.watch, every: 0 } },
      'The number of minibatches between two looks at the watched images cannot be 0.',
      'Use a whole number from 1 to 1000000000.',
    ],
    [
      { optimizer: { ...DEFAULT_TRAINING.optimizer, kind: 'magic' as 'sgd' } },
      'The optimiser cannot be magic.',
      'Use one of "adam", "momentum", "sgd".',
    ],
  ])('%j are refused in a sentence', (part, message, hint) => {
    expect(refusal(change(part))).toMatchObject({ code: 'parameter', message, hint });
  });

  it('say what is missing, and which class name is too long to be one', () => {
    const { seed, ...rest } = DEFAULT_TRAINING;
    expect(refusal(rest).message).toBe('The seed cannot be left out.');
    expect(seed).toBe(0);
    expect(() => check(datasetRequest, { path: '/x', classes: ['a', 'b'.repeat(2000)] })).toThrow(
      /^The list of classes cannot be b{60}…\.$/,
    );
  });
});
