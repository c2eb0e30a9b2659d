import { describe, expect, it } from 'vitest';
import { isCheckpoint, learningRateAt } from '../../src/training/schedule';

describe('the cosine schedule', () => {
  const cosine = { learningRate: 0.4, schedule: 'cosine' } as const;
  const at = (index: number) => learningRateAt(cosine, index, 1000);

  it('rises linearly over 2 % of the run and falls along half a cosine', () => {
    expect(at(0)).toBeCloseTo(0.02, 12);
    expect(at(9)).toBeCloseTo(0.2, 12);
    expect(at(19)).toBeCloseTo(0.4, 12);
    expect(at(20)).toBeCloseTo(0.4, 12);
    expect(at(20 + 490)).toBeCloseTo(0.2, 12);
    expect(at(20 + 980 / 4)).toBeCloseTo(0.2 * (1 + Math.SQRT1_2), 12);
    expect(at(999)).toBeLessThan(1e-5);
    expect(at(999)).toBeGreaterThan(0);
  });

  it('is a learning rate for runs of any length', () => {
    for (let steps = 1; steps < 60; steps++)
      for (let index = 0; index < steps; index++) {
        const rate = learningRateAt(cosine, index, steps);
        expect(rate).toBeGreaterThan(0);
        expect(rate).toBeLessThanOrEqual(0.4);
      }
  });

  it('is not asked where the rate is constant', () => {
    expect(learningRateAt({ ...cosine, schedule: 'constant' }, 999, 1000)).toBe(0.4);
  });
});

describe('checkpoints', () => {
  const kept = (kind: Parameters<typeof isCheckpoint>[0]['kind'], every = 1) =>
    Array.from({ length: 13 }, (_, step) => step).filter((step) => isCheckpoint({ kind, every }, step, 4, 12));

  it('are kept as their schedule says', () => {
    expect(kept('every')).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(kept('every', 5)).toEqual([0, 5, 10]);
    expect(kept('logarithmic')).toEqual([0, 1, 2, 4, 8]);
    expect(kept('epochs')).toEqual([4, 8, 12]);
    expect(kept('end')).toEqual([12]);
  });
});
