import { describe, expect, it } from 'vitest';
import { correlation, ranks, ranksOfMagnitudes, spearman } from '../../../src/core/evaluation/rankCorrelation';

describe('spearman', () => {
  it('is 1 for any rising, −1 for any falling relation', () => {
    const x = [3, -1, 10, 4, 0.5];
    expect(spearman(x, x.map(Math.exp))).toBeCloseTo(1, 12);
    expect(
      spearman(
        x,
        x.map((value) => -(value ** 3)),
      ),
    ).toBeCloseTo(-1, 12);
  });

  it('gives ties the mean of their ranks', () => {
    expect(Array.from(ranks([10, 20, 20, 5]))).toEqual([2, 3.5, 3.5, 1]);
    // ρ = 4.5 / √(4.5 · 5), by hand.
    expect(spearman([1, 2, 2, 3], [1, 3, 2, 4])).toBeCloseTo(0.9486832980505138, 12);
    // The example of scipy.stats.spearmanr's documentation.
    expect(spearman([1, 2, 3, 4, 5], [5, 6, 7, 8, 7])).toBeCloseTo(0.8207826816681233, 12);
  });

  it('is 1 − 6Σd²/(n(n² − 1)) without ties', () => {
    const a = [4, 1, 3, 2, 6, 5];
    const b = [1, 3, 2, 6, 5, 4];
    const squares = a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0);
    expect(spearman(a, b)).toBeCloseTo(1 - (6 * squares) / (6 * 35), 12);
  });

  it('is NaN where one list is constant', () => {
    expect(spearman([1, 1, 1], [1, 2, 3])).toBeNaN();
    expect(() => correlation(new Float64Array(2), new Float64Array(3))).toThrow(RangeError);
  });
});

it('counts the ranks of bytes as sorting finds them', () => {
  const bytes = Int8Array.from({ length: 500 }, (_, i) => ((i * 7919) % 255) - 127);
  expect(ranksOfMagnitudes(bytes)).toEqual(ranks(Array.from(bytes, Math.abs)));
  expect(Array.from(ranksOfMagnitudes(new Int8Array([-3, 0, 3, 1])))).toEqual([3.5, 1, 3.5, 2]);
});
