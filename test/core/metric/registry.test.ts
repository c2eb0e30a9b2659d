import { describe, expect, it } from 'vitest';
import { describeMethod, REFERENCE_SIZE } from '../../../src/core/method/method';
import { resolveParameters } from '../../../src/core/method/parameters';
import { metricDescription } from '../../../src/core/metric/metric';
import { findMetric, metrics } from '../../../src/core/metric/registry';
import type { Classifier } from '../../../src/core/model/classifier';
import { read } from '../../../src/core/schema/schema';
import { classifierOf, imageOf, tanhNet } from '../nets';
import { mapLike, measureSet, subjectOf } from './measure';

const pixels = Array.from({ length: 400 }, (_, index) => ((index * 7) % 30) / 30);
const shape = { height: 20, width: 20, channels: 1 } as const;
const net = tanhNet(
  [pixels.map((value) => value / 10 - 0.04), pixels.map((value, index) => (index % 3) * 0.01 - value / 10)],
  [[1, -1], [0.5, 2]], // prettier-ignore
  shape,
);
const image = imageOf(pixels, 20, 20);
const map = mapLike(image, net.jacobian(pixels)[0]!);

describe('the registry of metrics', () => {
  it('lists what there is and finds it, or says what there is', () => {
    expect(metrics.map(({ id }) => id)).toEqual(['deletion', 'insertion', 'infidelity', 'max-sensitivity']);
    for (const metric of metrics) expect(findMetric(metric.id)).toBe(metric);
    expect(() => findMetric('beauty')).toThrow(
      expect.objectContaining({ code: 'unknown-method', hint: expect.stringContaining('insertion') as string }),
    );
  });

  it('describes each in one sentence, with its direction, and with defaults that are allowed', () => {
    const directions = Object.fromEntries(metrics.map(({ id, better }) => [id, better]));
    // interpreto#147 had deletion and insertion the other way round.
    expect(directions).toEqual({
      deletion: 'lower',
      insertion: 'higher',
      infidelity: 'lower',
      'max-sensitivity': 'lower',
    });
    for (const metric of metrics) {
      expect(metric.id).toMatch(/^[a-z][a-z-]*[a-z]$/);
      expect(metric.summary).toMatch(/^[A-Z][^.]*\.$/);
      const defaults = resolveParameters(metric.parameters, {});
      expect(resolveParameters(metric.parameters, defaults)).toEqual(defaults);
      const description = describeMethod(metric);
      expect(structuredClone(description)).toEqual(description);
      expect(read(metricDescription, description)).toEqual(description);
      expect(description).not.toHaveProperty('run');
    }
  });

  it('has Captum’s and xplique’s defaults', () => {
    const defaults = metrics.map(({ id, parameters }) => [id, resolveParameters(parameters, {})]);
    expect(Object.fromEntries(defaults)).toMatchObject({
      deletion: { steps: 10, baseline: 'black', follow: 'probability' },
      insertion: { steps: 10, baseline: 'blur', follow: 'probability' },
      infidelity: { samples: 10, perturbation: 'noise', deviation: 0.003, normalize: false },
      'max-sensitivity': { samples: 10, radius: 0.02 },
    });
  });
});

describe.each(metrics)('$id', ({ id, cost, parameters: declared }) => {
  const defaults = resolveParameters(declared, {});
  const subjects = [1, 2, 3].map((seed) =>
    subjectOf({
      image: { ...image, data: image.data.map((value) => value / seed) },
      map: { ...map, data: map.data.map((value, index) => (seed === 2 ? value : value * Math.sin(index))) },
      objective: { kind: 'logit', classIndex: seed % 2 },
      seed,
      attribute: (images) =>
        Promise.resolve(images.map(({ data }) => mapLike(image, data.map((value, index) => value * map.data[index]!)))), // prettier-ignore
    }),
  );

  it('asks the model and the method exactly as often as it says', async () => {
    const counted = { predictions: 0, gradients: 0, attributions: 0 };
    const classifier = classifierOf(net);
    const counting: Classifier = {
      ...classifier,
      predict: (images) => {
        counted.predictions += images.count;
        return classifier.predict(images);
      },
      gradient: (images, objectives) => {
        counted.gradients += images.count;
        return classifier.gradient(images, objectives);
      },
    };
    const attribute = subjectOf({ image, map }).attribute;
    const asking = subjects.map((subject) => ({
      ...subject,
      attribute: (...[images, context]: Parameters<typeof attribute>) => {
        counted.attributions += images.length;
        return attribute(images, context);
      },
    }));
    await measureSet(id, counting, asking);
    const { predictions, gradients, attributions = 0 } = cost(defaults, REFERENCE_SIZE);
    expect(counted).toEqual({
      predictions: 3 * predictions,
      gradients: 3 * gradients,
      attributions: 3 * attributions,
    });
    expect(predictions + gradients + attributions).toBeGreaterThan(0);
  });

  it('finds the same bits again, alone and in a set, in calls of any size', async () => {
    const classifier = classifierOf(net);
    const together = await measureSet(id, classifier, subjects);
    expect(await measureSet(id, classifier, subjects)).toEqual(together);
    const alone = await Promise.all(subjects.map((subject) => measureSet(id, classifier, [subject])));
    expect(alone.flat()).toEqual(together);
    const small = await measureSet(id, classifier, subjects, {}, { memory: 1 });
    expect(small).toEqual(together);
    expect(new Set(together.map(({ value }) => value)).size).toBe(3);
    for (const { value, warnings } of together) {
      expect(value).toBeGreaterThan(0);
      expect(warnings).toEqual([]);
    }
  });

  it('measures the others of a set where one map is not finite, and nothing of none', async () => {
    const classifier = classifierOf(net);
    const broken = { ...subjects[1]!, map: { ...map, data: map.data.map(() => NaN) } };
    const found = await measureSet(id, classifier, [subjects[0]!, broken, subjects[2]!]);
    const whole = await measureSet(id, classifier, subjects);
    expect([found[0], found[2]]).toEqual([whole[0], whole[2]]);
    expect(found[1]).toMatchObject({ value: NaN, warnings: [expect.stringMatching(/^400 of 400 values/)] });
    expect(await measureSet(id, classifier, [])).toEqual([]);
  });
});
