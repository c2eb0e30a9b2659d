import { describe, expect, it } from 'vitest';
import { chooseAttack } from '../../../src/core/attack/chooseAttack';
import { normsOf } from '../../../src/core/attack/norms';
import { CancelledError, UserError } from '../../../src/core/errors';
import { deepfool } from '../../../src/core/attack/deepfool';
import { resolveParameters } from '../../../src/core/method/parameters';
import { basicNet, classifierOf, fixedLossNet, linearNet, type Net, rowImage, tanhNet } from '../nets';
import { away, family, FAMILY_SHAPES, familyImages, runOne, runSet, towards, watched } from './sets';

describe('the least change', () => {
  describe.each(FAMILY_SHAPES)('of the linear family, %d × %d', (height, width) => {
    it.each([
      ['l2', 1],
      ['l2', 3],
      ['l2', 8],
      ['linf', 1],
      ['linf', 3],
      ['linf', 8],
    ] as const)('in %s is met to 2.1 %%, %d images at once', async (norm, count) => {
      const subjects = familyImages(height, width, count);
      const outcomes = await runSet('deepfool', classifierOf(family(height, width)), subjects, { norm });
      expect(outcomes).toHaveLength(count);
      outcomes.forEach(({ adversarial, success, steps, warnings }, index) => {
        const { image, least } = subjects[index]!;
        const ratio = normsOf(image.data, adversarial.data)[norm] / least[norm];
        expect(ratio).toBeGreaterThan(1);
        expect(ratio).toBeLessThanOrEqual(1.021);
        expect({ success, steps, warnings }).toEqual({ success: true, steps: 1, warnings: [] });
      });
    });
  });

  it('goes to the nearest boundary, not to the second class', async () => {
    // Class 1 is the more probable, half a pixel away; class 2 is .08 away.
    const net = linearNet([[0, 0], [1, 0], [0, 10]], [0, -1, -5.8]); // prettier-ignore
    const subject = { image: rowImage(0.5, 0.5), goal: away(0) };
    for (const norm of ['l2', 'linf']) {
      const { perturbation } = await runOne('deepfool', classifierOf(net), subject, { norm });
      expect(perturbation[0]).toBe(0);
      expect(perturbation[1]).toBeCloseTo(1.02 * 0.08, 6);
    }
    const narrow = await runOne('deepfool', classifierOf(net), subject, { candidates: 2, clamp: false });
    expect([...narrow.perturbation]).toEqual([expect.closeTo(0.51, 6), 0]);
    expect(narrow.success).toBe(true);
  });

  it('to a circle is on the radius, and as long as the way to it', async () => {
    // Class 1 inside the circle of radius .2 around (.1, .1); the image is .5 away from its middle, .3 from the circle.
    const circle: Net = {
      height: 1,
      width: 2,
      channels: 1,
      logits: ([x, y]) => [0, 0.04 - (x! - 0.1) ** 2 - (y! - 0.1) ** 2],
      jacobian: ([x, y]) => [[0, 0], [-2 * (x! - 0.1), -2 * (y! - 0.1)]], // prettier-ignore
    };
    const image = rowImage(0.4, 0.5);
    const outcome = await runOne('deepfool', classifierOf(circle), { image, goal: away(0) });
    const { l2 } = normsOf(image.data, outcome.adversarial.data);
    expect(l2).toBeGreaterThan(0.3);
    expect(l2).toBeLessThanOrEqual(1.021 * 0.3);
    expect(outcome.perturbation[1]! / outcome.perturbation[0]!).toBeCloseTo(4 / 3, 5);
    expect(outcome.success).toBe(true);
    expect(outcome.steps).toBeGreaterThan(1);
  });

  it('within the pixel range is found where pixels are at its end', async () => {
    // f = x₂ − x₁ − .7: pixel 1 is black and cannot go down, so that pixel 2 has to go all of the way, to .7.
    const net = linearNet([[0, 0], [-1, 1]], [0, -0.7]); // prettier-ignore
    const image = rowImage(0, 0.5);
    const { adversarial, success } = await runOne('deepfool', classifierOf(net), { image, goal: away(0) });
    expect(success).toBe(true);
    expect(adversarial.data[0]).toBe(0);
    expect(adversarial.data[1]).toBeGreaterThan(0.7);
    expect(adversarial.data[1]).toBeLessThanOrEqual(0.5 + 1.021 * 0.2);
    const free = await runOne('deepfool', classifierOf(net), { image, goal: away(0) }, { clamp: false });
    expect([...free.adversarial.data]).toEqual([expect.closeTo(-0.102, 6), expect.closeTo(0.602, 6)]);
  });

  it('of one output for two classes, −z and z, is |z| / ‖∇z‖', async () => {
    const net = linearNet([[-3, -4], [3, 4]], [2, -2]); // prettier-ignore
    const image = rowImage(0.5, 0.5);
    const { adversarial, success } = await runOne('deepfool', classifierOf(net), { image, goal: away(1) });
    expect(success).toBe(true);
    expect(normsOf(image.data, adversarial.data).l2).toBeCloseTo((1.02 * 1.5) / 5, 6);
  });
});

