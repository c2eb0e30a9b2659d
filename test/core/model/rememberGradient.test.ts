import { describe, expect, it } from 'vitest';
import { batchOf, type ImageBatch } from '../../../src/core/image/pixels';
import type { Objective } from '../../../src/core/model/classifier';
import { rememberGradient } from '../../../src/core/model/rememberGradient';
import { classifierOf, linearNet, rowImage, tanhNet } from '../nets';

const net = tanhNet([[1, -2]], [[1], [-1]]);
const loss: Objective = { kind: 'cross-entropy', label: 0 };
const image = (...pixels: number[]): ImageBatch => batchOf(rowImage(...pixels));

describe('rememberGradient', () => {
  it('computes the same image and objective once, by content', async () => {
    const inner = classifierOf(net);
    const classifier = rememberGradient(inner);
    const first = await classifier.gradient(image(0.5, 0.25), [loss]);
    const second = await classifier.gradient(image(0.5, 0.25), [{ ...loss }]);
    expect(inner.calls.gradient).toBe(1);
    expect(second).toEqual(first);
    expect(second).toEqual(await classifierOf(net).gradient(image(0.5, 0.25), [loss]));
  });

  it('passes on what is asked of layers, and remembers none of it', async () => {
    const inner = classifierOf(net);
    const asked: unknown[] = [];
    const classifier = rememberGradient({
      ...inner,
      gradient: (images, objectives, options) => {
        asked.push(options);
        return inner.gradient(images, objectives);
      },
    });
    for (const at of [['conv'], ['conv'], undefined])
      await classifier.gradient(image(0.5, 0.25), [loss], at === undefined ? undefined : { at });
    expect(asked).toEqual([{ at: ['conv'] }, { at: ['conv'] }, undefined]);
  });

  const margin = (weight: number): Objective => ({
    kind: 'combination',
    weights: [
      { classIndex: 0, weight: 1 },
      { classIndex: 1, weight },
    ],
  });

  it('computes anew for another pixel, objective or shape', async () => {
    const inner = classifierOf(net);
    const classifier = rememberGradient(inner);
    const asked: [ImageBatch, Objective][] = [
      [image(0.5, 0.25), loss],
      [image(0.5, 0.26), loss],
      [image(0.5, 0.25), { kind: 'cross-entropy', label: 1 }],
      [image(0.5, 0.25), { kind: 'logit', classIndex: 0 }],
      [image(0.5, 0.25), { kind: 'probability', classIndex: 0 }],
      [image(0.5, 0.25), margin(-1)],
      [image(0.5, 0.25), margin(-2)],
    ];
    for (const [index, [images, objective]] of asked.entries()) {
      const { gradient } = await classifier.gradient(images, [objective]);
      expect(inner.calls.gradient).toBe(index + 1);
      expect(gradient).toEqual((await classifierOf(net).gradient(images, [objective])).gradient);
    }
    await classifier.gradient({ ...image(0.5, 0.25), height: 2, width: 1 }, [loss]);
    expect(inner.calls.gradient).toBe(asked.length + 1);
  });

  it('is not disturbed by callers that change the image or the result', async () => {
    const inner = classifierOf(net);
    const classifier = rememberGradient(inner);
    const images = image(0.5, 0.25);
    const first = await classifier.gradient(images, [loss]);
    const kept = first.gradient.slice();
    first.gradient.fill(9);
    first.scores.logits.fill(9);
    images.data[0] = 0.75;
    const changed = await classifier.gradient(images, [loss]);
    expect(inner.calls.gradient).toBe(2);
    expect(changed.gradient).not.toEqual(kept);
    expect((await classifier.gradient(image(0.5, 0.25), [loss])).gradient).toEqual(kept);
    expect(inner.calls.gradient).toBe(2);
  });

  it('shares a call that is under way, forgets a failed one', async () => {
    const inner = classifierOf(net);
    let fail = true;
    const classifier = rememberGradient({
      ...inner,
      gradient: async (images, objectives) => {
        const result = await inner.gradient(images, objectives);
        if (fail) throw new Error('out of memory');
        return result;
      },
    });
    const both = [classifier.gradient(image(1, 1), [loss]), classifier.gradient(image(1, 1), [loss])];
    expect((await Promise.allSettled(both)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(inner.calls.gradient).toBe(1);
    fail = false;
    await classifier.gradient(image(1, 1), [loss]);
    expect(inner.calls.gradient).toBe(2);
  });

  it('keeps the last used few only', async () => {
    const inner = classifierOf(net);
    const classifier = rememberGradient(inner);
    for (let index = 0; index < 50; index++) {
      await classifier.gradient(image(0, 0), [loss]);
      await classifier.gradient(image(1, index), [loss]);
    }
    expect(inner.calls.gradient).toBe(51);
    await classifier.gradient(image(1, 0), [loss]);
    expect(inner.calls.gradient).toBe(52);
  });

  it('asking for one again and again does not drive out the others', async () => {
    const inner = classifierOf(net);
    const classifier = rememberGradient(inner);
    for (const pixel of [1, 2, 1, 1, 1, 1, 1, 1, 2]) await classifier.gradient(image(pixel, 0), [loss]);
    expect(inner.calls.gradient).toBe(2);
  });

  it('passes batches, predictions and dispose through', async () => {
    const inner = classifierOf(linearNet([[1], [2]]));
    const classifier = rememberGradient(inner);
    const batch: ImageBatch = { data: Float32Array.of(1, 2), count: 2, height: 1, width: 1, channels: 1 };
    await classifier.gradient(batch, [loss]);
    await classifier.gradient(batch, [loss]);
    await classifier.predict(batch);
    await classifier.dispose();
    expect(inner.calls).toEqual({ predict: 1, gradient: 2, dispose: 1 });
    expect(classifier.info).toBe(inner.info);
  });
});
