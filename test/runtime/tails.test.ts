import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Classifier } from '../../src/core/model/classifier';
import { layerBatch } from '../../src/core/model/layers';
import type { LayerInfo } from '../../src/core/model/modelInfo';
import { writeOnnx } from '../../src/formats/models/onnx/writeOnnx';
import { loadClassifier } from '../../src/runtime/loadClassifier';
import { oneConvolution, picture } from '../core/attribution/oneConvolution';
import { goldenPath } from '../core/graph/goldenSupport';
import { largest, largestDifference, randomImages } from './support';

const bundled = path.resolve(__dirname, '../../media/models/fashion-mnist');
const open = (file: string, engine: 'onnx' | 'cpu' = 'onnx'): Promise<Classifier> =>
  loadClassifier({ path: file, spec: { input: { preset: 'unit' } } }, { engine });
const golden = (name: string): Promise<Classifier> => open(goldenPath(`${name}.onnx`));
const error = (a: Float32Array, b: Float32Array): number => largestDifference(a, b) / Math.max(largest(b), 1e-30);

/** Every `step`th layer that the scores are made of, the last ones among them. */
function someLayers({ info }: Classifier, step: number): readonly LayerInfo[] {
  const layers = info.layers!.filter(({ feedsScores }) => feedsScores);
  return layers.filter((_, index) => (layers.length - 1 - index) % step === 0);
}

describe('the tail from a layer on', () => {
  // Straight ones, with branches that meet again, with skip connections, with attention; how many layers are tried of each.
  const NETWORKS = [
    ['vgg', 1],
    ['squeezenet', 3],
    ['resnet18', 3],
    ['densenet', 9],
    ['inception', 4],
    ['mobilenet-v3', 9],
    ['shufflenet', 9],
    ['vit', 6],
    ['convnext', 5],
  ] as const;

  it.each(NETWORKS)(
    'scores the values of the layer as the model scores the pictures: %s',
    { timeout: 300_000 },
    async (name, step) => {
      const model = await golden(name);
      const images = randomImages(model, 3);
      const objectives = [{ kind: 'logit', classIndex: 2 }] as const;
      const { logits } = await model.predict(images);
      const layers = someLayers(model, step);
      const all = await model.gradient(images, objectives, { at: layers.map(({ id }) => id) });
      let [cuts, others] = [0, 0];
      for (const [index, layer] of layers.entries()) {
        const { values, gradient } = all.layers![index]!;
        let tail: Classifier;
        try {
          tail = await model.variant({ kind: 'tail', layer: layer.id });
        } catch (refusal) {
          others++;
          expect(refusal, layer.id).toMatchObject({ code: 'parameter' });
          continue;
        }
        cuts++;
        const batch = layerBatch(layer, values);
        expect(batch.count).toBe(3);
        expect(error((await tail.predict(batch)).logits, logits), layer.id).toBeLessThan(1e-5);
        const behind = await tail.gradient(batch, objectives);
        expect(error(behind.gradient, gradient), layer.id).toBeLessThan(1e-5);
        expect(error(behind.scores.logits, logits), layer.id).toBeLessThan(1e-5);
        await tail.dispose();
      }
      expect(cuts).toBeGreaterThan(1);
      if (name !== 'vgg') expect(others).toBeGreaterThan(0);
      await model.dispose();
    },
  );

  it('says what goes past a layer within a block', async () => {
    const model = await golden('resnet18');
    const ids = model.info.layers!.map(({ id }) => id);
    const additions = model.info.layers!.filter(({ kind }) => kind === 'Add').map(({ id }) => id);
    const within = ids[ids.indexOf(additions[1]!) - 1]!;
    const refusal = await model.variant({ kind: 'tail', layer: within }).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'parameter' });
    const before = ids.slice(0, ids.indexOf(within));
    const [named] = /: “([^”]+)” goes past it/.exec((refusal as Error).message)!.slice(1);
    expect(before).toContain(named);
    // And that one, where the block begins, is a cut.
    await expect(model.variant({ kind: 'tail', layer: named! })).resolves.toBeDefined();
    await model.dispose();
  });
});

