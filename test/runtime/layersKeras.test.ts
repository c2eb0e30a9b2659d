import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadClassifier } from '../../src/runtime/loadClassifier';
import { largestDifference } from '../core/graph/goldenSupport';

// A Keras model against TensorFlow's tape in float64 (scripts/golden/keras_layers.py).

interface Golden {
  readonly picture: readonly number[];
  readonly layers: Readonly<Record<string, { shape: number[]; values: number[]; gradient: number[] }>>;
}

const FOLDER = path.resolve(import.meta.dirname, '../golden');
const golden = JSON.parse(readFileSync(path.join(FOLDER, 'keras-layers.json'), 'utf8')) as Golden;
const unit = { input: { preset: 'unit' as const } };
const images = { data: Float32Array.from(golden.picture), count: 1, height: 8, width: 10, channels: 3 as const };
const objectives = [{ kind: 'logit' as const, classIndex: 1 }];

describe('layers of a Keras model', () => {
  it('are all listed, those of models within behind their names', async () => {
    const classifier = await loadClassifier(
      { path: path.join(FOLDER, 'layers.keras'), spec: unit },
      { engine: 'onnx' },
    );
    const { info } = classifier;
    const listed = info.layers!.map(({ id, shape }) => [id, [...shape]]);
    expect(listed).toEqual(Object.entries(golden.layers).map(([id, { shape }]) => [id, shape]));
    expect(info.layers!.map(({ kind }) => kind).slice(0, 3)).toEqual(['Conv2D', 'BatchNormalization', 'ReLU']);
    expect(info.layers!.map(({ form }) => form).slice(-3)).toEqual(['spatial', 'vector', 'vector']);
    await classifier.dispose();
  });

  it('have the values and gradients that TensorFlow gives, together and each alone, for one picture and for two', async () => {
    const classifier = await loadClassifier(
      { path: path.join(FOLDER, 'layers.keras'), spec: unit },
      { engine: 'onnx' },
    );
    const ids = Object.keys(golden.layers);
    const size = images.data.length;
    const two = new Float32Array(2 * size).fill(0.3);
    two.set(images.data, size);
    for (const at of [ids, ...ids.map((id) => [id])])
      for (const batch of [images, { ...images, count: 2, data: two }]) {
        const { layers } = await classifier.gradient(batch, objectives, { at });
        expect(layers!.map(({ layer }) => layer)).toEqual(at);
        for (const { layer, shape, values, gradient } of layers!) {
          const truth = golden.layers[layer]!;
          expect(shape).toEqual(truth.shape);
          const last = (data: Float32Array): Float32Array => data.subarray(data.length - truth.values.length);
          const largest = (numbers: readonly number[]): number => Math.max(...numbers.map(Math.abs));
          expect(values.length).toBe(batch.count * truth.values.length);
          expect(largestDifference(last(values), truth.values) / largest(truth.values), layer).toBeLessThan(1e-4);
          expect(largestDifference(last(gradient), truth.gradient) / largest(truth.gradient), layer).toBeLessThan(1e-4);
        }
      }
    await classifier.dispose();
  }, 120_000);

  it('are refused by engines that run a network as a whole, and where the file is another by now', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'layers-'));
    const file = path.join(folder, 'layers.keras');
    copyFileSync(path.join(FOLDER, 'layers.keras'), file);
    const classifier = await loadClassifier({ path: file, spec: unit }, { engine: 'onnx' });
    writeFileSync(file, Buffer.concat([readFileSync(file).subarray(0, 100), Buffer.alloc(10)]));
    // One that batch normalisation was folded into, so that the file has to be read again.
    await expect(classifier.gradient(images, objectives, { at: ['stem'] })).rejects.toMatchObject({
      name: 'UserError',
    });
    await expect(classifier.gradient(images, objectives, { at: ['stem_relu'] })).resolves.toBeDefined();
    await classifier.dispose();
    rmSync(folder, { recursive: true });
    const bundled = path.resolve(import.meta.dirname, '../../media/models/fashion-mnist');
    const wasm = await loadClassifier({ path: bundled }, { engine: 'wasm' });
    const grey = { data: new Float32Array(784), count: 1, height: 28, width: 28, channels: 1 as const };
    await expect(wasm.gradient(grey, objectives, { at: ['conv_4'] })).rejects.toMatchObject({
      code: 'unknown-layer',
      hint: expect.stringContaining('Choose the engine onnx') as string,
    });
    await wasm.dispose();
  });
});
