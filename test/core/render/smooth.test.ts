import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { smooth } from '../../../src/core/render/smooth';
import { createRandom } from '../../../src/core/random';

/** The mean under a sampled Gaussian of the mirrored picture, by definition. */
function byDefinition(values: Float32Array, width: number, height: number, sigma: number): Float64Array {
  const reach = Math.ceil(6 * sigma);
  const weights = Array.from({ length: 2 * reach + 1 }, (_, place) =>
    Math.exp(-((place - reach) ** 2) / (2 * sigma ** 2)),
  );
  const sum = weights.reduce((total, weight) => total + weight);
  const mirror = (place: number, length: number): number => {
    for (let at = place; ; at = at < 0 ? -1 - at : 2 * length - 1 - at) if (at >= 0 && at < length) return at;
  };
  const along = (read: (place: number) => number, at: number, length: number): number =>
    weights.reduce((total, weight, place) => total + (weight / sum) * read(mirror(at + place - reach, length)), 0);
  const rows = Float64Array.from(values, (_, pixel) => {
    const [x, start] = [pixel % width, pixel - (pixel % width)];
    return along((column) => values[start + column]!, x, width);
  });
  return rows.map((_, pixel) => {
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    return along((row) => rows[row * width + x]!, y, height);
  });
}

const noise = (count: number, seed: number): Float32Array => {
  const random = createRandom(seed);
  return Float32Array.from({ length: count }, () => random() - 0.4);
};

describe('smooth', () => {
  it.each([
    [1, 0.13],
    [2.3, 0.075],
    [4.5, 0.075],
    [9, 0.075],
  ])('with σ = %f a single bright pixel becomes a Gaussian, to a share of its peak', (sigma, most) => {
    const [width, height] = [71, 67];
    const spot = new Float32Array(width * height);
    spot[33 * width + 35] = 1;
    const wanted = byDefinition(spot, width, height, sigma);
    const peak = Math.max(...wanted);
    const got = smooth(spot, width, height, sigma);
    got.forEach((value, pixel) => expect(Math.abs(value - wanted[pixel]!)).toBeLessThan(most * peak));
  });

  it.each([0.6, 1.7, 5, 40])('has the variance σ² = %f² in both directions', (sigma) => {
    const side = 601;
    const line = new Float32Array(side);
    line[300] = 1;
    for (const values of [smooth(line, side, 1, sigma), smooth(line, 1, side, sigma)]) {
      const variance = values.reduce((total, value, place) => total + value * (place - 300) ** 2, 0);
      expect(variance / sigma ** 2).toBeCloseTo(1, 4);
    }
  });

  it('comes close to the definition on any map, edges included', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 30 }),
        fc.double({ min: 2, max: 6, noNaN: true }),
        fc.nat(),
        (width, height, sigma, seed) => {
          const values = noise(width * height, seed);
          const wanted = byDefinition(values, width, height, sigma);
          smooth(values, width, height, sigma).forEach((value, pixel) =>
            expect(Math.abs(value - wanted[pixel]!)).toBeLessThan(0.02),
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  it('keeps the sum, a constant map and what it was given', () => {
    const values = noise(40 * 25, 3);
    const copy = values.slice();
    const sum = (map: Float32Array) => map.reduce((total, value) => total + value, 0);
    expect(sum(smooth(values, 40, 25, 3))).toBeCloseTo(sum(values), 2);
    expect(values).toEqual(copy);
    smooth(new Float32Array(1000).fill(0.3), 40, 25, 7).forEach((value) => expect(value).toBeCloseTo(0.3, 6));
    expect(smooth(values, 40, 25, 0)).toBe(values);
  });

  it('leaves nothing where there is nothing', () => {
    const spot = new Float32Array(200);
    spot[0] = 1e4;
    expect([...smooth(spot, 200, 1, 3).subarray(60)].every((value) => value === 0)).toBe(true);
  });

  it('does not spread values that are not finite', () => {
    const values = new Float32Array(25).fill(2);
    values[12] = NaN;
    values[13] = Infinity;
    const smoothed = smooth(values, 5, 5, 1.5);
    expect(smoothed[12]).toBeNaN();
    expect(smoothed[13]).toBe(Infinity);
    smoothed.forEach((value, pixel) => {
      if (pixel !== 12 && pixel !== 13) expect(value).toBeCloseTo(2, 5);
    });
  });
});
