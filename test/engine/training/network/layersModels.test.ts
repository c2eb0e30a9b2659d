import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../../../../src/core/errors';
import type { JsonObject } from '../../../../src/formats/json/json';
import { withInputSize } from '../../../../src/formats/models/layers/layersModelSize';
import { prepareNetwork } from '../../../../src/engine/training/network/prepareNetwork';
import { readLayersModel } from '../../../../src/engine/training/network/readLayersModel';
import { architectures, findArchitecture } from '../../../../src/training/architectures/registry';
import type { NamedWeight } from '../../../../src/core/model/trainableNetwork';
import {
  hasSharedData,
  largestDifference,
  load,
  makeFolder,
  randomImages,
  removeFolders,
  saveModel,
  sharedData,
  useCpu,
} from '../../../runtime/support';
import { saveLayersModel, shaken } from './support';

beforeAll(useCpu);
afterAll(removeFolders);

const classes = ['a', 'b', 'c'];
const golden = path.resolve(__dirname, '../../../formats/models/layers/golden');
const bundled = path.resolve(__dirname, '../../../../media/models/fashion-mnist');

async function loadWithTensorFlow(folder: string): Promise<tfl.LayersModel> {
  const json = JSON.parse(await readFile(path.join(folder, 'model.json'), 'utf8')) as {
    modelTopology: object;
    weightsManifest: { weights: tf.io.WeightsManifestEntry[] }[];
  };
  const weightData = new Uint8Array(await readFile(path.join(folder, 'weights.bin'))).buffer;
  const weightSpecs = json.weightsManifest.flatMap(({ weights }) => weights);
  return tfl.loadLayersModel(tf.io.fromMemory({ modelTopology: json.modelTopology, weightSpecs, weightData }));
}

describe.each(architectures.map(({ id }) => id))('%s, saved', (id) => {
  it('is opened by TensorFlow.js and by both engines with equal scores', async () => {
    const side = 16;
    const model = shaken(findArchitecture(id)!.build({ height: side, width: side, channels: 3 }, 3, 4));
    const folder = await saveLayersModel(model, { height: side, width: side }, classes);
    const onnx = await load(folder, 'onnx');
    const second = await load(folder, id === 'alexnet' ? 'wasm' : 'cpu');
    expect(onnx.info.classes).toEqual(classes);
    expect(onnx.info.input).toMatchObject({ height: side, width: side, range: [0, 1] });
    const images = randomImages(onnx, 2);
    const scores = await onnx.predict(images);
    expect(largestDifference(scores.logits, (await second.predict(images)).logits)).toBeLessThan(2e-4);
    await tf.setBackend(second.info.engine);
    const network = await loadWithTensorFlow(folder);
    const output = tf.tidy(() =>
      (network.predict(tf.tensor4d(images.data, [2, side, side, 3])) as tf.Tensor).dataSync(),
    ) as Float32Array;
    expect(largestDifference(scores.probabilities, output)).toBeLessThan(1e-5);
    const read = await readLayersModel(folder);
    const facts = ({ name, shape }: NamedWeight): object => ({ name, shape });
    expect(read.weights.map(facts)).toEqual(model.weights.map(facts));
    const bytes = ({ data }: NamedWeight): Buffer => Buffer.from(data.buffer);
    expect(read.weights.every((weight, index) => bytes(weight).equals(bytes(model.weights[index]!)))).toBe(true);
    expect(read.topology).toEqual(JSON.parse(JSON.stringify(model.topology)));
    network.dispose();
    await Promise.all([onnx.dispose(), second.dispose()]);
  });
});

it.each(['nested.keras', 'nested.h5'])('%s can be saved as a layers model and scores as before', async (name) => {
  const file = path.join(golden, name);
  const original = await load(file, 'onnx');
  const { height, width, channels } = original.info.input;
  const model = await readLayersModel(file);
  const folder = await saveLayersModel(model, { height, width }, original.info.classes);
  const images = randomImages(original, 3);
  const expected = await original.predict(images);
  const saved = await load(folder, 'onnx');
  expect(saved.info.input).toMatchObject({ height, width, channels });
  expect(largestDifference((await saved.predict(images)).logits, expected.logits)).toBeLessThan(1e-5);
  await saved.dispose();
  // Its shared layers' calls become possible in another order than they are numbered in.
  await expect(load(folder, 'cpu')).rejects.toThrow('mix up the calls');
  expect((await readLayersModel(folder)).weights).toEqual(model.weights);
  await original.dispose();
});

