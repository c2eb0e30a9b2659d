import { describe, expect, it } from 'vitest';
import { smoothGrad } from '../../../src/core/attribution/smoothGrad';
import { CancelledError } from '../../../src/core/errors';
import type { PixelImage } from '../../../src/core/image/pixels';
import { resolveParameters } from '../../../src/core/method/parameters';
import type { Objective } from '../../../src/core/model/classifier';
import { basicNet, classifierOf, imageOf, linearNet, type Net, rowImage, tanhNet } from '../nets';

const LOGIT: Objective = { kind: 'logit', classIndex: 0 };

interface Given extends Record<string, unknown> {
  readonly seed?: number;
}

function attribute(net: Net, image: PixelImage, { seed = 0, ...given }: Given = {}) {
  const parameters = resolveParameters(smoothGrad.parameters, given);
  return smoothGrad.run(classifierOf(net), image, LOGIT, parameters, { seed });
}

const mapOf = async (...values: Parameters<typeof attribute>) => [...(await attribute(...values)).map.data];
const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** f = Σ aᵢ² over so many pixels that a mean over them is sure. */
const PIXELS = 400;
const quadratic: Net = {
  height: 20,
  width: 20,
  channels: 1,
  logits: (x) => [x.reduce((sum, value) => sum + value ** 2, 0)],
  jacobian: (x) => [x.map((value) => 2 * value)],
};
const level = 0.6;
const evenly = imageOf(new Array<number>(PIXELS).fill(level), 20, 20);

describe('known answers', () => {
  it('a linear model: the gradient exactly, its square, and no variance at all', async () => {
    const weights = [0.1, -3, 1 / 3, 1e-3];
    const net = linearNet([weights], [2]);
    const image = rowImage(0.2, 0.9, 0.4, 0);
    const exact = [...Float32Array.from(weights)];
    expect(await mapOf(net, image)).toEqual(exact);
    expect(await mapOf(net, image, { statistic: 'squared', samples: 7 })).toEqual([
      ...Float32Array.from(exact, (weight) => weight ** 2),
    ]);
    expect(await mapOf(net, image, { statistic: 'variance' })).toEqual([0, 0, 0, 0]);
  });

  it('without noise: the gradient, or the image times it', async () => {
    const net = tanhNet([[3, -2, 4], [-1, 5, 2]], [[1, -2]]); // prettier-ignore
    const pixels = [...Float32Array.of(0.9, 0.6, 0.8)];
    const gradient = net.jacobian(pixels)[0]!;
    const image = rowImage(...pixels);
    expect(await mapOf(net, image, { noise: 0 })).toEqual([...Float32Array.from(gradient)]);
    const times = await mapOf(net, image, { noise: 0, of: 'input-x-gradient' });
    times.forEach((value, index) => expect(value).toBeCloseTo(pixels[index]! * gradient[index]!, 6));
  });

  // Over 400 pixels and 50 samples, n = 20,000 draws; bounds are four standard errors.
  it.each([
    ['gradient', 'mean', 2 * level, 4 * ((2 * 0.3) / Math.sqrt(20_000))],
    ['gradient', 'variance', (49 / 50) * 4 * 0.3 ** 2, 4 * (4 * 0.3 ** 2 * Math.sqrt(2 / 20_000))],
    ['gradient', 'squared', 4 * level ** 2 + 4 * 0.3 ** 2, 4 * 4 * Math.sqrt((2 * 0.3 ** 4 + 4 * (level * 0.3) ** 2) / 20_000)],
    ['input-x-gradient', 'mean', 2 * level ** 2 + 2 * 0.3 ** 2, 4 * 2 * Math.sqrt((2 * 0.3 ** 4 + 4 * (level * 0.3) ** 2) / 20_000)],
  ])('f = Σ a²: the expectation of %s, %s', async (of, statistic, expected, error) => {
    const map = await mapOf(quadratic, evenly, { of, statistic, noise: 0.3, samples: 50, seed: 11 });
    expect(Math.abs(meanOf(map) - expected)).toBeLessThan(error);
    expect(new Set(map).size).toBeGreaterThan(PIXELS / 2);
  }); // prettier-ignore

  it('a kink becomes the share of copies on its far side: Φ((1 − x)/σ) for 1 − relu(1 − x)', async () => {
    // x = 1 − σ: Φ(1) = 0.841345.
    const map = await mapOf(basicNet(200), rowImage(...new Array<number>(200).fill(0.8)), { noise: 0.2, samples: 100 });
    expect(Math.abs(meanOf(map) - 0.841345)).toBeLessThan(4 * Math.sqrt((0.8413 * 0.1587) / 20_000));
    expect(await mapOf(basicNet(1), rowImage(0.8), { noise: 0 })).toEqual([1]);
  });
});

describe('what a result says', () => {
  const net = tanhNet([[3, -2, 4], [-1, 5, 2]], [[1, -2]]); // prettier-ignore
  const image = rowImage(0.9, 0.6, 0.8);

  it('scores and value are those of the image without noise, which is left alone', async () => {
    const before = image.data.slice();
    const { value, scores, map, warnings } = await attribute(net, image, { noise: 0.5 });
    expect(value).toBe(Math.fround(net.logits([...before])[0]!));
    expect(scores).toMatchObject({ count: 1, classes: 1 });
    expect(map).toMatchObject({ height: 1, width: 3, channels: 1 });
    expect(image.data).toEqual(before);
    expect(warnings).toEqual([]);
  });

  it('the same seed gives the same bits, another one another map', async () => {
    expect(await mapOf(net, image, { seed: 4 })).toEqual(await mapOf(net, image, { seed: 4 }));
    expect(await mapOf(net, image, { seed: 4 })).not.toEqual(await mapOf(net, image, { seed: 5 }));
  });

  it('a dead score, an overflow and a gradient that noise does not change are told apart', async () => {
    const warningsOf = async (...values: Parameters<typeof attribute>) => (await attribute(...values)).warnings.join();
    expect(await warningsOf(linearNet([[0, 0]]), rowImage(1, 1))).toMatch(/gradient is zero everywhere/);
    expect(await warningsOf(linearNet([[NaN, 1]]), rowImage(1, 1))).toMatch(/^1 of 2 /);
    expect(await warningsOf(linearNet([[1, 2]]), rowImage(1, 1), { statistic: 'variance' })).toMatch(/does not change/);
    expect(await warningsOf(linearNet([[1, 2]]), rowImage(1, 1))).toBe('');
  });

  it('one copy has a mean and a square, but no variance', async () => {
    await expect(attribute(net, image, { samples: 1, statistic: 'variance' })).rejects.toMatchObject({
      code: 'parameter',
      message: 'One noisy copy does not vary.',
    });
    const mean = await mapOf(net, image, { samples: 1 });
    const squared = await mapOf(net, image, { samples: 1, statistic: 'squared' });
    squared.forEach((value, index) => expect(value).toBeCloseTo(mean[index]! ** 2, 6));
  });

  it('stops when it is cancelled', async () => {
    const classifier = classifierOf(net);
    const signal = { aborted: false };
    const progress = () => (signal.aborted = true);
    const parameters = resolveParameters(smoothGrad.parameters, {});
    await expect(smoothGrad.run(classifier, image, LOGIT, parameters, { seed: 0, signal, progress })).rejects.toThrow(
      CancelledError,
    );
    expect(classifier.calls.gradient).toBe(1);
  });
});
