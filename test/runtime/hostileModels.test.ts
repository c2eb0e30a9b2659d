import { mkdir, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadClassifier } from '../../src/runtime/loadClassifier';
import { load, makeFolder, randomImages, removeFolders, saveModel, useCpu } from './support';

interface ModelJson {
  modelTopology: { config: { layers: { class_name: string; config: Record<string, unknown> }[] } };
  weightsManifest: {
    paths: string[];
    weights: { name: string; shape: number[]; dtype: string; quantization?: object }[];
  }[];
}

beforeAll(useCpu);
afterAll(removeFolders);

async function model(): Promise<string> {
  await useCpu();
  return saveModel(
    tfl.sequential({
      layers: [
        tfl.layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [5, 4, 3] }),
        tfl.layers.flatten(),
        tfl.layers.dense({ units: 3, activation: 'softmax' }),
      ],
    }),
  );
}

/** A model whose JSON was changed after it was saved. */
async function edited(edit: (json: ModelJson) => unknown): Promise<string> {
  const folder = await model();
  const file = path.join(folder, 'model.json');
  const { readFile } = await import('node:fs/promises');
  const json = JSON.parse(await readFile(file, 'utf8')) as ModelJson;
  const result = edit(json);
  await writeFile(
    file,
    JSON.stringify(typeof result === 'object' && result !== null && 'replaced' in result ? result.replaced : json),
  );
  return folder;
}

const bin = (folder: string): string => path.join(folder, 'weights.bin');
const manifest = (json: ModelJson): ModelJson['weightsManifest'][0] => json.weightsManifest[0]!;
const layer = (json: ModelJson, name: string): Record<string, unknown> =>
  json.modelTopology.config.layers.find(({ class_name }) => class_name === name)!.config;

const cases: Record<string, () => Promise<string>> = {
  'a shard that is missing': async () => {
    const folder = await model();
    await rm(bin(folder));
    return folder;
  },
  'a shard that is too short': async () => {
    const folder = await model();
    await truncate(bin(folder), 100);
    return folder;
  },
  'a shard that is too long': async () => {
    const folder = await model();
    await truncate(bin(folder), 100_000);
    return folder;
  },
  'a shard that is a folder': async () => {
    const folder = await model();
    await rm(bin(folder));
    await mkdir(bin(folder));
    return folder;
  },
  'a shard above its folder': () => edited((json) => (manifest(json).paths = ['../weights.bin'])),
  'a shard above its folder, written as Windows does': () =>
    edited((json) => (manifest(json).paths = ['..\\weights.bin'])),
  'an absolute shard': () => edited((json) => (manifest(json).paths = ['/etc/hostname'])),
  'a shard on the network': () => edited((json) => (manifest(json).paths = ['http://127.0.0.1:9/weights.bin'])),
  'a shard that links out of the folder': async () => {
    const [folder, outside] = [await model(), await makeFolder()];
    await writeFile(path.join(outside, 'secret'), Buffer.alloc(500));
    await rm(bin(folder));
    await symlink(path.join(outside, 'secret'), bin(folder));
    return folder;
  },
  'weights larger than the file': () => edited((json) => (manifest(json).weights[0]!.shape = [3, 3, 3, 2000])),
  'weights of absurd shape': () => edited((json) => (manifest(json).weights[0]!.shape = [1e9, 1e9, 1e9, 1e9])),
  'weights of negative shape': () => edited((json) => (manifest(json).weights[0]!.shape = [-3, 3, -3, 2])),
  'weights of an unknown type': () => edited((json) => (manifest(json).weights[0]!.dtype = 'string')),
  'weights quantised strangely': () => edited((json) => (manifest(json).weights[0]!.quantization = { dtype: 'int4' })),
  'the same weight twice': () => edited((json) => manifest(json).weights.push({ ...manifest(json).weights[0]! })),
  'no weights for a layer': () => edited((json) => (manifest(json).weights[0]!.name = 'someone/elses')),
  'weights of another shape': () => edited((json) => manifest(json).weights[0]!.shape.reverse()),
  'layers that need more than the files hold': () => edited((json) => (layer(json, 'Dense').units = 4_000_000_000)),
  'layers that blow pictures up': () =>
    edited((json) =>
      json.modelTopology.config.layers.splice(1, 0, {
        class_name: 'ZeroPadding2D',
        config: {
          name: 'pad',
          padding: [
            [1e6, 1e6],
            [1e6, 1e6],
          ],
        },
      }),
    ),
  'a picture of absurd size': () => edited((json) => (layer(json, 'Conv2D').batch_input_shape = [null, 1e6, 1e6, 3])),
  'an input that is no picture': () => edited((json) => (layer(json, 'Conv2D').batch_input_shape = [null, 17])),
  'a layer that carries code': () => edited((json) => (json.modelTopology.config.layers[1]!.class_name = 'Lambda')),
  'a layer that nobody knows': () =>
    edited((json) => (json.modelTopology.config.layers[1]!.class_name = 'constructor')),
  'an unknown activation': () => edited((json) => (layer(json, 'Dense').activation = 'hocuspocus')),
  'a negative number of filters': () => edited((json) => (layer(json, 'Conv2D').filters = -2)),
  'text instead of numbers': () => edited((json) => (layer(json, 'Conv2D').kernel_size = 'three')),
  'layers that are no list': () =>
    edited((json) => ((json.modelTopology.config as Record<string, unknown>).layers = { a: 1 })),
  'no layers': () => edited((json) => (json.modelTopology.config.layers = [])),
  'a manifest that is no list': () =>
    edited((json) => ((json as unknown as Record<string, unknown>).weightsManifest = 'no')),
  'no topology': () => edited(() => ({ replaced: { weightsManifest: [] } })),
  'other JSON': () => edited(() => ({ replaced: [1, 2, 3] })),
  'JSON a million levels deep': async () => {
    const folder = await model();
    await writeFile(
      path.join(folder, 'model.json'),
      `${'{"modelTopology":'.repeat(1_000_000)}1${'}'.repeat(1_000_000)}`,
    );
    return folder;
  },
  'JSON that breaks off': async () => {
    const folder = await model();
    await truncate(path.join(folder, 'model.json'), 200);
    return folder;
  },
  'an empty file': async () => {
    const folder = await model();
    await truncate(path.join(folder, 'model.json'), 0);
    return folder;
  },
  'a folder without a model': () => makeFolder(),
  'a model that is not there': async () => path.join(await makeFolder(), 'none.json'),
};

