import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { balls } from '../../../src/core/attack/balls';
import { euclideanNorm } from '../../../src/core/method/numbers';
import { distanceToGoal, isReached } from '../../../src/core/attack/goal';
import { normsOf } from '../../../src/core/attack/norms';
import { pgd } from '../../../src/core/attack/pgd';
import { CancelledError } from '../../../src/core/errors';
import { resolveParameters } from '../../../src/core/method/parameters';
import { createRandom } from '../../../src/core/random';
import { basicNet2, classifierOf, fixedLossNet, linearNet, type Net, rowImage, tanhNet } from '../nets';
import { away, family, FAMILY_SHAPES, familyImages, runOne, runSet, towards, watched } from './sets';

/** From the image itself, all steps. */
const PLAIN = { randomStart: false, earlyStop: false };
const FREE = { ...PLAIN, clamp: false };
const METHODS = [['pgd', 'linf'], ['pgd-euclidean', 'l2']] as const; // prettier-ignore
/** Rounding of sums and products in float32. */
const ROUNDING = 1e-6;

/** Captum's BasicModel, 1 − relu(1 − x) element by element, with its loss −log of the output of the label. */
const basicNet: Net = {
  ...linearNet([1, 2, 3, 4, 5].map(() => [1, 1, 1, 1, 1])),
  loss: {
    value: (x, label) => -Math.log(1 - Math.max(0, 1 - x[label]!)),
    gradient: (x, label) => x.map((each, i) => (i === label && each < 1 ? -1 / each : 0)),
  },
};

describe('known answers (Captum)', () => {
  it.each([
    ['away, two steps of .1 within .25', [2, -9, 9, 1, -3], away(4), { epsilon: 0.25, steps: 2 }, -2.8],
    ['towards, three steps of .1 within .2', [9, 10, -6, -1, 3], towards(3), { epsilon: 0.2, steps: 3 }, -1.2],
    ['towards another, the same', [9, 10, -6, -1, 3], towards(2), { epsilon: 0.2, steps: 3 }, -6.2],
  ] as const)('%s', async (_, pixels, goal, given, expected) => {
    for (const [id] of METHODS) {
      const stepSize = 0.1 / given.epsilon;
      const subject = { image: rowImage(...pixels), goal };
      const { adversarial } = await runOne(id, classifierOf(basicNet), subject, { ...FREE, ...given, stepSize });
      const wanted = pixels.map((value, index) => (index === goal.label ? expected : value));
      wanted.forEach((value, index) => expect(adversarial.data[index]).toBeCloseTo(value, 5));
    }
  });

  it.each([
    [4, 2],
    [3, -2],
  ])('BasicModel2 at (%d, %d): L∞ as one step of .25, L2 shared between what matters', async (x1, x2) => {
    const given = { ...FREE, epsilon: 0.25, stepSize: 0.4, steps: 3 };
    const subject = { image: rowImage(x1, x2), goal: away(0) };
    const box = await runOne('pgd', classifierOf(basicNet2), subject, given);
    expect([...box.adversarial.data]).toEqual([x1 - 0.25, x2 > 0 ? x2 + 0.25 : x2]);
    const round = await runOne('pgd-euclidean', classifierOf(basicNet2), subject, given);
    const each = x2 > 0 ? 0.25 / Math.SQRT2 : 0.25;
    expect([...round.perturbation]).toEqual([expect.closeTo(-each, 6), expect.closeTo(x2 > 0 ? each : 0, 6)]);
  });
});

const coarse = fc.integer({ min: -32, max: 32 }).map((eighths) => eighths / 8);
const pixel = fc.integer({ min: 0, max: 255 }).map((level) => level / 255);
const problem = fc.record({
  weights: fc.array(fc.array(coarse, { minLength: 5, maxLength: 5 }), { minLength: 3, maxLength: 3 }),
  pixels: fc.array(pixel, { minLength: 5, maxLength: 5 }),
  label: fc.integer({ min: 0, max: 2 }),
  epsilon: fc.double({ min: 0, max: 1, noNaN: true }),
  seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  isAway: fc.boolean(),
});

