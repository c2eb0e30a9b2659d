import { describe, expect, it } from 'vitest';
import { CancelledError } from '../../../src/core/errors';
import { batchOf, type ImageBatch } from '../../../src/core/image/pixels';
import { valuesOfSet } from '../../../src/core/method/points/askSet';
import { valuesAt, gradientMoments, weightedGradient } from '../../../src/core/method/points/ask';
import { countPoints, imagesAt, type Points, writePoint } from '../../../src/core/method/points/points';
import type { Classifier, Objective } from '../../../src/core/model/classifier';
import { objectiveSeeds, objectiveValues, type ScoreRule } from '../../../src/core/model/objectives';
import { classifierOf, imageOf, linearNet, type Net, rowImage, tanhNet } from '../nets';

const LOGIT: Objective = { kind: 'logit', classIndex: 0 };
const context = { seed: 0 };

function made(points: Points): number[][] {
  return Array.from({ length: countPoints(points) }, (_, point) => {
    const image = points.kind === 'batch' ? points.images : points.kind === 'line' ? points.to : points.image;
    const target = new Float32Array(image.height * image.width * image.channels).fill(NaN);
    writePoint(points, point, target);
    return [...target];
  });
}

/** f = Σ aᵢ² */
const quadratic: Net = {
  height: 1,
  width: 3,
  channels: 1,
  logits: (x) => [x.reduce((sum, value) => sum + value ** 2, 0)],
  jacobian: (x) => [x.map((value) => 2 * value)],
};
const curved = tanhNet([[3, -2, 4], [-1, 5, 2]], [[1, -2], [0.5, 1]]); // prettier-ignore

