import { describe, expect, it } from 'vitest';
import { summariseMeasurements } from '../../../src/core/result/measurementSummary';
import type { Measurement } from '../../../src/core/result/measurement';
import { isBetter, unbeaten, verdictWords } from '../../../src/core/result/verdict';

function judged(better: 'lower' | 'higher', value: number, random: number, edges: number): Measurement {
  return {
    metric: better === 'lower' ? 'deletion' : 'insertion',
    parameters: {},
    seed: 0,
    better,
    value,
    controls: [
      { id: 'random', value: random },
      { id: 'edges', value: edges },
    ],
    milliseconds: 1,
    warnings: [],
  };
}

describe('the verdict', () => {
  it('is for the map only where both controls are worse', () => {
    expect(verdictWords(judged('lower', 0.1, 0.3, 0.2))).toBe('better than both controls');
    expect(verdictWords(judged('higher', 0.1, 0.3, 0.2))).toBe('no better than a random map or an edge detector');
    expect(verdictWords(judged('higher', 0.25, 0.3, 0.2))).toBe('no better than a random map');
    expect(verdictWords(judged('lower', 0.25, 0.3, 0.2))).toBe('no better than an edge detector');
  });

  it('is against a map that is as good, and none where nothing was measured', () => {
    expect(isBetter('lower', 1, 1)).toBe(false);
    expect(isBetter('higher', 1, 1)).toBe(false);
    expect(unbeaten(judged('lower', 0.2, 0.2, NaN))).toEqual(['random', 'edges']);
    expect(verdictWords(judged('lower', NaN, 0.2, 0.3))).toBe('not measured');
  });
});

describe('over several images', () => {
  it('gives means, their spread and how often each control is beaten', () => {
    const [deletion, insertion] = summariseMeasurements([
      [judged('lower', 1, 2, 0.5), judged('higher', 7, 1, 1)],
      [judged('lower', 3, 2, 9.5), judged('higher', NaN, 1, 1)],
      [judged('lower', 5, 8, 20)],
    ]);
    expect(deletion).toEqual({
      metric: 'deletion',
      better: 'lower',
      images: 3,
      mean: 3,
      deviation: 2,
      controls: [
        { id: 'random', mean: 4, beaten: 2 },
        { id: 'edges', mean: 10, beaten: 2 },
      ],
    });
    expect(insertion).toMatchObject({ images: 1, mean: 7, controls: [{ beaten: 1 }, { beaten: 1 }] });
    expect(insertion!.deviation).toBeNaN();
    expect(summariseMeasurements([])).toEqual([]);
  });
});
