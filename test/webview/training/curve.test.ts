import { describe, expect, it } from 'vitest';
import { decimate, smooth } from '../../../webview-ui/training/logic/curve';

describe('smooth', () => {
  it('starts at the first value and leaves a constant as it is', () => {
    for (const value of smooth(new Float32Array(50).fill(3), 0.9)) expect(value).toBeCloseTo(3, 5);
  });

  it('is the weighted mean of all values so far', () => {
    const values = Float32Array.of(5, 1, 4, 2);
    const weight = 0.7;
    const weights = [...values].map((_, index) => weight ** (values.length - 1 - index));
    const expected =
      values.reduce((sum, value, index) => sum + value * weights[index]!, 0) / weights.reduce((sum, one) => sum + one);
    expect(smooth(values, weight).at(-1)).toBeCloseTo(expected, 6);
  });

  it('passes over values that are not finite', () => {
    const smoothed = smooth(Float32Array.of(2, NaN, 2, Infinity, 2), 0.5);
    expect([...smoothed]).toEqual([2, NaN, 2, Infinity, 2]);
  });
});

describe('decimate', () => {
  it('keeps a short curve whole, without what cannot be drawn', () => {
    expect(decimate(Float32Array.of(1, NaN, 3), 10, (index) => 10 * index)).toEqual([
      { x: 0, y: 1 },
      { x: 20, y: 3 },
    ]);
  });

  it('keeps a long one to the limit, in order, with its lowest and highest value', () => {
    const values = Float32Array.from({ length: 123_457 }, (_, index) => Math.sin(index / 3));
    values[77_777] = 9;
    values[31] = -9;
    values[50_000] = NaN;
    const points = decimate(values, 2000, (index) => index);
    expect(points.length).toBeLessThanOrEqual(2000);
    expect(points.length).toBeGreaterThan(1900);
    expect(points).toContainEqual({ x: 77_777, y: 9 });
    expect(points).toContainEqual({ x: 31, y: -9 });
    for (let index = 1; index < points.length; index++) expect(points[index]!.x).toBeGreaterThan(points[index - 1]!.x);
  });
});