describe('a tail', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'tails-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const objectives = [{ kind: 'logit', classIndex: 0 }] as const;

  it('has the values by hand, where the file takes one picture and where it takes two', async () => {
    for (const count of [1, 2]) {
      const file = path.join(folder, `${count}.onnx`);
      writeFileSync(file, writeOnnx(oneConvolution(count)));
      const model = await open(file);
      const tail = await model.variant({ kind: 'tail', layer: 'relu1' });
      expect(tail.info.input).toMatchObject({ height: 2, width: 2, channels: 2 });
      expect(tail.info.layers!.map(({ id }) => id)).toEqual(['flat', 'scores']);
      // Channels last: of the file's weights [1 1 1 1 | 1 −1 −1 −1] every second value belongs to the second channel.
      const values = Float32Array.of(1, 10, 2, 20, 3, 30, 4, 40);
      const images = { data: new Float32Array([...values, ...values]), count: 2, height: 2, width: 2, channels: 2 };
      const { scores, gradient } = await tail.gradient(images, objectives);
      expect([...scores.logits]).toEqual(new Array<number>(8).fill(1 + 2 + 3 + 4 + 10 - 20 - 30 - 40));
      expect([...gradient.slice(8)]).toEqual([1, 1, 1, -1, 1, -1, 1, -1]);
      await expect(tail.predict({ ...picture, count: 1 })).rejects.toMatchObject({ code: 'image-shape' });
      await model.dispose();
    }
  });

  it('can be changed as its model can, and is made once for all who use it at a time', async () => {
    const model = await golden('vgg');
    const images = randomImages(model, 1);
    const relus = model.info.layers!.filter(({ kind }) => kind === 'Relu').map(({ id }) => id);
    const [layer, later] = [relus[1]!, relus[3]!];
    const last = model.info.layers!.filter(({ kind }) => kind === 'Conv').at(-1)!.id;
    const at = [layer, later];
    const guided = await model.variant({ kind: 'rule', rule: 'guided' });
    const whole = await guided.gradient(images, objectives, { at });
    const shaped = (index: number) =>
      layerBatch(
        model.info.layers!.find(({ id }) => id === at[index])!,
        whole.layers![index]!.values,
      );
    for (const tail of [
      await (await model.variant({ kind: 'tail', layer })).variant({ kind: 'rule', rule: 'guided' }),
      await guided.variant({ kind: 'tail', layer }),
    ]) {
      const { gradient } = await tail.gradient(shaped(0), objectives);
      expect(error(gradient, whole.layers![0]!.gradient)).toBeLessThan(1e-5);
      const { layers } = await tail.gradient(shaped(0), objectives, { at: [later] });
      expect(error(layers![0]!.values, whole.layers![1]!.values)).toBeLessThan(1e-5);
      expect(error(layers![0]!.gradient, whole.layers![1]!.gradient)).toBeLessThan(1e-5);
    }
    const tail = await model.variant({ kind: 'tail', layer });
    const rest = await tail.variant({ kind: 'tail', layer: later });
    expect(error((await rest.predict(shaped(1))).logits, whole.scores.logits)).toBeLessThan(1e-5);
    await expect(tail.variant({ kind: 'tail', layer: relus[0]! })).rejects.toMatchObject({ code: 'unknown-layer' });

    const change = { kind: 'randomised', layers: [last], seed: 3 } as const;
    const shuffled = await model.variant(change);
    const other = await shuffled.predict(images);
    expect(error(other.logits, whole.scores.logits)).toBeGreaterThan(0.01);
    expect(error((await (await tail.variant(change)).predict(shaped(0))).logits, other.logits)).toBeLessThan(1e-5);
    expect(
      error((await (await shuffled.variant({ kind: 'tail', layer })).predict(shaped(0))).logits, other.logits),
    ).toBeLessThan(1e-5);
    await model.dispose();
    await expect(tail.predict(shaped(0))).rejects.toThrow('disposed');
  });

  it('that somebody uses outlasts others, however many are asked for', async () => {
    const model = await open(bundled);
    const images = randomImages(model, 1);
    const layers = model.info.layers!.filter(({ feedsScores }) => feedsScores);
    const { layers: found, scores } = await model.gradient(images, objectives, { at: layers.map(({ id }) => id) });
    const used = await model.variant({ kind: 'tail', layer: layers[1]!.id });
    for (const { id } of layers) await (await model.variant({ kind: 'tail', layer: id })).dispose();
    const { logits } = await used.predict(layerBatch(layers[1]!, found![1]!.values));
    expect(error(logits, scores.logits)).toBeLessThan(1e-5);
    await used.dispose();
    await used.dispose();
    await model.dispose();
  });

  it('is refused of layers that are not there, and by engines that run a model as a whole', async () => {
    const [onnx, cpu] = [await open(bundled), await open(bundled, 'cpu')];
    await expect(onnx.variant({ kind: 'tail', layer: 'nowhere' })).rejects.toMatchObject({ code: 'unknown-layer' });
    await expect(cpu.variant({ kind: 'tail', layer: 'conv_1' })).rejects.toMatchObject({
      code: 'gradient-unavailable',
      message: 'The engine cpu runs a model as it is, so it cannot be run from a layer on.',
    });
    await onnx.dispose();
    await cpu.dispose();
  });
});
