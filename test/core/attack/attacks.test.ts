import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { goalSign } from '../../../src/core/attack/goal';
import type { AttackGoal, AttackOutcome } from '../../../src/core/attack/method';
import { normsOf } from '../../../src/core/attack/norms';
import { findAttackMethod } from '../../../src/core/attack/registry';
import { CancelledError } from '../../../src/core/errors';
import type { PixelImage } from '../../../src/core/image/pixels';
import { resolveParameters } from '../../../src/core/method/parameters';
import {
  basicNet2,
  classifierOf,
  derive,
  fixedLossNet,
  linearNet,
  type Net,
  rowImage,
  softmax,
  squareLossNet,
} from '../nets';

const away = (label: number): AttackGoal => ({ direction: 'away', label });
const towards = (label: number): AttackGoal => ({ direction: 'towards', label });

async function run(
  id: string,
  net: Net,
  image: PixelImage,
  goal: AttackGoal,
  given: Record<string, unknown>,
): Promise<AttackOutcome> {
  const attack = findAttackMethod(id);
  const subject = { image, goal, seed: 0 };
  return (await attack.run(classifierOf(net), [subject], resolveParameters(attack.parameters, given), {}))[0]!;
}

/** The variants of the attacks that keep their promise ‖δ‖∞ ≤ ε. */
const BOUNDED = ['fgsm', 'max-normed-gradient'] as const;

describe('known answers', () => {
  it('FGSM on ½(θ·a − y)²', async () => {
    const net = squareLossNet([1, -2]);
    const a = [0.5, 0.5];
    expect(derive(net, a, { kind: 'cross-entropy', label: 0 })).toEqual({ value: 0.125, gradient: [-0.5, 1] });
    const { adversarial, gradient, perturbation } = await run('fgsm', net, rowImage(...a), away(0), { epsilon: 0.1 });
    expectClose(gradient!, [-0.5, 1]);
    expectClose(perturbation, [-0.1, 0.1]);
    expectClose(adversarial.data, [0.4, 0.6]);
    expect(derive(net, [...adversarial.data], { kind: 'cross-entropy', label: 0 }).value).toBeCloseTo(0.32, 6);
  });

  it.each([
    [4, 2, 3.75, 2.25],
    [3, -2, 2.75, -2],
  ])('FGSM unclamped on BasicModel2 (%d, %d): only what the score depends on moves', async (x1, x2, y1, y2) => {
    const { adversarial } = await run('fgsm', basicNet2, rowImage(x1, x2), away(0), { epsilon: 0.25, clamp: false });
    expect([...adversarial.data]).toEqual([y1, y2]);
  });

  it('max-normed gradient: the literal rule reverses an all-negative gradient, max |g| does not', async () => {
    const net = fixedLossNet([-2, -1]);
    const given = { epsilon: 1, clamp: false };
    const literal = await run('max-normed-gradient', net, rowImage(0, 0), away(0), { ...given, normalization: 'max' });
    expect([...literal.perturbation]).toEqual([2, 1]);
    expect(literal.warnings.join()).toMatch(/reverses/);
    const absolute = await run('max-normed-gradient', net, rowImage(0, 0), away(0), given);
    expect([...absolute.perturbation]).toEqual([-1, -0.5]);
    expect(absolute.warnings).toEqual([]);
  });
});

describe('the goal', () => {
  it('away is a step up the loss, towards a step down', () => {
    expect([goalSign(away(0)), goalSign(towards(0))]).toEqual([1, -1]);
  });

  const net = linearNet([[2, -1, 0.5], [-1, 3, 0], [0.5, 0.5, -2]]); // prettier-ignore
  const image = rowImage(0.4, 0.5, 0.6);

  it.each(BOUNDED)('%s: away lowers the probability of the label, towards raises that of the target', async (id) => {
    for (const label of [0, 1, 2]) {
      const before = softmax(net.logits([...image.data]))[label]!;
      const from = await run(id, net, image, away(label), { epsilon: 0.05 });
      const to = await run(id, net, image, towards(label), { epsilon: 0.05 });
      expect(softmax(net.logits([...from.adversarial.data]))[label]!).toBeLessThan(before);
      expect(softmax(net.logits([...to.adversarial.data]))[label]!).toBeGreaterThan(before);
      expect([...to.perturbation]).toEqual([...from.perturbation].map((value) => -value));
    }
  });
});

