import { describe, expect, it } from 'vitest';
import type { ImageBatch, PixelImage } from '../../../src/core/image/pixels';
import { rankedPixels } from '../../../src/core/metric/ranking';
import type { Classifier } from '../../../src/core/model/classifier';
import { classifierOf, imageOf, linearNet, rowImage } from '../nets';
import { LOGIT, mapLike, measureOne, subjectOf } from './measure';

const AS_TOLD = { follow: 'objective' };

/** A model whose only score is 1 where `isThere` says so of the pixels, else 0. */
function perfect(image: PixelImage, isThere: (pixels: Float32Array) => boolean): Classifier {
  const { height, width } = image;
  const net = classifierOf(
    linearNet([new Array<number>(image.data.length).fill(0)], [0], { height, width, channels: 1 }),
  );
  return {
    ...net,
    predict: ({ data, count }: ImageBatch) => {
      const rows = Array.from({ length: count }, (_, row) =>
        Number(isThere(data.subarray(row * image.data.length, (row + 1) * image.data.length))),
      );
      return Promise.resolve({
        logits: Float32Array.from(rows),
        probabilities: Float32Array.from(rows),
        count,
        classes: 1,
      });
    },
  };
}

// A number of pixels that each number of steps divides; none of them is 0.
const grid = (height: number, width: number) =>
  imageOf(
    Array.from({ length: height * width }, (_, index) => 0.2 + (index % 7) / 10),
    height,
    width,
  );

describe('known answers', () => {
  // known-answers of xplique's test_fidelity, by the trapezoid rule with both ends.
  it.each([
    [10, grid(10, 20)],
    [50, grid(10, 20)],
    [256, grid(16, 16)],
  ])('a perfect model, %i steps: 1 / (2 · steps) and 1 − 1 / (2 · steps)', async (steps, image) => {
    const subject = subjectOf({ image, map: image });
    const whole = perfect(image, (pixels) => pixels.every((value) => value !== 0));
    const deleted = await measureOne('deletion', whole, subject, { steps, ...AS_TOLD });
    expect(deleted.value).toBeCloseTo(1 / (2 * steps), 12);
    expect(deleted.curve!.y).toEqual([1, ...new Array<number>(steps).fill(0)]);
    expect(deleted.warnings.join()).toMatch(/first step: take more steps/);
    const any = perfect(image, (pixels) => pixels.some((value) => value !== 0));
    const inserted = await measureOne('insertion', any, subject, { steps, baseline: 'black', ...AS_TOLD });
    expect(inserted.value).toBeCloseTo(1 - 1 / (2 * steps), 12);
    expect(inserted.curve!.x).toEqual(Array.from({ length: steps + 1 }, (_, step) => step / steps));
  });

  it('a linear model follows the sum of what is left: by its own weights, and against them', async () => {
    const weights = [4, 1, 3, 2];
    const image = rowImage(1, 1, 1, 1);
    const classifier = classifierOf(linearNet([weights], [5]));
    const given = { steps: 4, ...AS_TOLD };
    const best = await measureOne('deletion', classifier, subjectOf({ image, map: mapLike(image, weights) }), given);
    expect(best.curve).toEqual({ x: [0, 0.25, 0.5, 0.75, 1], y: [15, 11, 8, 6, 5] });
    expect(best.warnings).toEqual([]);
    expect(best.value).toBeCloseTo((15 / 2 + 11 + 8 + 6 + 5 / 2) / 4, 12);
    const against = mapLike(
      image,
      weights.map((weight) => -weight),
    );
    const worst = await measureOne('deletion', classifier, subjectOf({ image, map: against }), given);
    expect(worst.curve!.y).toEqual([15, 14, 12, 9, 5]);
    const inserted = await measureOne('insertion', classifier, subjectOf({ image, map: mapLike(image, weights) }), {
      ...given,
      baseline: 'black',
    });
    expect(inserted.curve!.y).toEqual([5, 9, 12, 14, 15]);
  });

  it('takes shares as they are where the steps do not divide the pixels, and each count once', async () => {
    const image = rowImage(1, 1, 1);
    const classifier = classifierOf(linearNet([[6, 3, 0]]));
    const subject = subjectOf({ image, map: mapLike(image, [3, 2, 1]) });
    const two = await measureOne('deletion', classifier, subject, { steps: 2, ...AS_TOLD });
    expect(two.curve).toEqual({ x: [0, 2 / 3, 1], y: [9, 0, 0] });
    expect(two.value).toBeCloseTo((2 / 3) * 4.5, 12);
    const many = await measureOne('deletion', classifier, subject, { steps: 50, ...AS_TOLD });
    expect(many.curve).toEqual({ x: [0, 1 / 3, 2 / 3, 1], y: [9, 3, 0, 0] });
  });

  it('follows the probability of the class unless told otherwise, and the loss or a difference itself, which is said', async () => {
    const image = rowImage(1, 1);
    const classifier = classifierOf(linearNet([[2, 1], [0, 0]])); // prettier-ignore
    const map = mapLike(image, [2, 1]);
    const sigma = (z: number) => 1 / (1 + Math.exp(-z));
    const probability = await measureOne('deletion', classifier, subjectOf({ image, map }), { steps: 2 });
    [3, 1, 0].forEach((z, index) => expect(probability.curve!.y[index]).toBeCloseTo(sigma(z), 6));
    expect(probability.warnings).toEqual([]);
    const weights = [{ classIndex: 0, weight: 1 }, { classIndex: 1, weight: -1 }]; // prettier-ignore
    const margin = subjectOf({ image, map, objective: { kind: 'combination', weights } });
    const difference = await measureOne('deletion', classifier, margin, { steps: 2 });
    expect(difference.curve!.y).toEqual([3, 1, 0]);
    expect(difference.warnings.join()).toMatch(/difference of logits itself/);
    const loss = subjectOf({ image, map, objective: { kind: 'cross-entropy', label: 0 } });
    const losses = await measureOne('deletion', classifier, loss, { steps: 2 });
    [3, 1, 0].forEach((z, index) => expect(losses.curve!.y[index]).toBeCloseTo(-Math.log(sigma(z)), 6));
    expect(losses.warnings.join()).toMatch(/cross-entropy itself/);
  });
});