describe('one step of size ε from the image itself', () => {
  it('is FGSM to the bit', async () => {
    await fc.assert(
      fc.asyncProperty(problem, fc.boolean(), async ({ weights, pixels, label, epsilon, isAway }, clamp) => {
        const subject = { image: rowImage(...pixels), goal: isAway ? away(label) : towards(label) };
        const given = { epsilon, clamp };
        const one = await runOne('fgsm', classifierOf(linearNet(weights)), subject, given);
        const other = await runOne('pgd', classifierOf(linearNet(weights)), subject, {
          ...PLAIN,
          ...given,
          steps: 1,
          stepSize: 1,
        });
        expect([...other.adversarial.data]).toEqual([...one.adversarial.data]);
        expect([...other.gradient!]).toEqual([...one.gradient!]);
      }),
    );
  });

  it('in L2 lowers the margin of a linear model by ε·‖w₁ − w₀‖₂', async () => {
    const net = linearNet([[2, -1, 0.5, 0], [-1, 3, 0.25, 0]]); // prettier-ignore
    const image = rowImage(0.5, 0.5, 0.5, 0.5);
    const given = { ...FREE, steps: 1, stepSize: 1, epsilon: 0.25 };
    const { adversarial } = await runOne('pgd-euclidean', classifierOf(net), { image, goal: away(0) }, given);
    const margin = (data: Float32Array) => {
      const [z0, z1] = net.logits([...data]);
      return z0! - z1!;
    };
    expect(margin(image.data) - margin(adversarial.data)).toBeCloseTo(0.25 * Math.hypot(3, 4, 0.25), 6);
    expect(adversarial.data[3]).toBe(0.5);
  });
});

describe.each(METHODS)('%s', (id, norm) => {
  it('keeps within ε and the pixel range, and repeats itself bit for bit', async () => {
    await fc.assert(
      fc.asyncProperty(problem, async ({ weights, pixels, label, epsilon, seed, isAway }) => {
        const subject = { image: rowImage(...pixels), goal: isAway ? away(label) : towards(label), seed };
        for (const earlyStop of [true, false]) {
          const run = (clamp: boolean) =>
            runOne(id, classifierOf(linearNet(weights)), subject, { epsilon, earlyStop, clamp, restarts: 2 });
          const clamped = await run(true);
          expect(normsOf(subject.image.data, clamped.adversarial.data)[norm]).toBeLessThanOrEqual(epsilon + ROUNDING);
          for (const value of clamped.adversarial.data) expect(value >= 0 && value <= 1).toBe(true);
          const free = await run(false);
          expect(normsOf(subject.image.data, free.adversarial.data)[norm]).toBeLessThanOrEqual(epsilon + ROUNDING);
          expect(await run(true)).toEqual(clamped);
          expect(subject.image.data).toEqual(Float32Array.from(pixels));
          const { logits, probabilities, count, classes } = await classifierOf(linearNet(weights)).predict({
            ...clamped.adversarial,
            count: 1,
          });
          expect(clamped.success).toBe(isReached({ logits, probabilities, count, classes }, 0, subject.goal));
        }
      }),
      { numRuns: 40 },
    );
  });

  it('ε = 0 leaves the image', async () => {
    const image = rowImage(0, 0.3, 1);
    const net = linearNet([[1, -1, 2], [0, 1, 1]]); // prettier-ignore
    for (const given of [{}, PLAIN, FREE]) {
      const { adversarial } = await runOne(id, classifierOf(net), { image, goal: away(0) }, { ...given, epsilon: 0 });
      expect([...adversarial.data]).toEqual([...image.data]);
    }
  });

  it('other seeds begin elsewhere', async () => {
    const net = linearNet([[1, -1, 2], [0, 1, 1]]); // prettier-ignore
    const begun = await Promise.all(
      [1, 2].map((seed) =>
        runOne(id, classifierOf(net), { image: rowImage(0.5, 0.5, 0.5), goal: away(0), seed }, { steps: 1 }),
      ),
    );
    expect(begun[0]!.adversarial.data).not.toEqual(begun[1]!.adversarial.data);
  });

  describe.each(FAMILY_SHAPES)('on the linear family, %d × %d', (height, width) => {
    it.each([1, 3, 8])('reaches the goal with 1.25 × the least change, %d images at once', async (count) => {
      const subjects = familyImages(height, width, count);
      const epsilon = 1.25 * Math.max(...subjects.map(({ least }) => least[norm]));
      const outcomes = await runSet(id, classifierOf(family(height, width)), subjects, { epsilon });
      outcomes.forEach(({ adversarial, success, warnings }, index) => {
        const { image, least } = subjects[index]!;
        const distance = normsOf(image.data, adversarial.data)[norm];
        expect(success).toBe(true);
        expect(distance).toBeLessThanOrEqual(1.01 * epsilon);
        expect(distance).toBeGreaterThanOrEqual(least[norm] - ROUNDING);
        expect(warnings).toEqual([]);
      });
      const small = { epsilon: 0.95 * Math.min(...subjects.map(({ least }) => least[norm])) };
      const kept = await runSet(id, classifierOf(family(height, width)), subjects, small);
      expect(kept.map(({ success, steps }) => [success, steps])).toEqual(subjects.map(() => [false, 10]));
    });
  });

  it('gives an image of a set what it gets alone, in any order, and drops those that are finished', async () => {
    const net = tanhNet(
      [[2, -1, 0.5], [-1, 3, 1], [0.5, 0.5, -2], [1, 1, 1]], // prettier-ignore
      [[4, -1, 0, 1], [-2, 3, 1, 0], [1, 0, 3, -2]], // prettier-ignore
    );
    const subjects = [[0.9, 0.1, 0.3], [0.2, 0.8, 0.4], [0.6, 0.2, 0.2], [0.1, 0.2, 0.9], [0.6, 0.5, 0.4]].map(
      (pixels, index) => {
        const logits = net.logits(pixels);
        const label = logits.indexOf(Math.max(...logits));
        const goal = index % 2 === 0 ? away(label) : towards((label + 1) % 3);
        return { image: rowImage(...pixels), goal, seed: 7 * index };
      },
    ); // prettier-ignore
    const given = { epsilon: norm === 'linf' ? 0.25 : 0.4, stepSize: 0.1, steps: 20 };
    const classifier = watched(classifierOf(net));
    const together = await runSet(id, classifier, subjects, given);
    const reversed = await runSet(id, classifierOf(net), [...subjects].reverse(), given);
    expect([...reversed].reverse()).toEqual(together);
    for (const [index, subject] of subjects.entries())
      expect(await runOne(id, classifierOf(net), subject, given)).toEqual(together[index]);
    expect(new Set(together.map(({ steps }) => steps)).size).toBeGreaterThan(2);
    // Each gradient call holds those that are not finished, and those that finish at its scores.
    const inCall = (call: number) => together.filter(({ steps }) => steps >= call).length;
    expect(classifier.differentiated).toEqual(classifier.differentiated.map((_, call) => inCall(call)));
    expect(classifier.differentiated.at(-1)).toBeLessThan(subjects.length);
  });
});

