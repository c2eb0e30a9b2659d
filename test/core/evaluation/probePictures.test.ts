import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cosine, relativeDifference } from '../../../src/core/evaluation/compare';
import { probePictures } from '../../../src/core/evaluation/probePictures';

describe('probe pictures', () => {
  it('have the model’s shape, stay away from the borders of the range, and are the same for the same seed', () => {
    const shapes = fc.record({
      height: fc.integer({ min: 1, max: 9 }),
      width: fc.integer({ min: 1, max: 9 }),
      channels: fc.constantFrom(1 as const, 3 as const),
      seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    });
    fc.assert(
      fc.property(shapes, ({ seed, ...shape }) => {
        const pictures = probePictures(shape, seed);
        expect(probePictures(shape, seed)).toEqual(pictures);
        for (const { data, ...rest } of pictures) {
          expect(rest).toEqual(shape);
          expect(data).toHaveLength(shape.height * shape.width * shape.channels);
          expect(data.every((value) => value >= 0.0999 && value <= 0.9001)).toBe(true);
        }
      }),
    );
  });

  it('differ from seed to seed and from each other, and the first is smooth', () => {
    const shape = { height: 32, width: 32, channels: 3 as const };
    const [smooth, grainy, noise] = probePictures(shape, 0);
    expect(probePictures(shape, 1)[0].data).not.toEqual(smooth.data);
    const roughness = ({ data }: typeof smooth) =>
      data.slice(3).reduce((sum, value, index) => sum + Math.abs(value - data[index]!), 0);
    expect(roughness(grainy)).toBeGreaterThan(roughness(smooth));
    expect(roughness(noise)).toBeGreaterThan(2 * roughness(grainy));
  });
});

describe('comparing', () => {
  it('is relative to the largest number of the first', () => {
    expect(relativeDifference([1, -4], [1.2, -4])).toBeCloseTo(0.05, 12);
    expect(relativeDifference([0, 0], [0, 0])).toBe(0);
    expect(relativeDifference([0, 0], [0, 1e-9])).toBe(Infinity);
    expect(relativeDifference([1, 2], [1, NaN])).toBeNaN();
    expect(relativeDifference([NaN, 2], [1, 2])).toBeNaN();
  });

  it('gives the cosine also of vectors that are tiny or zero', () => {
    expect(cosine([3, 4], [4, 3])).toBeCloseTo(24 / 25, 12);
    expect(cosine([1e-30, 0], [-1e-30, 0])).toBeCloseTo(-1, 12);
    expect(cosine([0, 0], [0, 0])).toBe(1);
    expect(cosine([0, 0], [1, 0])).toBe(0);
  });
});