const coarse = fc.integer({ min: -32, max: 32 }).map((eighths) => eighths / 8);
const pixel = fc.integer({ min: 0, max: 255 }).map((level) => level / 255);
const problem = fc.record({
  weights: fc.array(fc.array(coarse, { minLength: 5, maxLength: 5 }), { minLength: 3, maxLength: 3 }),
  pixels: fc.array(pixel, { minLength: 5, maxLength: 5 }),
  label: fc.integer({ min: 0, max: 2 }),
  epsilon: fc.integer({ min: 0, max: 1024 }).map((steps) => steps / 1024),
});
/** Rounding of a + δ to float32. */
const ROUNDING = 1e-7;

describe.each(BOUNDED)('%s: properties on linear softmax nets', (id) => {
  it('‖a′ − a‖∞ ≤ ε, within the pixel range when clamped, and δ is what was added when not', async () => {
    await fc.assert(
      fc.asyncProperty(problem, async ({ weights, pixels, label, epsilon }) => {
        const image = rowImage(...pixels);
        const clamped = await run(id, linearNet(weights), image, away(label), { epsilon });
        expect(normsOf(image.data, clamped.adversarial.data).linf).toBeLessThanOrEqual(epsilon + ROUNDING);
        for (const value of clamped.adversarial.data) expect(value >= 0 && value <= 1).toBe(true);
        const free = await run(id, linearNet(weights), image, away(label), { epsilon, clamp: false });
        expect([...free.perturbation]).toEqual([...clamped.perturbation]);
        free.adversarial.data.forEach((value, index) =>
          expect(Math.abs(value - image.data[index]! - free.perturbation[index]!)).toBeLessThanOrEqual(2 * ROUNDING),
        );
        clamped.adversarial.data.forEach((value, index) =>
          expect(value).toBe(Math.min(1, Math.max(0, free.adversarial.data[index]!))),
        );
      }),
    );
  });

  it('ε = 0 leaves every bit of the image', async () => {
    await fc.assert(
      fc.asyncProperty(problem, async ({ weights, pixels, label }) => {
        const image = rowImage(...pixels);
        for (const clamp of [true, false]) {
          const { adversarial } = await run(id, linearNet(weights), image, away(label), { epsilon: 0, clamp });
          expect(adversarial.data).toEqual(image.data);
        }
        expect(normsOf(image.data, image.data)).toEqual({ l0: 0, l1: 0, l2: 0, linf: 0 });
      }),
    );
  });

  it('the loss, convex in the pixels, rises by at least ε·max|g|; the step is linear in ε; the image is left alone', async () => {
    await fc.assert(
      fc.asyncProperty(problem, async ({ weights, pixels, label, epsilon }) => {
        const net = linearNet(weights);
        const image = rowImage(...pixels);
        const lossOf = (data: Float32Array) => derive(net, [...data], { kind: 'cross-entropy', label }).value;
        const whole = await run(id, net, image, away(label), { epsilon, clamp: false });
        const half = await run(id, net, image, away(label), { epsilon: epsilon / 2, clamp: false });
        const steepest = Math.max(...derive(net, pixels, { kind: 'cross-entropy', label }).gradient.map(Math.abs));
        const gain = lossOf(whole.adversarial.data) - lossOf(image.data);
        expect(gain).toBeGreaterThanOrEqual(epsilon * steepest - 1e-5);
        expect([...half.perturbation].map((value) => 2 * value)).toEqual([...whole.perturbation]);
        expect(image.data).toEqual(Float32Array.from(pixels));
      }),
    );
  });
});

