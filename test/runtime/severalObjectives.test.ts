import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import type { ImageBatch } from '../../src/core/image/pixels';
import type { Classifier, Objective } from '../../src/core/model/classifier';
import { writeOnnx } from '../../src/formats/models/onnx/writeOnnx';
import { loadClassifier } from '../../src/runtime/loadClassifier';
import * as session from '../../src/runtime/onnx/session';
import { oneConvolution } from '../core/attribution/oneConvolution';
import { goldenArray, goldenJson, goldenPath } from '../core/graph/goldenSupport';
import { largest, largestDifference, randomImages } from './support';

// Rows of a Jacobian: each is what the same objective has alone, and, where PyTorch in float64 tells, what it has there.

const bundled = path.resolve(__dirname, '../../media/models/fashion-mnist');
const open = (file: string, engine: 'onnx' | 'cpu' = 'onnx'): Promise<Classifier> =>
  loadClassifier({ path: file, spec: { input: { preset: 'unit' } } }, { engine });

/** More than share one pass, of every kind. */
const OBJECTIVES: readonly Objective[] = [
  ...Array.from({ length: 6 }, (_, classIndex) => ({ kind: 'logit', classIndex }) as const),
  { kind: 'probability', classIndex: 3 },
  { kind: 'log-probability', classIndex: 2 },
  { kind: 'cross-entropy', label: 1 },
  {
    kind: 'combination',
    weights: [
      { classIndex: 0, weight: 1 },
      { classIndex: 1, weight: -1 },
    ],
  },
  { kind: 'logit', classIndex: 3 },
];

const part = (data: Float32Array, index: number, count: number): Float32Array =>
  data.slice((data.length / count) * index, (data.length / count) * (index + 1));
const imageOf = (images: ImageBatch, index: number): ImageBatch => ({
  ...images,
  count: 1,
  data: part(images.data, index, images.count),
});
const error = (a: Float32Array, b: Float32Array): number => largestDifference(a, b) / Math.max(largest(b), 1e-30);

afterEach(() => void vi.restoreAllMocks());

