import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findAttributionMethod } from '../../../src/core/attribution/registry';
import { CancelledError } from '../../../src/core/errors';
import type { PixelImage } from '../../../src/core/image/pixels';
import type { Objective } from '../../../src/core/model/classifier';
import { basicNet, classifierOf, imageOf, linearNet, type Net, oneConvolutionNet, rowImage, tanhNet } from '../nets';

const logit = (classIndex: number): Objective => ({ kind: 'logit', classIndex });
const IDS = ['gradient', 'gradient-x-input', 'input-x-gradient'] as const;

function attribute(id: string, net: Net, image: PixelImage, objective: Objective = logit(0)) {
  return findAttributionMethod(id).run(classifierOf(net), image, objective, {}, { seed: 0 });
}

async function mapOf(id: string, net: Net, image: PixelImage, objective?: Objective): Promise<number[]> {
  return [...(await attribute(id, net, image, objective)).map.data];
}

describe('known answers', () => {
  it('gradient of BasicModel is 0 at and above 1, 1 below', async () => {
    expect(await mapOf('gradient', basicNet(6), rowImage(1, 2, 3, 0, -1, 7))).toEqual([0, 0, 0, 1, 1, 0]);
  });

  it('the one-convolution net: gradient and its products with x = 0 … 15', async () => {
    const x = Array.from({ length: 16 }, (_, index) => index);
    const image = imageOf(x, 4, 4);
    const expected = [0, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 0];
    expect(await mapOf('gradient', oneConvolutionNet, image)).toEqual(expected);
    const result = await attribute('input-x-gradient', oneConvolutionNet, image);
    expect([...result.map.data]).toEqual([0, 1, 2, 3, 0, 5, 6, 7, 0, 9, 10, 11, 0, 0, 0, 0]);
    expect(result.map.data.reduce((sum, value) => sum + value)).toBe(54);
    expect(result.value).toBe(54);
  });

  it('gradient × input loses the sign of the gradient, keeps that of the input; input × gradient keeps both', async () => {
    const net = linearNet([[-3, 4, 1]]);
    const image = rowImage(2, -1, 0.5);
    expect(await mapOf('gradient', net, image)).toEqual([-3, 4, 1]);
    expect(await mapOf('gradient-x-input', net, image)).toEqual([6, -4, 0.5]);
    expect(await mapOf('input-x-gradient', net, image)).toEqual([-6, -4, 0.5]);
  });
});

const finite = fc.integer({ min: -64, max: 64 }).map((sixteenths) => sixteenths / 16);
const pixel = fc.integer({ min: 0, max: 16 }).map((sixteenths) => sixteenths / 16);
const vector = (length: number) => fc.array(finite, { minLength: length, maxLength: length });

