import { describe, expect, it, vi } from 'vitest';
import type { ImageBatch } from '../../src/core/image/pixels';
import type { Classifier, Scores } from '../../src/core/model/classifier';
import { keepApart } from '../../src/runtime/keepApart';

/** Two classes of pictures of one pixel: its value, and what `other` says of the batch. */
function classifier(
  other: (pixels: readonly number[], index: number) => number,
): Classifier & { readonly calls: number[] } {
  const calls: number[] = [];
  const scores = (images: ImageBatch): Scores => {
    calls.push(images.count);
    const pixels = [...images.data];
    const logits = Float32Array.from(pixels.flatMap((pixel, index) => [pixel, other(pixels, index)]));
    return { logits, probabilities: logits.slice(), count: images.count, classes: 2 };
  };
  return {
    calls,
    info: { output: { classes: 2 } } as Classifier['info'],
    predict: (images) => Promise.resolve().then(() => scores(images)),
    gradient: (images, objectives) =>
      Promise.resolve().then(() => ({
        scores: scores(images),
        values: Float32Array.from(images.data, (pixel) => pixel * 10 * objectives.length),
        gradient: images.data.map((pixel) => -pixel),
      })),
    variant: () => Promise.reject(new Error('has none')),
    dispose: () => Promise.resolve(),
  };
}

const images = (...pixels: readonly number[]): ImageBatch => ({
  data: Float32Array.from(pixels),
  count: pixels.length,
  height: 1,
  width: 1,
  channels: 1,
});
const mean = (pixels: readonly number[]): number => pixels.reduce((a, b) => a + b, 0) / pixels.length;

describe('a classifier whose pictures are kept apart', () => {
  it('runs batches of one that leaves them alone, once that is seen', async () => {
    const inner = classifier((pixels, index) => 2 * pixels[index]!);
    const apart = keepApart(inner, () => true);
    expect([...(await apart.predict(images(1, 2, 3))).logits]).toEqual([1, 2, 2, 4, 3, 6]);
    expect(inner.calls).toEqual([3, 1, 1]);
    await apart.gradient(images(1, 2, 3, 4), [{ kind: 'logit', classIndex: 0 }]);
    expect(inner.calls).toEqual([3, 1, 1, 4]);
  });

  it('runs one by one what mixes them, whichever is asked for first', async () => {
    for (const first of ['predict', 'gradient'] as const) {
      const inner = classifier(mean);
      const apart = keepApart(inner, () => true);
      const objectives = [{ kind: 'logit', classIndex: 0 }] as const;
      if (first === 'gradient') {
        const { scores, gradient, values } = await apart.gradient(images(1, 2, 6), objectives);
        expect([...scores.logits]).toEqual([1, 1, 2, 2, 6, 6]);
        expect([...gradient]).toEqual([-1, -2, -6]);
        expect([...values]).toEqual([10, 20, 60]);
      }
      expect([...(await apart.predict(images(1, 2, 6))).logits]).toEqual([1, 1, 2, 2, 6, 6]);
      expect(inner.calls.at(-1)).toBe(1);
    }
  });

  it('asks the structure before anything runs together', async () => {
    const inner = classifier(mean);
    const mayRunTogether = vi.fn(() => false);
    const apart = keepApart(inner, mayRunTogether);
    await apart.predict(images(5));
    expect(mayRunTogether).not.toHaveBeenCalled();
    await apart.predict(images(5, 5));
    await apart.predict(images(1, 2));
    expect(inner.calls).toEqual([1, 1, 1, 1, 1]);
    expect(mayRunTogether).toHaveBeenCalledTimes(1);
  });

  it('does not decide by pictures that are all alike', async () => {
    const inner = classifier(mean);
    const apart = keepApart(inner, () => true);
    await apart.predict(images(4, 4, 4));
    expect([...(await apart.predict(images(4, 4, 1))).logits]).toEqual([4, 4, 4, 4, 1, 1]);
  });

  it('runs one by one what fails together, and passes on what fails alone', async () => {
    const several = classifier((pixels) => {
      if (pixels.length > 1) throw new Error('shapes of one picture');
      return pixels[0]!;
    });
    expect([...(await keepApart(several, () => true).predict(images(1, 2))).logits]).toEqual([1, 1, 2, 2]);
    const never = classifier(() => {
      throw new Error('never');
    });
    await expect(keepApart(never, () => true).predict(images(1, 2))).rejects.toThrow('never');
  });
});