describe('points', () => {
  it('on a line: both ends exactly, and what lies between', () => {
    const to = rowImage(0.1, 0.7);
    const from = Float32Array.of(0.3, -0.2);
    const [end, start, quarter] = made({ kind: 'line', from, to, positions: [1, 0, 0.25] });
    expect(end).toEqual([...to.data]);
    expect(start).toEqual([...from]);
    expect(quarter![0]).toBeCloseTo(0.25, 7);
    expect(quarter![1]).toBeCloseTo(0.025, 7);
  });

  it('with a window filled: all channels of it and nothing else', () => {
    const image = imageOf([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], 2, 2, 3);
    const fill = image.data.map((value) => -value);
    const whole = { top: 0, bottom: 2, left: 0, right: 2 };
    const windows = [{ top: 1, bottom: 2, left: 0, right: 1 }, { top: 0, bottom: 2, left: 1, right: 2 }, whole]; // prettier-ignore
    expect(made({ kind: 'windows', image, fill, windows })).toEqual([
      [1, 2, 3, 4, 5, 6, -7, -8, -9, 10, 11, 12],
      [1, 2, 3, -4, -5, -6, 7, 8, 9, -10, -11, -12],
      [...fill],
    ]);
  });

  it('exchanged: the first pixels of the order, all channels of them, and nothing else', () => {
    const image = imageOf([1, 2, 3, 4, 5, 6, 7, 8, 9], 1, 3, 3);
    const fill = image.data.map((value) => -value);
    expect(made({ kind: 'exchanged', image, fill, order: Uint32Array.of(2, 0, 1), counts: [0, 1, 3] })).toEqual([
      [...image.data],
      [1, 2, 3, 4, 5, 6, -7, -8, -9],
      [...fill],
    ]);
  });

  it('with even noise: draws from −r to r, another for every point and seed, and the same as images', () => {
    const image = imageOf(new Array<number>(10_000).fill(0.5), 100, 100);
    const points = { kind: 'even-noise', image, radius: 0.2, seed: 7, count: 2 } as const;
    const [first, second] = made(points) as [number[], number[]];
    for (const point of [first, second]) {
      const draws = point.map((value) => (value - 0.5) / 0.2);
      const moment = (power: number) => draws.reduce((sum, value) => sum + value ** power, 0) / draws.length;
      expect(Math.max(...draws.map(Math.abs))).toBeLessThanOrEqual(1 + 1e-6);
      // Four standard errors of each.
      expect(Math.abs(moment(1))).toBeLessThan(4 * Math.sqrt(1 / 3 / 10_000));
      expect(Math.abs(moment(2) - 1 / 3)).toBeLessThan(4 * Math.sqrt((1 / 5 - 1 / 9) / 10_000));
    }
    expect(first).not.toEqual(second);
    expect(made({ ...points, count: 1 })).toEqual([first]);
    expect(made({ ...points, seed: 8 })[0]).not.toEqual(first);
    expect(imagesAt(points).map(({ data }) => [...data])).toEqual([first, second]);
    expect(imagesAt(points)[0]).toMatchObject({ height: 100, width: 100, channels: 1 });
  });

  it('with noise: the draws of a normal distribution, another for every point and seed', () => {
    const image = imageOf(new Array<number>(100 * 101).fill(0.5), 100, 101);
    const noisy = (seed: number) => made({ kind: 'noise', image, deviation: 0.2, seed, count: 2 });
    const draws = noisy(7).map((point) => point.map((value) => (value - 0.5) / 0.2));
    for (const point of draws) {
      const moment = (power: number) => point.reduce((sum, value) => sum + value ** power, 0) / point.length;
      // Four standard errors of each.
      expect(Math.abs(moment(1))).toBeLessThan(0.04);
      expect(Math.abs(moment(2) - 1)).toBeLessThan(4 * Math.sqrt(2 / 10_100));
      expect(Math.abs(moment(3))).toBeLessThan(4 * Math.sqrt(15 / 10_100));
      expect(Math.abs(moment(4) - 3)).toBeLessThan(4 * Math.sqrt(96 / 10_100));
      const neighbours = point.slice(1).reduce((sum, value, index) => sum + value * point[index]!, 0);
      expect(Math.abs(neighbours / point.length)).toBeLessThan(0.04);
    }
    const between = draws[0]!.reduce((sum, value, index) => sum + value * draws[1]![index]!, 0) / 10_100;
    expect(Math.abs(between)).toBeLessThan(0.04);
    expect(noisy(7)).toEqual(noisy(7));
    expect(noisy(8)[0]).not.toEqual(noisy(7)[0]);
  });

  it('with noise: the number of points does not change the draws of one; σ = 0 is the image', () => {
    const image = rowImage(0.1, 0.2, 0.3, 0.4, 0.5);
    const some = made({ kind: 'noise', image, deviation: 1, seed: 3, count: 2 });
    const more = made({ kind: 'noise', image, deviation: 1, seed: 3, count: 5 });
    expect(more.slice(0, 2)).toEqual(some);
    expect(more.flat().every(Number.isFinite)).toBe(true);
    expect(made({ kind: 'noise', image, deviation: 0, seed: 3, count: 1 })[0]).toEqual([...image.data]);
  });
});