describe('properties', () => {
  it('a linear model: the gradient is its weights and input × gradient sums to f(a) − f(0) exactly', async () => {
    await fc.assert(
      fc.asyncProperty(
        vector(6),
        finite,
        fc.array(pixel, { minLength: 6, maxLength: 6 }),
        async (weights, bias, pixels) => {
          const net = linearNet([weights], [bias]);
          const image = rowImage(...pixels);
          expect((await mapOf('gradient', net, image)).map((value) => value + 0)).toEqual(
            weights.map((value) => value + 0),
          );
          const { map, value } = await attribute('input-x-gradient', net, image);
          expect(map.data.reduce((sum, element) => sum + element, 0)).toBe(value - bias);
        },
      ),
    );
  });

  it('the gradient agrees with central differences for every objective', async () => {
    const net = tanhNet(
      [
        [0.5, -1, 2],
        [1, 0.3, -0.7],
      ],
      [
        [1, -1],
        [0.5, 2],
        [-2, 0.1],
      ],
    );
    const classifier = classifierOf(net);
    const objectives: Objective[] = [
      logit(2),
      { kind: 'probability', classIndex: 1 },
      { kind: 'log-probability', classIndex: 0 },
      { kind: 'cross-entropy', label: 1 },
    ];
    const h = 1e-2;
    for (const objective of objectives) {
      const valueAt = async (pixels: readonly number[]) =>
        (await classifier.gradient({ ...rowImage(...pixels), count: 1 }, [objective])).values[0]!;
      const a = [0.2, 0.6, 0.4];
      const map = await mapOf('gradient', net, rowImage(...a), objective);
      for (const [index, element] of map.entries()) {
        const difference =
          (await valueAt(a.with(index, a[index]! + h))) - (await valueAt(a.with(index, a[index]! - h)));
        expect(Math.abs(difference / (2 * h) - element)).toBeLessThan(1e-2 * Math.max(0.1, Math.abs(element)));
      }
    }
  });

  it.each(IDS)('%s: a pixel that the model does not use gets 0', async (id) => {
    const net = tanhNet([[1, 0, -2]], [[1], [-1]]);
    expect((await mapOf(id, net, rowImage(0.3, 0.9, 0.5)))[1]).toBe(0);
  });

  it.each(IDS)('%s: swapping the channels of image and weights swaps those of the map', async (id) => {
    const shape = { height: 1, width: 2, channels: 3 } as const;
    const swap = (values: readonly number[]) => [2, 1, 0, 5, 4, 3].map((index) => values[index]!);
    const inner = [
      [0.5, -1, 2, 1, 0.2, -0.4],
      [-1, 0.3, 0.7, 0.1, 0.9, 1.5],
    ];
    const outer = [
      [1, -2],
      [0.4, 1],
    ];
    const pixels = [0.1, 0.9, 0.4, 0.6, 0.2, 0.8];
    const straight = await mapOf(id, tanhNet(inner, outer, shape), imageOf(pixels, 1, 2, 3));
    const swapped = await mapOf(id, tanhNet(inner.map(swap), outer, shape), imageOf(swap(pixels), 1, 2, 3));
    swap(swapped).forEach((value, index) => expect(value).toBeCloseTo(straight[index]!, 6));
    expect(new Set(straight).size).toBe(6);
  });

  it.each(IDS)('%s is raw: scaling the score scales the map', async (id) => {
    const image = rowImage(0.25, 0.5, 1);
    const small = await mapOf(id, linearNet([[0.125, -0.5, 0.25]]), image);
    const large = await mapOf(id, linearNet([[8, -32, 16]]), image);
    expect(large).toEqual(small.map((value) => 64 * value));
  });
});

describe('what a result says', () => {
  it.each(IDS)('%s: shape, scores and value of the image itself; the image is left alone', async (id) => {
    const image = imageOf([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], 2, 1, 3);
    const before = image.data.slice();
    const net = linearNet([[1, 1, 1, 1, 1, 1], [0, 0, 0, 0, 0, 0]], [0.5, 0], { height: 2, width: 1, channels: 3 }); // prettier-ignore
    const result = await attribute(id, net, image);
    expect(result.map).toMatchObject({ height: 2, width: 1, channels: 3 });
    expect(result.scores).toMatchObject({ count: 1, classes: 2 });
    expect(result.scores.logits[0]).toBeCloseTo(2.6, 5);
    expect(result.value).toBeCloseTo(2.6, 5);
    expect(image.data).toEqual(before);
    expect(result.warnings).toEqual([]);
  });

  it('a saturated probability is warned of and the logit recommended; the logit itself is not', async () => {
    const net = linearNet([[200], [-200]]);
    const saturated = await attribute('gradient', net, rowImage(1), { kind: 'probability', classIndex: 0 });
    expect([...saturated.map.data]).toEqual([0]);
    expect(saturated.warnings.join()).toMatch(/zero everywhere.*probability.*logit/);
    expect((await attribute('gradient', net, rowImage(1))).warnings).toEqual([]);
  });

  it('a logit without gradient is warned of without recommending the logit', async () => {
    const { warnings } = await attribute('gradient', basicNet(2), rowImage(1, 1));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).not.toMatch(/choose the logit/);
  });

  it('a black image makes the products zero though the gradient is not: that is said', async () => {
    const net = linearNet([[1, 2]]);
    expect((await attribute('gradient-x-input', net, rowImage(0, 0))).warnings.join()).toMatch(/image is 0/);
    expect((await attribute('gradient', net, rowImage(0, 0))).warnings).toEqual([]);
  });

  it('counts gradient values that are not finite and keeps them', async () => {
    const { map, warnings } = await attribute('gradient', linearNet([[NaN, 1, Infinity]]), rowImage(1, 1, 1));
    expect([...map.data]).toEqual([NaN, 1, Infinity]);
    expect(warnings.join()).toMatch(/^2 of 3 /);
  });

  it.each(IDS)('%s stops before it calls the model when it was cancelled', async (id) => {
    const classifier = classifierOf(linearNet([[1]]));
    const context = { seed: 0, signal: { aborted: true } };
    await expect(findAttributionMethod(id).run(classifier, rowImage(1), logit(0), {}, context)).rejects.toThrow(
      CancelledError,
    );
    expect(classifier.calls.gradient).toBe(0);
  });
});
