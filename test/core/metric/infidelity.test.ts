import { describe, expect, it } from 'vitest';
import { integratedGradients } from '../../../src/core/attribution/integratedGradients';
import { resolveParameters } from '../../../src/core/method/parameters';
import { meanSquaredError, toldChange } from '../../../src/core/metric/infidelity';
import { basicNet2, classifierOf, imageOf, linearNet, rowImage, tanhNet } from '../nets';
import { LOGIT, mapLike, measureOne, subjectOf } from './measure';

describe('known answers', () => {
  // Captum's test_infidelity: BasicModel2 at (3, 1), what is taken off (0.0009, 0.0121).
  it.each([
    ['integrated gradients', [1.5, -0.5], 4.225e-5],
    ['integrated gradients not multiplied', [0.5, -0.5], 3.136e-5],
    ['the gradient', [1, -1], 0],
  ])('BasicModel2, %s', (_, values, expected) => {
    const image = rowImage(3, 1);
    const perturbed = [3 - 0.0009, 1 - 0.0121];
    const [f, g] = [image.data, perturbed].map((x) => basicNet2.logits([...x])[0]!);
    // In float64: the perturbed pixels are not rounded.
    const told = toldChange({ image, map: mapLike(image, values) })(perturbed as unknown as Float32Array);
    expect(meanSquaredError([told], [f! - g!], false)).toBeCloseTo(expected, 12);
  });

  it('a linear model: 0 for its weights, σ²‖φ − w‖² in expectation for others', async () => {
    const weights = Array.from({ length: 60 }, (_, index) => ((index * 37) % 11) - 5);
    const image = imageOf(new Array<number>(60).fill(0.5), 4, 5, 3);
    const classifier = classifierOf(linearNet([weights], [1], { height: 4, width: 5, channels: 3 }));
    const own = subjectOf({ image, map: mapLike(image, weights) });
    expect((await measureOne('infidelity', classifier, own)).value).toBeLessThan(1e-10);
    const other = subjectOf({ image, map: mapLike(image, weights.map((weight, index) => weight + (index % 2))) }); // prettier-ignore
    const samples = 4000;
    const { value } = await measureOne('infidelity', classifier, other, { samples, deviation: 0.1 });
    // 30 elements differ by 1: the error is N(0, 30 σ²), whose square has the standard deviation √2 · 30 σ².
    const expected = 30 * 0.1 ** 2;
    expect(Math.abs(value - expected)).toBeLessThan((4 * Math.SQRT2 * expected) / Math.sqrt(samples));
  });

  it('to the baseline, of a map that counts from it: the square of the completeness delta', async () => {
    const net = tanhNet([[3, -2, 4], [-1, 5, 2]], [[1, -2]]); // prettier-ignore
    const classifier = classifierOf(net);
    const image = rowImage(0.9, 0.6, 0.8);
    const given = resolveParameters(integratedGradients.parameters, { steps: 2, rule: 'riemann-left' });
    const { map, delta } = await integratedGradients.run(classifier, image, LOGIT, given, { seed: 0 });
    expect(Math.abs(delta!)).toBeGreaterThan(0.1);
    const { value } = await measureOne('infidelity', classifier, subjectOf({ image, map }), {
      perturbation: 'baseline',
      deviation: 0,
      multipliedByInputs: true,
    });
    expect(value / delta! ** 2).toBeCloseTo(1, 5);
  });

  it('normalised it does not depend on the scale of the map, and is 0 for any multiple of the gradient', async () => {
    const net = tanhNet([[3, -2, 4], [-1, 5, 2]], [[1, -2]]); // prettier-ignore
    const classifier = classifierOf(net);
    const image = rowImage(0.9, 0.6, 0.8);
    const of = (map: readonly number[]) =>
      measureOne('infidelity', classifier, subjectOf({ image, map: mapLike(image, map) }), {
        normalize: true,
        deviation: 0.1,
      });
    const [once, often] = [await of([1, -2, 0.5]), await of([100, -200, 50])];
    expect(often.value / once.value).toBeCloseTo(1, 9);
    const linear = classifierOf(linearNet([[1, 2, 4]]));
    const multiple = subjectOf({ image, map: mapLike(image, [-3, -6, -12]) });
    expect((await measureOne('infidelity', linear, multiple, { normalize: true })).value).toBeLessThan(1e-10);
    expect((await measureOne('infidelity', linear, multiple)).value).toBeGreaterThan(1e-5);
  });

  it('a value for all channels meets the mean of what is taken off them', () => {
    const image = imageOf([1, 1, 1, 1, 1, 1], 1, 2, 3);
    const map = { data: Float32Array.of(6, 30), height: 1, width: 2, channels: 1 };
    const told = toldChange({ image, map });
    expect(told(Float32Array.of(0, 0, 0, 1, 1, 1))).toBe(6);
    expect(told(Float32Array.of(0, 1, 1, 1, 0, 0))).toBe(2 + 20);
  });

  it('where image and baseline agree, a map that counts from it is not divided', () => {
    const image = rowImage(0, 0.5);
    const told = toldChange({ image, map: mapLike(image, [4, 3]) }, new Float32Array(2));
    expect(told(Float32Array.of(-1, 0.25))).toBe(4 + 3 / 2);
  });
});

describe('what is said', () => {
  const image = rowImage(0.5, 0.5);

  it('that nothing was perturbed, and that scores are not finite', async () => {
    const subject = subjectOf({ image, map: mapLike(image, [1, 2]) });
    const still = await measureOne('infidelity', classifierOf(linearNet([[1, 2]])), subject, { deviation: 0 });
    expect(still).toMatchObject({ value: 0, warnings: [expect.stringMatching(/No perturbation/)] });
    const overflowing = await measureOne('infidelity', classifierOf(linearNet([[Infinity, 2]])), subject);
    expect(overflowing.value).toBeNaN();
    expect(overflowing.warnings.join()).toMatch(/no finite number/);
    expect((await measureOne('infidelity', classifierOf(linearNet([[1, 3]])), subject)).warnings).toEqual([]);
  });
});