describe('prepareNetwork', () => {
  it('sums the bundled model up as Keras would', async () => {
    const wish = { network: bundled, height: 28, width: 28, channels: 1, classes: 10, seed: 0 } as const;
    const { summary } = await prepareNetwork(wish);
    expect(summary).toMatchObject({ parameters: 179_728, trainableParameters: 179_728 });
    expect(summary.layers.slice(0, 2)).toEqual([
      { name: 'conv_1', type: 'Conv2D', output: [28, 28, 16], parameters: 160 },
      { name: 'pool_1', type: 'MaxPooling2D', output: [14, 14, 16], parameters: 0 },
    ]);
    expect(summary.layers.at(-1)).toEqual({ name: 'scores', type: 'Dense', output: [10], parameters: 510 });
    expect(summary.layers.find(({ type }) => type === 'Flatten')?.output).toEqual([64]);
  });

  it('counts statistics as not trained', async () => {
    const wish = { network: 'residual', height: 16, width: 20, channels: 3, classes: 4, seed: 0 } as const;
    const { model, summary } = await prepareNetwork(wish);
    expect(summary.parameters).toBe(model.weights.reduce((sum, { data }) => sum + data.length, 0));
    const statistics = model.weights.filter(({ name }) => name.includes('/moving_'));
    expect(summary.parameters - summary.trainableParameters).toBe(
      statistics.reduce((sum, { data }) => sum + data.length, 0),
    );
    expect(summary.layers.find(({ name }) => name === 'mean')?.output).toEqual([64]);
  });

  it("gives a user's model fresh weights or another head on request", async () => {
    const wish = { network: bundled, height: 28, width: 28, channels: 1, classes: 10, seed: 3 } as const;
    const stored = await prepareNetwork(wish);
    const fresh = await prepareNetwork({ ...wish, fresh: true });
    expect(fresh.model.weights.map(({ shape }) => shape)).toEqual(stored.model.weights.map(({ shape }) => shape));
    expect(fresh.model.weights[0]!.data).not.toEqual(stored.model.weights[0]!.data);
    const other = await prepareNetwork({ ...wish, classes: 4 });
    expect(other.summary.layers.at(-1)).toMatchObject({ output: [4], parameters: 204 });
    expect(other.model.weights[0]!.data).toEqual(stored.model.weights[0]!.data);
  });

  it('refuses other sizes, unknown names and frozen models', async () => {
    const wish = { network: bundled, height: 32, width: 28, channels: 1, classes: 10, seed: 3 } as const;
    await expect(prepareNetwork(wish)).rejects.toThrow('The network takes 28 × 28 grey pictures');
    await expect(prepareNetwork({ ...wish, network: 'resnet' })).rejects.toThrow(UserError);
    const folder = await makeFolder();
    await expect(prepareNetwork({ ...wish, network: folder })).rejects.toThrow(UserError);
  });
});

it('writes the size that is said into a topology that leaves it open', async () => {
  const model = tfl.sequential({
    layers: [
      tfl.layers.conv2d({ name: 'c', filters: 2, kernelSize: 3, inputShape: [null, null, 3] }),
      tfl.layers.globalAveragePooling2d({ name: 'g' }),
    ],
  });
  const folder = await saveModel(model);
  const json = JSON.parse(await readFile(path.join(folder, 'model.json'), 'utf8')) as { modelTopology: JsonObject };
  const sized = JSON.stringify(withInputSize(json.modelTopology, { height: 8, width: 9 }));
  expect(sized).toContain('"batch_input_shape":[null,8,9,3]');
  expect(JSON.stringify(json)).toContain('[null,null,null,3]');
});

describe.runIf(hasSharedData)('real models', () => {
  it.each([
    ['teachable-machine_waste', 224, 3],
    ['mobilenet_v1_0.25_128/tfjs_layers', 128, 3],
  ])('%s: its numbers of parameters and its summary', async (name, side, channels) => {
    const folder = path.join(sharedData, 'models', name);
    const classifier = await load(folder, 'cpu');
    const network = await prepareNetwork({
      network: folder,
      height: side,
      width: side,
      channels: channels as 3,
      classes: classifier.info.classes.length,
      seed: 0,
    });
    expect(network.summary.parameters).toBe(classifier.info.parameters);
    expect(network.summary.layers.length).toBeGreaterThan(20);
    await classifier.dispose();
  });
});
