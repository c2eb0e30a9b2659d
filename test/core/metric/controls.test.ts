import { describe, expect, it } from 'vitest';
import { resolveParameters } from '../../../src/core/method/parameters';
import { controls } from '../../../src/core/metric/controls';
import { edgesOf } from '../../../src/core/metric/edges';
import { findMetric } from '../../../src/core/metric/registry';
import { withControls } from '../../../src/core/metric/withControls';
import { classifierOf, imageOf, linearNet } from '../nets';
import { mapLike, subjectOf } from './measure';

const image = imageOf(
  Array.from({ length: 60 }, (_, index) => ((index * 17) % 60) / 60),
  4,
  5,
  3,
);
const map = mapLike(
  image,
  Array.from({ length: 60 }, (_, index) => index - 20),
);
const [random, edges] = controls as [(typeof controls)[number], (typeof controls)[number]];

describe('the random map', () => {
  const subject = subjectOf({ image, map, seed: 5 });

  it('has the map’s pixels, channels together, at other places', () => {
    const found = random.of(subject).map;
    const pixels = (data: Float32Array) =>
      Array.from({ length: 20 }, (_, at) => data.subarray(3 * at, 3 * at + 3).join());
    expect(pixels(found.data).sort()).toEqual(pixels(map.data).sort());
    expect(pixels(found.data)).not.toEqual(pixels(map.data));
    expect(random.of(subject).map).toEqual(found);
    expect(random.of({ ...subject, seed: 6 }).map).not.toEqual(found);
  });

  it('is drawn anew for each other image', async () => {
    const control = random.of(subject);
    const [first, second] = await control.attribute([image, image], {});
    expect(first).not.toEqual(second);
    expect(first).not.toEqual(control.map);
    expect(await control.attribute([image, image], {})).toEqual([first, second]);
  });
});

describe('the edge detector', () => {
  it('finds Sobel’s slopes: 8 × that of a ramp, 4 × the height of a step, nothing in a flat picture', () => {
    const ramp = imageOf(Array.from({ length: 25 }, (_, at) => 0.1 * (at % 5) + 0.02 * Math.floor(at / 5)), 5, 5); // prettier-ignore
    expect(edgesOf(ramp).data[12]).toBeCloseTo(8 * Math.hypot(0.1, 0.02), 6);
    const step = edgesOf(imageOf([0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1], 3, 4));
    expect([...step.data]).toEqual([0, 4, 4, 0, 0, 4, 4, 0, 0, 4, 4, 0]);
    expect([...edgesOf(imageOf([0.5, 0.5, 0.5, 0.5], 2, 2)).data]).toEqual([0, 0, 0, 0]);
  });

  it('sees the mean of the channels', () => {
    const coloured = imageOf([0.3, 0, 0, 0, 0.6, 0], 1, 2, 3);
    const grey = imageOf([0.1, 0.2], 1, 2);
    edgesOf(coloured).data.forEach((value, at) => expect(value).toBeCloseTo(edgesOf(grey).data[at]!, 7));
  });

  it('is as strong as the map, per value of the image, and follows other images on the same scale', async () => {
    const control = edges.of(subjectOf({ image, map }));
    // One value for three channels: a third each, so that the norm is ‖e‖ / √3.
    expect(Math.hypot(...control.map.data) / Math.sqrt(3)).toBeCloseTo(Math.hypot(...map.data), 4);
    const darker = { ...image, data: image.data.map((value) => value / 2) };
    const [half] = await control.attribute([darker], {});
    half!.data.forEach((value, at) => expect(value).toBeCloseTo(control.map.data[at]! / 2, 4));
    const flat = imageOf(new Array<number>(60).fill(0.5), 4, 5, 3);
    expect(Math.hypot(...edges.of(subjectOf({ image: flat, map })).map.data)).toBe(0);
  });
});

it('every map stands beside its own controls, whatever else is in the set', async () => {
  const metric = findMetric('deletion');
  const parameters = resolveParameters(metric.parameters, { steps: 5 });
  const weights = [image.data.map((_, at) => Math.sin(at)), image.data.map((_, at) => Math.cos(at))].map((row) => [
    ...row,
  ]);
  const classifier = classifierOf(linearNet(weights, [0, 0], { height: 4, width: 5, channels: 3 }));
  const subjects = [3, 4].map((seed) =>
    subjectOf({ image, map: random.of(subjectOf({ image, map, seed })).map, seed }),
  );
  const together = await withControls(metric, classifier, subjects, parameters, {});
  for (const [index, subject] of subjects.entries())
    expect(await withControls(metric, classifier, [subject], parameters, {})).toEqual([together[index]]);
  expect(together[0]).not.toEqual(together[1]);
  expect(together[0]!.controls.map(({ id }) => id)).toEqual(['random', 'edges']);
});
