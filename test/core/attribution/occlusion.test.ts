import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { occlusion } from '../../../src/core/attribution/occlusion';
import { CancelledError } from '../../../src/core/errors';
import type { PixelImage } from '../../../src/core/image/pixels';
import { resolveParameters } from '../../../src/core/method/parameters';
import type { Classifier, Objective } from '../../../src/core/model/classifier';
import { classifierOf, imageOf, linearNet, type Net, rowImage, tanhNet } from '../nets';

const LOGIT: Objective = { kind: 'logit', classIndex: 0 };

function attribute(net: Net, image: PixelImage, given: Record<string, unknown> = {}, objective: Objective = LOGIT) {
  const parameters = resolveParameters(occlusion.parameters, given);
  return occlusion.run(classifierOf(net), image, objective, parameters, { seed: 0 });
}

const mapOf = async (...values: Parameters<typeof attribute>) => [...(await attribute(...values)).map.data];

/** Captum's MLP: four hidden units of weights 1 and biases (−10, 1, 1, 1), rectified, summed, − 1; of pixels times `scale`. */
function mlp(scale = 1): Net {
  const biases = [-10, 1, 1, 1];
  return {
    height: 1,
    width: 3,
    channels: 1,
    logits: (x) => {
      const sum = scale * x.reduce((total, value) => total + value, 0);
      return [biases.reduce((total, bias) => total + Math.max(0, sum + bias), -1)];
    },
    jacobian: () => [[NaN, NaN, NaN]],
  };
}

describe('known answers', () => {
  it('Captum’s MLP at (20, 50, 30), f = 392', async () => {
    const image = rowImage(20, 50, 30);
    const { map, value } = await attribute(mlp(), image, { window: 1, stride: 1 });
    expect(value).toBe(392);
    expect([...map.data]).toEqual([80, 200, 120]);
    expect(await mapOf(mlp(), image, { window: 2, stride: 2 })).toEqual([280, 280, 120]);
    // A baseline of 10: half of a pixel range of 20.
    const scaled = rowImage(1, 2.5, 1.5);
    expect(await mapOf(mlp(20), scaled, { window: 2, stride: 1, fill: 'grey' })).toEqual([200, 220, 240]);
  });

  it('PAIR’s 3Σx with ones at (1, 1) and (3, 3): summed and averaged; ten calls of the model', async () => {
    const pixels = new Array<number>(25).fill(0);
    pixels[6] = pixels[18] = 1;
    const image = imageOf(pixels, 5, 5);
    const net = linearNet([new Array<number>(25).fill(3)], [0], { height: 5, width: 5, channels: 1 });
    const given = { window: 3, stride: 1 };
    expect(await mapOf(net, image, { ...given, mode: 'sum' })).toEqual(
      [[3, 6, 6, 3, 0], [6, 15, 18, 12, 3], [6, 18, 24, 18, 6], [3, 12, 18, 15, 6], [0, 3, 6, 6, 3]].flat(), // prettier-ignore
    );
    const averaged = await mapOf(net, image, given);
    [[3, 3, 2, 1.5, 0], [3, 3.75, 3, 3, 1.5], [2, 3, 2.6667, 3, 2], [1.5, 3, 3, 3.75, 3], [0, 1.5, 2, 3, 3]] // prettier-ignore
      .flat()
      .forEach((value, index) => expect(averaged[index]).toBeCloseTo(value, 4));
    const classifier = classifierOf(net);
    await occlusion.run(classifier, image, LOGIT, resolveParameters(occlusion.parameters, given), { seed: 0 });
    expect(classifier.calls).toMatchObject({ predict: 10, gradient: 0 });
  });

  it('the post’s sum of magnitudes, of one output and of all', async () => {
    const net = linearNet([[1, 2], [3, -1]]); // prettier-ignore
    const image = rowImage(1, 2);
    const given = { window: 1, stride: 1 };
    expect(await mapOf(net, image, { ...given, mode: 'absolute-sum-all' })).toEqual([4, 6]);
    expect(await mapOf(net, image, { ...given, mode: 'absolute-sum' })).toEqual([1, 4]);
    const second: Objective = { kind: 'logit', classIndex: 1 };
    expect(await mapOf(net, image, { ...given, mode: 'absolute-sum' }, second)).toEqual([3, 2]);
    expect(await mapOf(net, image, { ...given, mode: 'sum' }, second)).toEqual([3, -2]);
    // Of all classes the chosen one does not matter, unless probabilities are asked for: both fall and rise alike.
    expect(await mapOf(net, image, { ...given, mode: 'absolute-sum-all' }, second)).toEqual([4, 6]);
    const shares = await mapOf(net, image, { ...given, mode: 'absolute-sum-all' }, { ...second, kind: 'probability' });
    const sigma = (z: number) => 1 / (1 + Math.exp(-z));
    // z₁ − z₂ is 4; 6 without the first pixel, −2 without the second.
    expect(shares[0]).toBeCloseTo(2 * (sigma(6) - sigma(4)), 6);
    expect(shares[1]).toBeCloseTo(2 * (sigma(4) - sigma(-2)), 6);
  });

  it('every objective is that of the scores', async () => {
    const net = linearNet([[1, 2], [3, -1]]); // prettier-ignore
    const given = { window: 1, stride: 1 };
    const logShare = (z: number) => -Math.log1p(Math.exp(-z));
    const expected = [logShare(4) - logShare(6), logShare(4) - logShare(-2)];
    const logs = await mapOf(net, rowImage(1, 2), given, { kind: 'log-probability', classIndex: 0 });
    const losses = await mapOf(net, rowImage(1, 2), given, { kind: 'cross-entropy', label: 0 });
    expected.forEach((value, index) => {
      expect(logs[index]).toBeCloseTo(value, 6);
      expect(losses[index]).toBeCloseTo(-value, 6);
    });
  });
});

