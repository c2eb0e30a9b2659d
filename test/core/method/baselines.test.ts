import { describe, expect, it } from 'vitest';
import { BASELINES } from '../../../src/core/method/baselines';
import { createRandom } from '../../../src/core/random';
import { imageOf } from '../nets';

const image = imageOf([0.1, 0.9, 0.2, 0.3, 0.5, 0.4], 1, 2, 3);

describe('baselines', () => {
  it('black and white are those, mean is the mean colour', () => {
    expect([...BASELINES.black(image)]).toEqual([0, 0, 0, 0, 0, 0]);
    expect([...BASELINES.white(image)]).toEqual([1, 1, 1, 1, 1, 1]);
    const mean = BASELINES.mean(image);
    [0.2, 0.7, 0.3, 0.2, 0.7, 0.3].forEach((value, index) => expect(mean[index]).toBeCloseTo(value, 6));
  });

  it('noise is the seed’s and within the pixel range', () => {
    const noise = BASELINES.noise(image, 7);
    const random = createRandom(7);
    expect([...noise]).toEqual(Array.from({ length: 6 }, () => Math.fround(random())));
    expect([...BASELINES.noise(image, 8)]).not.toEqual([...noise]);
    for (const value of BASELINES.noise(imageOf(new Array<number>(999).fill(0), 1, 333, 3), 1))
      expect(value >= 0 && value < 1).toBe(true);
  });

  it('blur leaves a plain image alone and does not mix channels', () => {
    const plain = imageOf(
      Array.from({ length: 60 }, (_, index) => [0.2, 0.5, 0.8][index % 3]!),
      4,
      5,
      3,
    );
    BASELINES.blur(plain).forEach((value, index) => expect(value).toBeCloseTo(plain.data[index]!, 6));
  });

  it('blur of a point is a Gaussian of a tenth of the longer side, normalised inside', () => {
    const [height, width] = [31, 40];
    const sigma = 4;
    const point = imageOf(new Array<number>(height * width).fill(0), height, width);
    point.data[15 * width + 20] = 1;
    const blurred = BASELINES.blur(point);
    const weight = (distance: number) => (Math.abs(distance) <= 12 ? Math.exp(-(distance ** 2) / (2 * sigma ** 2)) : 0);
    const total = (place: number, length: number) =>
      Array.from({ length }, (_, other) => weight(other - place)).reduce((sum, value) => sum + value);
    for (const [row, column] of [
      [15, 20],
      [12, 25],
      [27, 20],
      [4, 32],
      [0, 20],
    ] as const)
      // prettier-ignore
      expect(blurred[row * width + column]).toBeCloseTo(
        (weight(row - 15) / total(row, height)) * (weight(column - 20) / total(column, width)),
        7,
      );
  });
});
