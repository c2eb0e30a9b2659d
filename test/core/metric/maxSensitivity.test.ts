import { describe, expect, it } from 'vitest';
import { gradient } from '../../../src/core/attribution/gradient';
import { CancelledError } from '../../../src/core/errors';
import type { PixelImage } from '../../../src/core/image/pixels';
import type { MetricSubject } from '../../../src/core/metric/metric';
import { classifierOf, imageOf, linearNet, type Net, rowImage } from '../nets';
import { LOGIT, mapLike, measureOne, measureSet, subjectOf } from './measure';

/** The gradient of the net, as the method itself finds it. */
async function gradientSubject(net: Net, image: PixelImage): Promise<MetricSubject> {
  const classifier = classifierOf(net);
  const mapOf = async (each: PixelImage) => (await gradient.run(classifier, each, LOGIT, {}, { seed: 0 })).map;
  return subjectOf({
    image,
    map: await mapOf(image),
    attribute: (images) => Promise.all(images.map((each) => mapOf(each))),
  });
}

const idle = classifierOf(linearNet([[0]]));

describe('known answers', () => {
  it('the gradient of a linear model does not change', async () => {
    const subject = await gradientSubject(linearNet([[3, -2, 0.1]]), rowImage(0.2, 0.9, 0.4));
    expect(await measureOne('max-sensitivity', idle, subject)).toEqual({ value: 0, warnings: [] });
  });

  it('f = Σ cᵢ aᵢ²: at most r · √(Σ cᵢ²) / √(Σ (cᵢ aᵢ)²), which many draws of one pixel come near to', async () => {
    const quadratic = (c: readonly number[]): Net => ({
      height: 1,
      width: c.length,
      channels: 1,
      logits: (x) => [x.reduce((sum, value, index) => sum + c[index]! * value ** 2, 0)],
      jacobian: (x) => [x.map((value, index) => 2 * c[index]! * value)],
    });
    const one = await gradientSubject(quadratic([5]), rowImage(0.4));
    const { value } = await measureOne('max-sensitivity', idle, one, { samples: 2000, radius: 0.1 });
    // The largest of 2,000 even draws misses the end by more than a hundredth once in 5e8 runs.
    expect(value).toBeLessThanOrEqual(0.25 + 1e-6);
    expect(value).toBeGreaterThan(0.25 * 0.99);
    const [c, a] = [[1, 2, 3, 4], [0.9, 0.1, 0.5, 0.7]] as const; // prettier-ignore
    const several = await measureOne('max-sensitivity', idle, await gradientSubject(quadratic(c), rowImage(...a)));
    const bound = (0.02 * Math.hypot(...c)) / Math.hypot(...c.map((each, index) => each * a[index]!));
    expect(several.value).toBeLessThan(bound);
    expect(several.value).toBeGreaterThan(bound / 4);
  });

  it('asks about images around this one, a set of them, evenly spread and not clamped', async () => {
    const image = imageOf(new Array<number>(2500).fill(0), 50, 50);
    let asked: readonly PixelImage[] = [];
    const subject = subjectOf({
      image,
      map: mapLike(image, new Array<number>(2500).fill(1)),
      attribute: (images) => {
        asked = images;
        return Promise.resolve(images.map((each) => mapLike(each, each.data.map((value) => 1 + value)))); // prettier-ignore
      },
    });
    const { value } = await measureOne('max-sensitivity', idle, subject, { samples: 4, radius: 0.2 });
    expect(asked).toHaveLength(4);
    const draws = asked.flatMap(({ data }) => [...data]);
    expect(Math.max(...draws)).toBeGreaterThan(0.199);
    expect(Math.min(...draws)).toBeLessThan(-0.199);
    expect(draws.every((draw) => Math.abs(draw) <= 0.2 + 1e-7)).toBe(true);
    // The map moves by the noise: √(mean ε²) = r/√3 of a map of ones, for the largest of the four a little more.
    const norms = asked.map(({ data }) => Math.hypot(...data) / 50);
    expect(value).toBeCloseTo(Math.max(...norms), 6);
    expect(value).toBeCloseTo(0.2 / Math.sqrt(3), 2);
  });
});

describe('what is said', () => {
  const image = rowImage(0.5, 0.5);

  it('a map of zeros has no norm to divide by, one that is not finite no distance', async () => {
    const nothing = subjectOf({ image, map: mapLike(image, [0, 0]) });
    const zero = await measureOne('max-sensitivity', idle, nothing);
    expect(zero).toMatchObject({ value: 0, warnings: [expect.stringMatching(/zero everywhere/)] });
    const broken = subjectOf({
      image,
      map: mapLike(image, [1, 2]),
      attribute: (images) => Promise.resolve(images.map((each) => mapLike(each, [1, NaN]))),
    });
    const found = await measureOne('max-sensitivity', idle, broken);
    expect(found.value).toBeNaN();
    expect(found.warnings.join()).toMatch(/not finite/);
  });

  it('progress is that of the set, and it stops between maps', async () => {
    const seen: string[] = [];
    const signal = { aborted: false };
    const subject = subjectOf({
      image,
      map: mapLike(image, [1, 2]),
      attribute: (images, { progress }) => {
        images.forEach((_, index) => progress?.(index + 1, images.length));
        return Promise.resolve(images.map((each) => mapLike(each, [1, 2])));
      },
    });
    const progress = (done: number, total: number) => {
      seen.push(`${done}/${total}`);
      signal.aborted = done === 4;
    };
    const running = measureSet('max-sensitivity', idle, [subject, subject, subject], { samples: 2 }, { signal, progress }); // prettier-ignore
    await expect(running).rejects.toThrow(CancelledError);
    expect(seen).toEqual(['1/6', '2/6', '3/6', '4/6']);
  });
});