describe('sets of images', () => {
  const net = tanhNet(
    [[2, -1, 0.5], [-1, 3, 1], [0.5, 0.5, -2], [1, 1, 1]], // prettier-ignore
    [[4, -1, 0, 1], [-2, 3, 1, 0], [1, 0, 3, -2]], // prettier-ignore
  );
  const images = [[0.9, 0.1, 0.3], [0.2, 0.8, 0.4], [0.5, 0.1, 0.1], [0.1, 0.2, 0.9], [0.6, 0.5, 0.4]]; // prettier-ignore
  const subjects = images.map((pixels) => {
    const logits = net.logits([...Float32Array.from(pixels)]);
    return { image: rowImage(...pixels), goal: away(logits.indexOf(Math.max(...logits))) };
  });

  it('give each image what it gets alone, bit for bit, and drop those that are finished', async () => {
    const classifier = watched(classifierOf(net));
    const together = await runSet('deepfool', classifier, subjects, { overshoot: 0.001 });
    const alone = await Promise.all(
      subjects.map((subject) => runOne('deepfool', classifierOf(net), subject, { overshoot: 0.001 })),
    );
    expect(together).toEqual(alone);
    expect(together.every(({ success }) => success)).toBe(true);
    const most = Math.max(...together.map(({ steps }) => steps));
    expect(new Set(together.map(({ steps }) => steps)).size).toBeGreaterThan(1);
    expect(classifier.predicted).toEqual(
      Array.from({ length: most + 1 }, (_, step) => together.filter(({ steps }) => steps >= step).length),
    );
    expect(classifier.differentiated).toEqual(
      together.flatMap(({ steps }) => new Array<number>(steps).fill(3)), // one gradient of each of three classes a step
    );
  });

  it('leave an image that is already where it should be', async () => {
    const [first] = subjects;
    const wrong = { ...first!, goal: away((first!.goal.label + 1) % 3) };
    const { adversarial, success, steps } = await runOne('deepfool', classifierOf(net), wrong);
    expect(adversarial.data).toEqual(wrong.image.data);
    expect({ success, steps }).toEqual({ success: true, steps: 0 });
  });
});

describe('where there is no way', () => {
  it('a network that depends on no pixel leaves the image and says why', async () => {
    const image = rowImage(0.2, 0.7);
    const outcome = await runOne('deepfool', classifierOf(fixedLossNet([1, 1])), { image, goal: away(0) });
    expect(outcome.adversarial.data).toEqual(image.data);
    expect(outcome.success).toBe(false);
    expect(outcome.warnings.join()).toMatch(/moves no further/);
  });

  it('too few steps are said', async () => {
    const net = linearNet([[0], [0.1]], [0, -1]); // prettier-ignore
    const outcome = await runOne('deepfool', classifierOf(net), { image: rowImage(0.5), goal: away(0) }, { steps: 3 });
    expect(outcome).toMatchObject({ success: false, steps: 3, warnings: ['No other class was reached in 3 steps.'] });
    expect([...outcome.adversarial.data]).toEqual([1]);
  });

  it('values that are not finite count as 0 and are counted', async () => {
    const net = linearNet([[0, 0], [NaN, 1]], [0, 0]); // prettier-ignore
    const finite = { ...net, logits: ([, y]: readonly number[]) => [0, y! - 0.7] };
    const outcome = await runOne('deepfool', classifierOf(finite), { image: rowImage(0.5, 0.5), goal: away(0) });
    expect(outcome.success).toBe(true);
    expect([...outcome.adversarial.data]).toEqual([0.5, expect.closeTo(0.704, 6)]);
    expect(outcome.warnings).toEqual(['1 of 4 gradient values is not finite; it counts as 0.']);
  });

  it('one class alone is refused, and so are ε and a target, each in a sentence', async () => {
    const alone = runOne('deepfool', classifierOf(basicNet(2)), { image: rowImage(0.5, 0.5), goal: away(0) });
    await expect(alone).rejects.toThrow(UserError);
    const codes = [{ epsilon: 0.1 }, { parameters: { epsilon: 0.1 } }, { target: 3 }, { target: 'cat' }].map(
      (extra) => {
        try {
          chooseAttack({ attack: 'deepfool', ...extra });
        } catch (error) {
          return error as UserError;
        }
        return undefined;
      },
    );
    expect(codes.map((error) => error?.code)).toEqual(['parameter', 'parameter', 'parameter', 'parameter']);
    expect(codes[0]!.message).toBe('The attack "deepfool" has no ε: it looks for the smallest change that does.');
    expect(codes[0]!.hint).toMatch(/: fgsm, max-normed-gradient, pgd, pgd-euclidean\.$/);
    expect(codes[2]!.message).toMatch(/cannot go towards a chosen class/);
    expect(chooseAttack({ attack: 'deepfool' }).norm).toBe('l2');
    expect(chooseAttack({ attack: 'deepfool', parameters: { norm: 'linf' } }).norm).toBe('linf');
    const subject = { image: rowImage(0.5, 0.5), goal: towards(0) };
    await expect(runOne('deepfool', classifierOf(linearNet([[1, 0], [0, 1]])), subject)).rejects.toThrow(/towards none/); // prettier-ignore
  });

  it('stops when it is told to', async () => {
    const signal = { aborted: false };
    const run = deepfool.run(
      classifierOf(linearNet([[0], [0.1]], [0, -1])),
      [{ image: rowImage(0.5), goal: away(0), seed: 0 }],
      resolveParameters(deepfool.parameters, {}),
      { signal, progress: (done) => (signal.aborted = done === 2) },
    );
    await expect(run).rejects.toThrow(CancelledError);
  });
});