describe('a model with', () => {
  it.each(Object.keys(cases))('%s is refused in a sentence and frees everything', async (name) => {
    const folder = await cases[name]!();
    const before = tf.memory().numTensors;
    const failure: unknown = await load(folder).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'UserError' });
    expect((failure as Error).message).toMatch(/^[^\n]{10,400}$/);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('weights that are not numbers loads, with a warning', async () => {
    const folder = await model();
    const { readFile } = await import('node:fs/promises');
    const bytes = await readFile(bin(folder));
    bytes.writeFloatLE(NaN, 8);
    await writeFile(bin(folder), bytes);
    const classifier = await load(folder);
    expect(classifier.info.warnings.join()).toMatch(/not finite/);
    const { logits } = await classifier.predict(randomImages(classifier, 1));
    expect(logits.some(Number.isNaN)).toBe(true);
    await classifier.dispose();
  });

  it('functional connections in a circle is refused', async () => {
    await useCpu();
    const image = tfl.input({ shape: [4, 4, 3] });
    const a = tfl.layers.conv2d({ filters: 2, kernelSize: 1, name: 'a' }).apply(image) as tfl.SymbolicTensor;
    const b = tfl.layers.flatten({ name: 'b' }).apply(a) as tfl.SymbolicTensor;
    const folder = await saveModel(tfl.model({ inputs: image, outputs: b }));
    const file = path.join(folder, 'model.json');
    const { readFile } = await import('node:fs/promises');
    const text = await readFile(file, 'utf8');
    const circle = text.replace(/\["input[^"]*",0,0,\{\}\]/, '["b",0,0,{}]');
    expect(circle).not.toBe(text);
    await writeFile(file, circle);
    await expect(load(folder)).rejects.toMatchObject({ code: 'model-unreadable' });
  });

  it('nothing but a cancelled wish to load it is not loaded', async () => {
    const folder = await model();
    await expect(
      loadClassifier({ path: folder }, { engine: 'cpu', signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({
      name: 'CancelledError',
    });
  });
});
