import { describe, expect, it } from 'vitest';
import { attackMethods } from '../../../src/core/attack/registry';
import { attributionMethods } from '../../../src/core/attribution/registry';
import { describeMethod, REFERENCE_SIZE } from '../../../src/core/method/method';
import { resolveParameters } from '../../../src/core/method/parameters';
import type { Classifier } from '../../../src/core/model/classifier';
import { classifierOf, imageOf, tanhNet } from '../nets';

const SIZE = { height: 6, width: 5, channels: 1 } as const;
const pixels = Array.from({ length: 30 }, (_, index) => ((index * 7) % 30) / 30);
const net = tanhNet(
  [pixels.map((value) => value - 0.4), pixels.map((value, index) => (index % 3) * 0.1 - value)],
  [[1, -1], [0.5, 2]], // prettier-ignore
  SIZE,
);

/** Images that the model was asked about. */
function counting(): { classifier: Classifier; counted: { predictions: number; gradients: number } } {
  const classifier = classifierOf(net);
  const counted = { predictions: 0, gradients: 0 };
  const asked: Classifier = {
    ...classifier,
    predict: (images) => {
      counted.predictions += images.count;
      return classifier.predict(images);
    },
    gradient: (images, objectives) => {
      counted.gradients += images.count;
      return classifier.gradient(images, objectives);
    },
    variant: () => Promise.resolve(asked),
  };
  return { counted, classifier: asked };
}

describe('cost', () => {
  it.each(attributionMethods.filter(({ needs }) => !needs.includes('layers')))(
    '$id asks the model exactly as often as it says',
    async ({ run, cost, parameters: declared }) => {
      const { classifier, counted } = counting();
      const parameters = resolveParameters(declared, {});
      const objective = { kind: 'logit', classIndex: 0 } as const;
      await run(classifier, imageOf(pixels, SIZE.height, SIZE.width), objective, parameters, { seed: 0 });
      expect(counted).toEqual(cost(parameters, SIZE));
    },
  );

  it.each(attackMethods)(
    '$id asks the model no more often than it says',
    async ({ run, cost, parameters: declared }) => {
      const { classifier, counted } = counting();
      const parameters = resolveParameters(declared, {});
      const image = imageOf(pixels, SIZE.height, SIZE.width);
      await run(classifier, [{ image, goal: { direction: 'away', label: 0 }, seed: 0 }], parameters, {});
      const most = cost(parameters, SIZE);
      expect(counted.gradients).toBeGreaterThan(0);
      expect(counted.gradients).toBeLessThanOrEqual(most.gradients);
      expect(counted.predictions).toBeLessThanOrEqual(most.predictions);
    },
  );

  it('is said in catalogues at the defaults', () => {
    for (const method of [...attributionMethods, ...attackMethods])
      expect(describeMethod(method).defaultCost).toEqual(
        method.cost(resolveParameters(method.parameters, {}), REFERENCE_SIZE),
      );
    const integrated = attributionMethods.find(({ id }) => id === 'integrated-gradients')!;
    expect(describeMethod(integrated).defaultCost).toEqual({ predictions: 0, gradients: 52 });
  });

  it('agrees with the needs: who counts gradients needs them', () => {
    for (const { cost, needs, parameters } of [...attributionMethods, ...attackMethods])
      expect(cost(resolveParameters(parameters, {}), REFERENCE_SIZE).gradients > 0).toBe(needs.includes('gradient'));
  });
});