describe('what is asked at points', () => {
  const image = rowImage(0.9, 0.6, 0.8);
  const points = [
    { kind: 'batch', images: batchOf(image) },
    { kind: 'noise', image, deviation: 0.3, seed: 5, count: 12 },
  ] as const;

  it('answers follow one another whatever their kind, and have the values of the objective', async () => {
    const fill = new Float32Array(3);
    const windows = [{ top: 0, bottom: 1, left: 0, right: 2 }];
    const asked = [points[0], { kind: 'windows', image, fill, windows }] as const;
    const net = linearNet([[1, 10, 100], [2, 3, 4]], [0.5, 0]); // prettier-ignore
    const seen: number[] = [];
    const { values, scores } = await valuesAt(
      { classifier: classifierOf(net), points: asked, objective: LOGIT, context },
      ({ logits }) => seen.push(...logits),
    );
    expect(values[0]).toBeCloseTo(0.5 + 0.9 + 6 + 80, 4);
    expect(values[1]).toBeCloseTo(0.5 + 80, 4);
    expect(scores).toMatchObject({ count: 1, classes: 2 });
    expect([...scores.logits]).toEqual(seen.slice(0, 2));
    expect(seen[3]).toBeCloseTo(3.2, 5);
  });

  it('a weighted sum leaves out what weighs 0, even where it is not finite', async () => {
    const images = batchOf(rowImage(NaN, 0, 0));
    const line = { kind: 'line', from: new Float32Array(3), to: image, positions: [1, 0.5] } as const;
    const { sum, values } = await weightedGradient(
      { classifier: classifierOf(quadratic), points: [{ kind: 'batch', images }, line], objective: LOGIT, context },
      [0, 0.25, 0.5],
    );
    [...sum].forEach((value, index) => expect(value).toBeCloseTo(0.5 * 2 * image.data[index]!, 6));
    expect(values[0]).toBeNaN();
  });

  it('moments of the gradient, and of the gradient times the point, of f = Σ a²', async () => {
    const line = { kind: 'line', from: new Float32Array(3), to: rowImage(1, 2, -4), positions: [5, 1, 2, 3] } as const;
    const question = { classifier: classifierOf(quadratic), points: [line], objective: LOGIT, context } as const;
    const plain = await gradientMoments(question, [0, 1, 1, 2], { timesInput: false });
    // The gradients are 2t·a at t = 1, 2, 3, 3: t has mean 9/4 and variance 11/16.
    [2, 4, -8].forEach((a, index) => {
      expect(plain.mean[index]).toBeCloseTo((9 / 4) * a, 12);
      expect(plain.variance[index]).toBeCloseTo((11 / 16) * a * a, 12);
    });
    const times = await gradientMoments(question, [0, 1, 1, 2], { timesInput: true });
    // And 2t²·a²: t² is 1, 4, 9, 9.
    [2, 8, 32].forEach((a, index) => {
      expect(times.mean[index]).toBeCloseTo((23 / 4) * a, 12);
      expect(times.variance[index]).toBeCloseTo((179 / 4 - (23 / 4) ** 2) * a * a, 9);
    });
  });

  it('less memory makes smaller calls, and changes no bit', async () => {
    const bytes = 3 * Float32Array.BYTES_PER_ELEMENT;
    const weights = [0, ...new Array<number>(12).fill(1)];
    const run = async (memory: number | undefined) => {
      const classifier = { ...classifierOf(curved) };
      const { info } = classifier;
      const onnx = { ...classifier, info: { ...info, engine: 'onnx' as const } };
      const sizes: number[] = [];
      const gradient: Classifier['gradient'] = (images, ...more) => {
        sizes.push(images.count);
        return classifier.gradient(images, ...more);
      };
      const limited = { ...context, ...(memory !== undefined && { memory }) };
      const question = { classifier: { ...onnx, gradient }, points, objective: LOGIT, context: limited } as const;
      return { sizes, result: await weightedGradient(question, weights) };
    };
    const free = await run(undefined);
    expect(free.sizes).toEqual([13]);
    for (const [memory, sizes] of [
      [6 * bytes, [5, 5, 3]],
      [2 * bytes, [2, 2, 2, 2, 2, 2, 1]],
      [1, new Array<number>(13).fill(1)],
    ] as const) {
      const less = await run(memory);
      expect(less.sizes).toEqual(sizes);
      expect(less.result).toEqual(free.result);
    }
  });

  it('no chunk changes a bit', async () => {
    const weights = [0, ...new Array<number>(12).fill(1)];
    const results = [];
    for (const chunk of [1, 2, 5, 13, 100]) {
      const classifier = classifierOf(curved);
      const question = { classifier, points, objective: LOGIT, context, chunk };
      results.push([
        await valuesAt(question),
        await weightedGradient(question, weights),
        await gradientMoments(question, weights, { timesInput: true }),
      ]);
      expect(classifier.calls).toMatchObject({ predict: Math.ceil(13 / chunk), gradient: 2 * Math.ceil(13 / chunk) });
    }
    for (const result of results) expect(result).toEqual(results[0]);
  });

  it('chunks keep to the memory and to what the engine takes, evenly', async () => {
    const sizes = async (engine: 'onnx' | 'cpu', memory: number | undefined, count: number) => {
      const seen: number[] = [];
      const net = classifierOf(curved);
      const predict = (images: ImageBatch) => {
        seen.push(images.count);
        return net.predict(images);
      };
      const classifier: Classifier = { ...net, info: { ...net.info, engine }, predict };
      const noise = { ...points[1], count } as const;
      await valuesAt({
        classifier,
        points: [noise],
        objective: LOGIT,
        context: { seed: 0, ...(memory && { memory }) },
      });
      return seen;
    };
    expect(await sizes('onnx', undefined, 50)).toEqual([25, 25]);
    expect(await sizes('cpu', undefined, 3)).toEqual([1, 1, 1]);
    // Three images of three float32 numbers.
    expect(await sizes('onnx', 36, 10)).toEqual([3, 3, 3, 1]);
    expect(await sizes('onnx', 1, 2)).toEqual([1, 1]);
  });

  it('of several images with a goal each: together, in calls of any size, each its own answers', async () => {
    const net = linearNet([[1, 10, 100], [2, 3, 4]], [0.5, 0]); // prettier-ignore
    const one = { kind: 'line', from: new Float32Array(3), to: rowImage(1, 1, 1), positions: [0, 1, 0.5] } as const;
    const two = { kind: 'batch', images: batchOf(rowImage(1, 0, 0)) } as const;
    const asked = [
      { points: one, objective: LOGIT },
      { points: two, objective: { kind: 'logit', classIndex: 1 } as const, measure: (x: Float32Array) => 7 * x[0]! },
    ];
    for (const chunk of [undefined, 1, 3]) {
      const classifier = classifierOf(net);
      const answers = await valuesOfSet({ classifier, context: {}, ...(chunk && { chunk }) }, asked);
      expect(answers).toEqual([
        { values: [0.5, 111.5, 56], measures: [] },
        { values: [2], measures: [7] },
      ]);
      expect(classifier.calls.predict).toBe(chunk === undefined ? 4 : Math.ceil(4 / chunk));
    }
    expect(await valuesOfSet({ classifier: classifierOf(net), context: {} }, [])).toEqual([]);
  });

  it('reports each chunk and stops between them', async () => {
    const classifier = classifierOf(curved);
    const signal = { aborted: false };
    const seen: string[] = [];
    const progress = (done: number, total: number) => {
      seen.push(`${done}/${total}`);
      signal.aborted = done >= 8;
    };
    const question = { classifier, points, objective: LOGIT, context: { seed: 0, signal, progress }, chunk: 4 };
    await expect(valuesAt(question)).rejects.toThrow(CancelledError);
    expect(seen).toEqual(['4/13', '8/13']);
    expect(classifier.calls.predict).toBe(2);
  });
});