describe('starts', () => {
  /** A score that depends on the pixel only above .55; the image stands at .5. */
  const flat: Net = {
    height: 1,
    width: 1,
    channels: 1,
    logits: ([x]) => [0, 10 * Math.max(0, x! - 0.55) - 0.1],
    jacobian: ([x]) => [[0], [x! > 0.55 ? 10 : 0]],
  };
  const subject = { image: rowImage(0.5), goal: away(0) };
  const given = { epsilon: 0.1, stepSize: 0.5 };

  it('from the image alone get nowhere where the gradient is zero, and that is said', async () => {
    const outcome = await runOne('pgd', classifierOf(flat), subject, { ...given, randomStart: false, restarts: 3 });
    expect(outcome).toMatchObject({ success: false, steps: 0 });
    expect(outcome.warnings).toEqual([
      expect.stringContaining('moves no further'),
      expect.stringContaining('only one was made'),
    ]);
    expect([...outcome.adversarial.data]).toEqual([0.5]);
  });

  it('at random find a way in one of four, several find it always and stop there', async () => {
    const seeds = Array.from({ length: 40 }, (_, seed) => ({ ...subject, seed }));
    const once = await runSet('pgd', classifierOf(flat), seeds, given);
    const found = once.filter(({ success }) => success).length;
    expect(found).toBeGreaterThan(2);
    expect(found).toBeLessThan(20);
    const classifier = watched(classifierOf(flat));
    const often = await runSet('pgd', classifier, seeds, { ...given, restarts: 60 });
    expect(often.every(({ success }) => success)).toBe(true);
    once.forEach((outcome, index) => {
      if (outcome.success) expect(often[index]).toEqual(outcome);
    });
    expect(classifier.differentiated.length).toBeLessThan(600);
  });

  it('that all fail leave the nearest', async () => {
    // Too far to reach: class 0 leads by 2 + x at least; the loss is concave in x so that where it starts matters.
    const hill: Net = {
      height: 1,
      width: 1,
      channels: 1,
      logits: ([x]) => [2, (x! - 0.5) ** 2],
      jacobian: ([x]) => [[0], [2 * (x! - 0.5)]],
    };
    const classifier = classifierOf(hill);
    const run = (restarts: number) =>
      runOne('pgd', classifier, { image: rowImage(0.55), goal: away(0), seed: 3 }, { epsilon: 0.2, restarts });
    const distance = async (data: Float32Array) =>
      distanceToGoal(await classifier.predict({ data, count: 1, height: 1, width: 1, channels: 1 }), 0, away(0));
    const many = await run(30);
    // The farther end of [.35, .75] is .25 from the middle.
    expect(many.success).toBe(false);
    expect(many.adversarial.data[0]).toBeCloseTo(0.75, 6);
    expect(await distance(many.adversarial.data)).toBeLessThanOrEqual(await distance((await run(1)).adversarial.data));
    expect(many.steps).toBe(300);
  });
});