describe('FGSM on a linear model', () => {
  it('moves the logit margin by exactly −ε·‖w₁ − w₀‖₁', async () => {
    const weights = [[2, -1, 0.5, 0], [-1, 3, 0.25, 0]]; // prettier-ignore
    const image = rowImage(0.5, 0.5, 0.5, 0.5);
    const margin = (data: Float32Array) => {
      const [z0, z1] = linearNet(weights).logits([...data]);
      return z0! - z1!;
    };
    for (const epsilon of [0.015625, 0.03125, 0.125]) {
      const { adversarial } = await run('fgsm', linearNet(weights), image, away(0), { epsilon });
      expect(margin(adversarial.data)).toBe(margin(image.data) - epsilon * (3 + 4 + 0.25));
    }
  });

  it('sign(0) = 0: a pixel without influence stays', async () => {
    const { perturbation } = await run('fgsm', linearNet([[1, 0], [-1, 0]]), rowImage(0.5, 0.5), away(0), {}); // prettier-ignore
    expect(perturbation[1]).toBe(0);
  });
});

describe('gradients that say nothing', () => {
  it.each([
    ['fgsm', {}],
    ['max-normed-gradient', {}],
    ['max-normed-gradient', { normalization: 'max' }],
  ])('%s %o: a zero gradient leaves the image and says so once', async (id, given) => {
    const { adversarial, perturbation, warnings } = await run(
      id,
      fixedLossNet([0, 0]),
      rowImage(0.2, 0.7),
      away(0),
      given,
    );
    expect(adversarial.data).toEqual(rowImage(0.2, 0.7).data);
    expect([...perturbation]).toEqual([0, 0]);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/zero everywhere/);
  });

  it.each(BOUNDED)('%s: values that are not finite count as 0 and are counted', async (id) => {
    const net = fixedLossNet([NaN, 2, -Infinity, 1]);
    const { adversarial, perturbation, gradient, warnings } = await run(
      id,
      net,
      rowImage(0.5, 0.5, 0.5, 0.5),
      away(0),
      { epsilon: 0.25 },
    );
    expect([...perturbation]).toEqual(id === 'fgsm' ? [0, 0.25, 0, 0.25] : [0, 0.25, 0, 0.125]);
    expect([...adversarial.data].every(Number.isFinite)).toBe(true);
    expect([...gradient!]).toEqual([NaN, 2, -Infinity, 1]);
    expect(warnings.join()).toMatch(/^2 of 4 /);
  });

  it('the literal rule with max(g) = 0 changes nothing and says why', async () => {
    const { perturbation, warnings } = await run(
      'max-normed-gradient',
      fixedLossNet([0, -3]),
      rowImage(0.5, 0.5),
      away(0),
      { normalization: 'max' },
    );
    expect([...perturbation]).toEqual([0, 0]);
    expect(warnings.join()).toMatch(/max\(g\) is 0/);
  });

  it('the literal rule with a tiny maximum says by how much it exceeds ε, and stays finite', async () => {
    const given = { normalization: 'max', epsilon: 0.5, clamp: false };
    const excessive = await run('max-normed-gradient', fixedLossNet([0.01, -3]), rowImage(0.5, 0.5), away(0), given);
    expect(excessive.perturbation[1]).toBeCloseTo(-150, 3);
    expect(excessive.warnings.join()).toMatch(/300 times ε/);
    const extreme = await run('max-normed-gradient', fixedLossNet([1e-45, -1e30]), rowImage(0.5, 0.5), away(0), given);
    expect([...extreme.adversarial.data].every(Number.isFinite)).toBe(true);
    const modest = await run('max-normed-gradient', fixedLossNet([2, -3]), rowImage(0.5, 0.5), away(0), given);
    expect(modest.warnings).toEqual([]);
  });
});

describe('cancellation', () => {
  it.each(BOUNDED)('%s stops before it calls the model', async (id) => {
    const attack = findAttackMethod(id);
    const classifier = classifierOf(linearNet([[1], [0]]));
    const context = { signal: { aborted: true } };
    const subject = { image: rowImage(1), goal: away(0), seed: 0 };
    const parameters = resolveParameters(attack.parameters, {});
    await expect(attack.run(classifier, [subject], parameters, context)).rejects.toThrow(CancelledError);
    expect(classifier.calls.gradient).toBe(0);
  });
});

function expectClose(actual: Float32Array, expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  expected.forEach((value, index) => expect(actual[index]).toBeCloseTo(value, 6));
}
