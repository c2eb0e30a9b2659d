import { describe, expect, it } from 'vitest';
import { mapStatistics } from '../../../src/core/result/statistics';

const statisticsOf = (...data: number[]) =>
  mapStatistics({ data: Float32Array.from(data), height: 1, width: data.length, channels: 1 });

describe('mapStatistics', () => {
  it('measures an ordinary map', () => {
    expect(statisticsOf(-2, 0.5, 1, 0)).toEqual({
      minimum: -2,
      maximum: 1,
      sum: -0.5,
      absoluteSum: 3.5,
      nonFinite: 0,
      state: 'ordinary',
    });
  });

  it('tells zero, constant and non-finite maps apart', () => {
    expect(statisticsOf(0, -0, 0).state).toBe('zero');
    expect(statisticsOf(3, 3, 3)).toMatchObject({ state: 'constant', minimum: 3, maximum: 3, sum: 9 });
    expect(statisticsOf(1, NaN, -Infinity, 2)).toEqual({
      minimum: 1,
      maximum: 2,
      sum: 3,
      absoluteSum: 3,
      nonFinite: 2,
      state: 'non-finite',
    });
  });

  it('is plain JSON even where no element is finite', () => {
    const statistics = statisticsOf(NaN, NaN);
    expect(JSON.parse(JSON.stringify(statistics))).toEqual({
      minimum: 0,
      maximum: 0,
      sum: 0,
      absoluteSum: 0,
      nonFinite: 2,
      state: 'non-finite',
    });
  });

  it('sums in float64: cancelling terms larger than float32 can hold together', () => {
    expect(statisticsOf(2 ** 30, 0.25, -(2 ** 30)).sum).toBe(0.25);
  });
});