describe('an image that is at its goal already', () => {
  const net = linearNet([[1, 0], [0, 1]]); // prettier-ignore
  const wrong = { image: rowImage(0.2, 0.7), goal: away(0), seed: 3 };
  const there = { image: rowImage(0.7, 0.2), goal: towards(0), seed: 4 };
  const open = { image: rowImage(0.7, 0.2), goal: away(0), seed: 5 };

  it.each(METHODS)('of %s stays as it is, without a step, among others that do not', async (id) => {
    for (const given of [{}, { restarts: 3 }, { randomStart: false }]) {
      const classifier = watched(classifierOf(net));
      const outcomes = await runSet(id, classifier, [wrong, open, there], { ...given, epsilon: 0.9 });
      for (const [index, { image }] of [wrong, open, there].entries()) {
        const { adversarial, perturbation, success, steps, warnings } = outcomes[index]!;
        expect({ success, warnings }).toEqual({ success: true, warnings: [] });
        if (index === 1) continue;
        expect([...adversarial.data]).toEqual([...image.data]);
        expect([...perturbation]).toEqual([0, 0]);
        expect(steps).toBe(0);
      }
      expect(outcomes[1]!.adversarial.data).not.toEqual(open.image.data);
    }
  });

  it.each(METHODS)('of %s is changed where all steps are to be made', async (id) => {
    const outcome = await runOne(id, classifierOf(net), wrong, { epsilon: 0.1, earlyStop: false });
    expect(outcome.steps).toBe(10);
    expect(outcome.adversarial.data).not.toEqual(wrong.image.data);
  });
});

describe('stopping', () => {
  it('early keeps the first image that reaches the goal', async () => {
    const net = linearNet([[1, 0], [0, 0]], [-0.45, 0]); // prettier-ignore
    const subject = { image: rowImage(0.5, 0.5), goal: away(0) };
    const given = { epsilon: 0.2, stepSize: 0.1, randomStart: false, steps: 10 };
    const early = await runOne('pgd', classifierOf(net), subject, given);
    expect(early).toMatchObject({ success: true, steps: 3 });
    expect(early.adversarial.data[0]).toBeCloseTo(0.44, 6);
    const whole = await runOne('pgd', classifierOf(net), subject, { ...given, earlyStop: false });
    expect(whole).toMatchObject({ success: true, steps: 10 });
    expect(whole.adversarial.data[0]).toBeCloseTo(0.3, 6);
  });

  it('values that are not finite count as 0 and are counted over all steps', async () => {
    const net = fixedLossNet([NaN, 2, -Infinity, 1]);
    const subject = { image: rowImage(0.5, 0.5, 0.5, 0.5), goal: away(0) };
    const outcome = await runOne('pgd', classifierOf(net), subject, { ...PLAIN, epsilon: 0.25, steps: 4 });
    expect([...outcome.perturbation]).toEqual([0, 0.25, 0, 0.25]);
    expect(outcome.warnings).toEqual(['8 of 16 gradient values are not finite; they count as 0.']);
  });

  it('on request, between two steps', async () => {
    const signal = { aborted: false };
    const classifier = classifierOf(linearNet([[1], [0]]));
    const run = pgd.run(
      classifier,
      [{ image: rowImage(1), goal: away(0), seed: 0 }],
      resolveParameters(pgd.parameters, PLAIN),
      { signal, progress: (done) => (signal.aborted = done === 4) },
    );
    await expect(run).rejects.toThrow(CancelledError);
    expect(classifier.calls.gradient).toBe(4);
  });
});

describe('draws', () => {
  it('fill the ball: within it, evenly in radius^n, and without a side', () => {
    const random = createRandom(5);
    const draws = Array.from({ length: 4000 }, () => balls.l2.draw(random, 3, 0.5));
    const radii = draws.map((draw) => euclideanNorm(draw));
    expect(Math.max(...radii)).toBeLessThanOrEqual(0.5 + ROUNDING);
    // Half of the volume lies within 2^(−1/3) of the radius.
    expect(radii.filter((radius) => radius < 0.5 * 0.5 ** (1 / 3)).length / 4000).toBeCloseTo(0.5, 1);
    for (const axis of [0, 1, 2]) expect(draws.reduce((sum, draw) => sum + draw[axis]!, 0) / 4000).toBeCloseTo(0, 1);
    const cube = Array.from({ length: 4000 }, () => balls.linf.draw(random, 1, 0.5)[0]!);
    expect(Math.max(...cube.map(Math.abs))).toBeLessThanOrEqual(0.5);
    expect(cube.reduce((sum, value) => sum + value * value, 0) / 4000).toBeCloseTo(0.25 / 3, 2);
  });
});