describe('properties', () => {
  const eighths = fc.integer({ min: -32, max: 32 }).map((value) => value / 8);
  const pixel = fc.integer({ min: 0, max: 8 }).map((value) => value / 8);

  it('a linear model, one pixel at a time: the image times its weights, less the fill', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(eighths, { minLength: 6, maxLength: 6 }),
        fc.array(pixel, { minLength: 6, maxLength: 6 }),
        fc.constantFrom(['black', 0] as const, ['grey', 0.5] as const, ['white', 1] as const),
        fc.constantFrom('signed-mean', 'sum'),
        async (weights, pixels, [fill, level], mode) => {
          const net = linearNet([weights], [3], { height: 2, width: 3, channels: 1 });
          const map = await mapOf(net, imageOf(pixels, 2, 3), { window: 1, stride: 1, fill, mode });
          expect(map.map((value) => value + 0)).toEqual(
            weights.map((weight, index) => weight * (pixels[index]! - level) + 0),
          );
        },
      ),
      { numRuns: 40 },
    );
  });

  it('a pixel that the model does not use gets 0 from its own window', async () => {
    const net = tanhNet([[1, 0, -2]], [[1], [-1]]);
    const map = await mapOf(net, rowImage(0.3, 0.9, 0.5), { window: 1, stride: 1 });
    expect(map[1]).toBe(0);
    expect(map[0]).not.toBe(0);
  });

  it('covers all channels at once, with one value for them', async () => {
    const weights = [1, 2, 4, 8, 16, 32];
    const net = linearNet([weights], [0], { height: 1, width: 2, channels: 3 });
    const { map } = await attribute(net, imageOf([1, 1, 1, 0.5, 0.5, 0.5], 1, 2, 3), { window: 1, stride: 1 });
    expect(map).toMatchObject({ height: 1, width: 2, channels: 1 });
    expect([...map.data]).toEqual([7, 28]);
    const mean = await attribute(net, imageOf([1, 0, 0, 0, 1, 0], 1, 2, 3), { window: 1, stride: 1, fill: 'mean' });
    expect([...mean.map.data]).toEqual([1 - (1 + 2) / 2, 16 - (8 + 16) / 2]);
  });
});

describe('what a result says', () => {
  it('the window and stride that were left to it', async () => {
    const net = linearNet([new Array<number>(28 * 20).fill(1)], [0], { height: 28, width: 20, channels: 1 });
    const image = imageOf(new Array<number>(28 * 20).fill(1), 28, 20);
    expect((await attribute(net, image)).chosen).toEqual({ window: 3, stride: 1 });
    expect((await attribute(net, image, { window: 8 })).chosen).toEqual({ window: 8, stride: 4 });
    expect((await attribute(linearNet([[1, 1]]), rowImage(1, 1))).chosen).toEqual({ window: 1, stride: 1 });
  });

  it('asks for no gradient', async () => {
    const net = classifierOf(linearNet([[1, 2]]));
    const gradient = () => Promise.reject(new Error('no derivative is known'));
    const classifier: Classifier = { ...net, gradient };
    const parameters = resolveParameters(occlusion.parameters, {});
    const { map } = await occlusion.run(classifier, rowImage(1, 2), LOGIT, parameters, { seed: 0 });
    expect([...map.data]).toEqual([1, 4]);
  });

  it('a map of nothing and scores that are not finite are said', async () => {
    expect((await attribute(linearNet([[1, 2]]), rowImage(0, 0))).warnings.join()).toMatch(/no window changes/);
    expect((await attribute(linearNet([[Infinity, 2]]), rowImage(0.5, 1))).warnings.join()).toMatch(/not finite/);
    expect((await attribute(linearNet([[1, 2]]), rowImage(1, 1))).warnings).toEqual([]);
  });

  it('that the sum over all classes is not of the one that is chosen', async () => {
    const net = linearNet([[1, 2], [3, -1]]); // prettier-ignore
    const said = async (mode: string, objective: Objective = LOGIT) =>
      (await attribute(net, rowImage(1, 2), { window: 1, stride: 1, mode }, objective)).warnings;
    expect(await said('absolute-sum-all')).toEqual([
      'The map adds up how the logits of all classes change, so that the chosen one does not matter; the mode absolute-sum is of the objective alone.',
    ]);
    const weights = [{ classIndex: 0, weight: 1 }];
    const pair: Objective = { kind: 'combination', weights };
    expect((await said('absolute-sum-all', pair)).join()).toMatch(/two that are compared/);
    expect((await said('absolute-sum-all', { kind: 'probability', classIndex: 1 })).join()).toMatch(/probabilities of/);
    for (const mode of ['absolute-sum', 'sum', 'signed-mean']) expect(await said(mode)).toEqual([]);
  });

  it('refuses a stride that leaves pixels out, and stops when it is cancelled', async () => {
    await expect(attribute(linearNet([[1, 2]]), rowImage(1, 1), { window: 1, stride: 2 })).rejects.toThrow(
      expect.objectContaining({ code: 'parameter', hint: expect.stringContaining('stride') as string }),
    );
    const classifier = classifierOf(linearNet([[1, 2]]));
    const parameters = resolveParameters(occlusion.parameters, {});
    const context = { seed: 0, signal: { aborted: true } };
    await expect(occlusion.run(classifier, rowImage(1, 1), LOGIT, parameters, context)).rejects.toThrow(CancelledError);
    expect(classifier.calls.predict).toBe(0);
  });
});