describe('what the pixels are ranked by', () => {
  const image = imageOf([1, 1, 1, 1, 1, 1, 1, 1, 1], 1, 3, 3);
  const map = mapLike(image, [3, -3, 1, 0, 0, 2, -4, 0, 0]);
  const order = (reduction: Parameters<typeof rankedPixels>[2]) => [...rankedPixels(map, image, reduction, 0)];

  it('the sum of the channels, of their magnitudes, or the largest', () => {
    expect(order('sum')).toEqual([1, 0, 2]);
    expect(order('absolute-sum')).toEqual([0, 2, 1]);
    expect(order('absolute-maximum')).toEqual([2, 0, 1]);
  });

  it('pixels that are equal: an order of the seed, the same for the same one, and every one in its turn', () => {
    const flat = imageOf(new Array<number>(12).fill(1), 3, 4);
    const ranked = (seed: number) => [...rankedPixels(flat, flat, 'sum', seed)];
    expect(ranked(4)).toEqual(ranked(4));
    expect(new Set(ranked(4)).size).toBe(12);
    const first = Array.from({ length: 1200 }, (_, seed) => ranked(seed)[0]!);
    const counts = first.reduce((sums, pixel) => ((sums[pixel]! += 1), sums), new Array<number>(12).fill(0));
    // 100 each; four standard deviations of a binomial.
    for (const count of counts) expect(Math.abs(count - 100)).toBeLessThan(4 * Math.sqrt(1200 * (1 / 12) * (11 / 12)));
  });

  it('a map of a layer is enlarged to the picture', () => {
    const picture = imageOf(new Array<number>(16).fill(0.5), 4, 4);
    const coarse = { data: Float32Array.of(1, 2, 4, 8), height: 2, width: 2, channels: 1 };
    const ranks = [...rankedPixels(coarse, picture, 'sum', 0)];
    expect(ranks[0]).toBe(15);
    expect(ranks.at(-1)).toBe(0);
    expect(new Set(ranks).size).toBe(16);
  });
});

describe('what cannot be measured is said', () => {
  const image = rowImage(1, 1);
  const classifier = classifierOf(linearNet([[1, 2]]));

  it('a map that is not finite has no order; the others of the set are measured', async () => {
    const broken = await measureOne('deletion', classifier, subjectOf({ image, map: mapLike(image, [NaN, 1]) }));
    expect(broken.value).toBeNaN();
    expect(broken.warnings.join()).toMatch(/^1 of 2 values/);
  });

  it('a score that is not finite', async () => {
    const overflowing = classifierOf(linearNet([[Infinity, 1]]));
    const map = mapLike(image, [1, 2]);
    const found = await measureOne('deletion', overflowing, subjectOf({ image, map }), { steps: 2, ...AS_TOLD });
    expect(found.value).not.toBeLessThan(Infinity);
    expect(found.warnings.join()).toMatch(/2 of 3 points|3 of 3 points/);
  });

  it('the objective stays the subject’s', async () => {
    const two = classifierOf(linearNet([[1, 2], [3, 0]])); // prettier-ignore
    const subject = subjectOf({
      image,
      map: mapLike(image, [1, 2]),
      objective: { ...LOGIT, classIndex: 1 } as typeof LOGIT,
    });
    const found = await measureOne('deletion', two, subject, { steps: 1, ...AS_TOLD });
    expect(found.curve!.y).toEqual([3, 0]);
  });
});
