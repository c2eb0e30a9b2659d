import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rankOf } from '../../../src/core/render/order';
import { scaleOf } from '../../../src/core/render/scale';

const anyFloat = fc.float32Array({ maxLength: 60 });
const fewValues = fc
  .array(fc.constantFrom(0, -0, 1, -1, 2, 3.5, NaN, Infinity, -Infinity, 1e-45), { maxLength: 40 })
  .map((values) => Float32Array.from(values));
const arrays = fc.oneof(anyFloat, fewValues);

describe('scaleOf', () => {
  const oneToHundred = Float32Array.from({ length: 100 }, (_, index) => (index % 2 === 0 ? 1 : -1) * (index + 1));

  it('ends at the nearest-rank quantile of the magnitudes', () => {
    expect([0, 1, 2, 5, 50, 100].map((percent) => scaleOf(oneToHundred, percent))).toEqual([100, 99, 98, 95, 50, 1]);
    expect(scaleOf(Float32Array.of(3, -8, 5), 5)).toBe(8);
    expect(scaleOf(Float32Array.of(3, -8, 5), 34)).toBe(5);
  });

  it('does not count zeros and values that are not finite', () => {
    const padded = new Float32Array(10_000);
    padded.set(oneToHundred, 500);
    padded.fill(NaN, 9_000);
    padded[0] = Infinity;
    expect(scaleOf(padded, 5)).toBe(95);
    expect(scaleOf(Float32Array.of(0, NaN, -Infinity), 2)).toBe(0);
    expect(scaleOf(new Float32Array(0), 2)).toBe(0);
  });

  it('is the sorted magnitude at the rank, for any floats', () => {
    fc.assert(
      fc.property(arrays, fc.integer({ min: 0, max: 100 }), (values, percent) => {
        const sorted = [...values]
          .map(Math.abs)
          .filter((value) => value > 0 && value < Infinity)
          .sort((a, b) => a - b);
        const kept = Math.max(1, Math.ceil((sorted.length * (100 - percent)) / 100));
        expect(scaleOf(values, percent)).toBe(sorted[kept - 1] ?? 0);
      }),
    );
  });

  it('works on a part of a buffer', () => {
    expect(scaleOf(new Float32Array([9, 1, 2, 9]).subarray(1, 3), 0)).toBe(2);
  });
});

describe('rankOf', () => {
  it('ranks by magnitude, 1 = largest, ties sharing the better rank, NaN last', () => {
    expect([...rankOf(Float32Array.of(0.5, -3, 3, 0, NaN, -1))]).toEqual([4, 1, 1, 5, 6, 3]);
    expect([...rankOf(new Float32Array(3))]).toEqual([1, 1, 1]);
    expect([...rankOf(new Float32Array(0))]).toEqual([]);
  });

  it('is one more than the number of larger magnitudes', () => {
    fc.assert(
      fc.property(arrays, (values) => {
        const magnitudes = [...values].map((value) => (Number.isNaN(value) ? -1 : Math.abs(value)));
        const expected = magnitudes.map((value) => 1 + magnitudes.filter((other) => other > value).length);
        expect([...rankOf(values)]).toEqual(expected);
      }),
    );
  });
});