describe('values of an objective from scores', () => {
  const objectives: Objective[] = [
    { kind: 'logit', classIndex: 1 },
    { kind: 'probability', classIndex: 1 },
    { kind: 'log-probability', classIndex: 0 },
    { kind: 'cross-entropy', label: 1 },
  ];
  const rules: [ScoreRule, number[]][] = [
    [{ activation: 'softmax', binary: false, outputs: 3 }, [1, -2, 0.5, 40, 2, -30]],
    [{ activation: 'sigmoid', binary: false, outputs: 2 }, [1, -2, 0.5, 4]],
    [{ activation: 'logits', binary: true, outputs: 1 }, [1.5, -25]],
    [{ activation: 'sigmoid', binary: true, outputs: 1 }, [1.5, -25]],
    [{ activation: 'probabilities', binary: true, outputs: 1 }, [0.25, 0.999]],
    [{ activation: 'independent-probabilities', binary: false, outputs: 2 }, [0.25, 0.9]],
  ];

  it.each(rules)('are those that come with the gradient: %j', ({ activation, binary, outputs }, raw) => {
    const rule = { activation, binary, outputs };
    for (const objective of objectives) {
      const count = raw.length / outputs;
      const { scores, values } = objectiveSeeds(Float32Array.from(raw), count, rule, [objective]);
      const output = { activation, classes: scores.classes, ...(binary && { oneNumber: true as const }) };
      const found = objectiveValues(scores, objective, output);
      expect(found).toHaveLength(count);
      found.forEach((value, row) =>
        expect(Math.abs(value - values[row]!)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(values[row]!))),
      );
    }
  });

  it('throws for a class that is not there', () => {
    const scores = { logits: new Float32Array(2), probabilities: new Float32Array(2), count: 1, classes: 2 };
    expect(() =>
      objectiveValues(scores, { kind: 'logit', classIndex: 2 }, { activation: 'logits', classes: 2 }),
    ).toThrow(expect.objectContaining({ code: 'unknown-class' }));
  });
});