describe('several objectives of an image', () => {
  const NETWORKS = ['resnet18', 'mobilenet-v3', 'squeezenet', 'densenet', 'inception', 'vit', 'swin', 'convnext'];

  it.each(NETWORKS)('have the gradients that they have alone: %s', { timeout: 120_000 }, async (name) => {
    const model = await open(goldenPath(`${name}.onnx`));
    const images = randomImages(model, 2);
    const rows = OBJECTIVES.length;
    const { gradient, values, scores } = await model.gradient(images, [...OBJECTIVES, ...[...OBJECTIVES].reverse()]);
    expect([gradient.length, values.length, scores.count]).toEqual([rows * images.data.length, 2 * rows, 2]);
    const { logits } = await model.predict(images);
    expect(error(scores.logits, logits)).toBeLessThan(1e-6);
    for (const image of [0, 1])
      for (const [index, objective] of OBJECTIVES.entries()) {
        const row = image === 0 ? index : 2 * rows - 1 - index;
        const alone = await model.gradient(imageOf(images, image), [objective]);
        expect(error(part(gradient, row, 2 * rows), alone.gradient), `${image}, ${index}`).toBeLessThan(1e-6);
        expect(values[row]).toBeCloseTo(alone.values[0]!, 5);
      }
    await model.dispose();
  });

  it.each(['resnet18', 'mobilenet-v2', 'efficientnet', 'shufflenet', 'vgg', 'deit'])(
    'have those of PyTorch in float64: %s',
    { timeout: 120_000 },
    async (name) => {
      const truth = goldenJson(`${name}.json`) as {
        readonly classes: readonly number[];
        readonly labels: readonly number[];
        readonly largest: Readonly<Record<string, readonly number[]>>;
      };
      const { positions } = goldenJson('inputs.json') as { readonly positions: readonly number[] };
      const sampled = goldenArray(`${name}-sampled.npy`);
      const [classIndex, label] = [truth.classes[0]!, truth.labels[0]!];
      const kinds = ['logit', 'probability', 'log-probability', 'cross-entropy'] as const;
      const model = await open(goldenPath(`${name}.onnx`));
      const given = goldenArray('inputs.npy');
      const side = 32 * 32;
      const data = Float32Array.from({ length: 3 * side }, (_, at) => given[(at % 3) * side + Math.floor(at / 3)]!);
      const images = { data, count: 1, height: 32, width: 32, channels: 3 };
      const { gradient } = await model.gradient(
        images,
        kinds.map((kind) => (kind === 'cross-entropy' ? { kind, label } : { kind, classIndex })),
      );
      kinds.forEach((kind, row) => {
        const own = part(gradient, row, kinds.length);
        const found = positions.map((at) => own[(at % side) * 3 + Math.floor(at / side)]!);
        const start = row * 8 * positions.length;
        const apart = found.map((value, index) => Math.abs(value - sampled[start + index]!));
        expect(Math.max(...apart) / truth.largest[kind]![0]!, kind).toBeLessThan(1e-4);
      });
      await model.dispose();
    },
  );

  it('have them at layers too, whose values are those of the image', async () => {
    const model = await open(goldenPath('resnet18.onnx'));
    const images = randomImages(model, 2);
    const at = model.info
      .layers!.filter(({ feedsScores, form }) => feedsScores && form === 'spatial')
      .slice(-3)
      .map(({ id }) => id);
    const some = OBJECTIVES.slice(0, 3);
    const { layers, gradient } = await model.gradient(images, [...some, ...some], { at });
    for (const image of [0, 1])
      for (const [index, objective] of some.entries()) {
        const alone = await model.gradient(imageOf(images, image), [objective], { at });
        expect(error(part(gradient, 3 * image + index, 6), alone.gradient)).toBeLessThan(1e-6);
        alone.layers!.forEach((layer, place) => {
          expect(layers![place]).toMatchObject({ layer: layer.layer, shape: layer.shape });
          expect(part(layers![place]!.values, image, 2)).toEqual(layer.values);
          expect(error(part(layers![place]!.gradient, 3 * image + index, 6), layer.gradient)).toBeLessThan(1e-6);
        });
      }
    await model.dispose();
  });

  it('of a variant follow its rule', async () => {
    const model = await open(goldenPath('vgg.onnx'));
    const guided = await model.variant({ kind: 'rule', rule: 'guided' });
    const images = randomImages(model, 1);
    const { gradient } = await guided.gradient(images, OBJECTIVES);
    for (const index of [0, 8]) {
      const alone = await guided.gradient(images, [OBJECTIVES[index]!]);
      expect(error(part(gradient, index, OBJECTIVES.length), alone.gradient)).toBeLessThan(1e-6);
    }
    await model.dispose();
  });

  it('share one run, in even groups where they are many', async () => {
    const original = session.createOnnxSession;
    const runs: string[] = [];
    vi.spyOn(session, 'createOnnxSession').mockImplementation(async (graph, ...more) => {
      const made = await original(graph, ...more);
      const convolutions = graph.nodes.filter(({ op }) => op === 'MaxPool').length;
      return { ...made, run: (...given) => (runs.push(`${graph.outputs.length} ${convolutions}`), made.run(...given)) };
    });
    const model = await open(bundled);
    const images = randomImages(model, 1);
    await model.gradient(images, OBJECTIVES.slice(0, 1));
    const [, single] = runs.splice(0);
    const pools = single!.split(' ')[1];
    await model.gradient(images, OBJECTIVES.slice(0, 5));
    // The scores and five gradients; poolings, forward and for their winners, as often as for one.
    expect(runs.splice(0)).toEqual([`6 ${pools}`]);
    await model.gradient(images, OBJECTIVES);
    expect(runs.splice(0)).toEqual([`7 ${pools}`, `7 ${pools}`]);
    await model.dispose();
  });

  it('are refused unless there are as many for each image, and of classes that are not there', async () => {
    const model = await open(bundled);
    const images = randomImages(model, 2);
    const give = (count: number): Promise<unknown> => model.gradient(images, OBJECTIVES.slice(0, count));
    await expect(give(3)).rejects.toMatchObject({ code: 'parameter' });
    await expect(give(0)).rejects.toMatchObject({ code: 'parameter' });
    const wrong = [OBJECTIVES[0]!, { kind: 'logit', classIndex: 10 } as const];
    await expect(model.gradient(imageOf(images, 0), wrong)).rejects.toMatchObject({ code: 'unknown-class' });
    await model.dispose();
  });

  it('are those of the other engines, which look at the image again for each', { timeout: 60_000 }, async () => {
    const [onnx, cpu] = [await open(bundled), await open(bundled, 'cpu')];
    const images = randomImages(onnx, 2);
    const some = OBJECTIVES.slice(0, 10);
    const [ours, theirs] = [await onnx.gradient(images, some), await cpu.gradient(images, some)];
    expect(theirs.scores.count).toBe(2);
    expect(error(theirs.scores.logits, ours.scores.logits)).toBeLessThan(1e-5);
    expect(error(theirs.values, ours.values)).toBeLessThan(1e-5);
    for (let row = 0; row < 10; row++)
      expect(error(part(theirs.gradient, row, 10), part(ours.gradient, row, 10)), `row ${row}`).toBeLessThan(1e-4);
    await onnx.dispose();
    await cpu.dispose();
  });

  describe('where the file takes two pictures at once', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'several-objectives-'));
    afterAll(() => rmSync(folder, { recursive: true }));

    it('are those of each picture', async () => {
      const models = await Promise.all(
        [1, 2].map(async (count) => {
          const file = path.join(folder, `${count}.onnx`);
          writeFileSync(file, writeOnnx(oneConvolution(count)));
          return open(file);
        }),
      );
      const data = Float32Array.from({ length: 48 }, (_, at) => (at * 7) % 16);
      const images = { data, count: 3, height: 4, width: 4, channels: 1 };
      const some = Array.from({ length: 6 }, (_, index) => ({ kind: 'logit', classIndex: index % 4 }) as const);
      const [one, two] = await Promise.all(models.map((model) => model.gradient(images, some)));
      expect(two!.gradient).toEqual(one!.gradient);
      expect(two!.values).toEqual(one!.values);
      expect(largest(one!.gradient)).toBeGreaterThan(0);
      for (const model of models) await model.dispose();
    });
  });
});
