import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTensorFlowNetwork } from '../../../../src/runtime/tensorflow/training/tensorflowNetwork';
import { createTopology, sequentialModel } from '../../../../src/training/architectures/topology';
import { initialise } from '../../../../src/training/architectures/initialise';
import type { LayersModel, Minibatch, TrainableNetwork } from '../../../../src/core/model/trainableNetwork';
import { hasEngine, largest, largestDifference, load, removeFolders, useCpu } from '../../../runtime/support';
import { minibatch, saveLayersModel, tinyInput as input, tinyNet } from './support';

beforeAll(useCpu);
afterAll(removeFolders);

const he = { class_name: 'HeNormal', config: {} };
const size = 6 * 5 * 3;

function droppingNet(): LayersModel {
  const topology = createTopology();
  let x = topology.flatten('f', topology.input(input));
  x = topology.dropout('drop', topology.dense('d1', x, 40, 'relu', he), 0.5);
  topology.dense('d2', x, 3, 'softmax', he);
  const model = sequentialModel('dropping', topology);
  return { topology: model, weights: initialise(model, topology.weights, 3) };
}

const batch = minibatch(size, 4, 3);

/** Moving statistics back as they were, so that steps can be repeated. */
async function pureStep(network: TrainableNetwork, of: Minibatch): Promise<number> {
  const before = network.weights.map(({ values }) => values.slice());
  const { loss } = await network.step(of);
  network.weights.forEach(({ values, trainable }, index) => {
    if (!trainable) values.set(before[index]!);
  });
  return loss;
}

/** Directional derivatives along each weight's own gradient, by central differences of the loss. */
async function agreesWithDifferences(network: TrainableNetwork, of: Minibatch): Promise<void> {
  await pureStep(network, of);
  const trained = network.weights.filter(({ trainable }) => trainable);
  const gradients = trained.map(({ gradient }) => gradient.slice());
  expect(trained.length).toBeGreaterThan(3);
  for (const [index, { values, name }] of trained.entries()) {
    const length = Math.hypot(...gradients[index]!);
    expect(length, name).toBeGreaterThan(0);
    const original = values.slice();
    const h = 2e-3;
    const losses: number[] = [];
    for (const sign of [1, -1]) {
      values.set(original.map((value, at) => value + (sign * h * gradients[index]![at]!) / length));
      losses.push(await pureStep(network, of));
    }
    values.set(original);
    const ratio = (losses[0]! - losses[1]!) / (2 * h) / length;
    expect(Math.abs(ratio - 1), name).toBeLessThan(0.02);
  }
}

describe('on plain JavaScript', () => {
  it('weight gradients are those of finite differences, normalisation by the batch included', async () => {
    const network = await createTensorFlowNetwork(tinyNet(), { engine: 'cpu' });
    await agreesWithDifferences(network, batch);
    await network.dispose();
  });

  it('dropout draws its masks from the seed alone and rests at inference', async () => {
    const network = await createTensorFlowNetwork(droppingNet(), { engine: 'cpu' });
    const losses = [await network.step(batch), await network.step(batch), await network.step({ ...batch, seed: 2 })];
    expect(losses[1]).toEqual(losses[0]);
    expect(losses[2]!.loss).not.toBe(losses[0]!.loss);
    await agreesWithDifferences(network, batch);
    const logits = await network.predict(batch.pixels, batch.count);
    expect(await network.predict(batch.pixels, batch.count)).toEqual(logits);
    await network.dispose();
  });

  it('moving statistics move by the momentum towards those of the batch', async () => {
    const network = await createTensorFlowNetwork(tinyNet(), { engine: 'cpu' });
    const moving = network.weights.find(({ name }) => name === 'n1/moving_mean')!;
    const before = moving.values.slice();
    await network.step(batch);
    const once = moving.values.slice();
    await network.step(batch);
    const step = (a: Float32Array, b: Float32Array): Float32Array => a.map((value, at) => b[at]! - value);
    const expected = step(before, once).map((value) => value * 0.9);
    expect(largestDifference(step(once, moving.values), expected)).toBeLessThan(1e-5);
    expect(largest(expected)).toBeGreaterThan(1e-4);
    await network.dispose();
  });

  it('watches what the saved model says by the classifier', async () => {
    const model = tinyNet();
    const network = await createTensorFlowNetwork(model, { engine: 'cpu' });
    const classifier = await load(await saveLayersModel(model, input, ['a', 'b', 'c']), 'onnx');
    const images = { data: batch.pixels, count: batch.count, ...input };
    const labels = [...batch.labels];
    const losses = await classifier.gradient(
      images,
      labels.map((label) => ({ kind: 'cross-entropy', label })),
    );
    const predicted = labels.map((_, row) => {
      const own = losses.scores.logits.subarray(row * 3, row * 3 + 3);
      return own.indexOf(Math.max(...own));
    });
    const scores = await classifier.gradient(
      images,
      predicted.map((classIndex) => ({ kind: 'logit', classIndex })),
    );
    const seen = await network.watch({ ...batch, scoreOf: 'predicted' });
    expect(largestDifference(seen.logits, losses.scores.logits)).toBeLessThan(1e-4);
    expect(largestDifference(seen.lossGradient, losses.gradient)).toBeLessThan(1e-4 * largest(losses.gradient));
    expect(largestDifference(seen.scoreGradient, scores.gradient)).toBeLessThan(1e-4 * largest(scores.gradient));
    const ofLabel = await network.watch({ ...batch, scoreOf: 'label' });
    const label = await classifier.gradient(
      images,
      labels.map((classIndex) => ({ kind: 'logit', classIndex })),
    );
    expect(largestDifference(ofLabel.scoreGradient, label.gradient)).toBeLessThan(1e-4 * largest(label.gradient));
    expect(largestDifference(await network.predict(batch.pixels, 4), losses.scores.logits)).toBeLessThan(1e-4);
    await Promise.all([network.dispose(), classifier.dispose()]);
  });

  it('keeps no tensors from step to step and none at the end', async () => {
    await tf.setBackend('cpu');
    const before = tf.memory().numTensors;
    const network = await createTensorFlowNetwork(tinyNet(), { engine: 'cpu' });
    await network.step(batch);
    const held = tf.memory().numTensors;
    for (let step = 0; step < 5; step++) {
      await network.step(batch);
      await network.watch({ ...batch, scoreOf: 'predicted' });
      await network.predict(batch.pixels, 3);
      expect(tf.memory().numTensors).toBe(held);
    }
    await network.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('exports what it was given, moved by what was changed, in copies', async () => {
    const model = tinyNet();
    const network = await createTensorFlowNetwork(model, { engine: 'cpu' });
    expect(network.exportWeights()).toEqual(model.weights);
    network.weights[0]!.values[0] = 7;
    const exported = network.exportWeights();
    expect(exported[0]!.data[0]).toBe(7);
    exported[0]!.data[0] = 8;
    expect(network.weights[0]!.values[0]).toBe(7);
    expect(model.weights[0]!.data[0]).not.toBe(7);
    await network.dispose();
  });

  it('leaves frozen layers as they are', async () => {
    const model = structuredClone(tinyNet()) as unknown as {
      topology: { config: { layers: { name: string; config: { trainable: boolean } }[] } };
    };
    for (const layer of model.topology.config.layers) if (layer.name === 'n1') layer.config.trainable = false;
    const network = await createTensorFlowNetwork(model as unknown as LayersModel, { engine: 'cpu' });
    const names = network.weights.map(({ name }) => name);
    expect(names).toEqual(['c1/kernel', 'c2/kernel', 'c2/bias', 'd/kernel', 'd/bias']);
    await network.step(batch);
    const exported = network.exportWeights();
    expect(exported.map(({ name }) => name)).toContain('n1/moving_mean');
    expect(exported).toEqual((model as unknown as LayersModel).weights);
    await network.dispose();
  });
});

describe.each(['wasm', 'tensorflow'] as const)('on %s', (engine) => {
  it('agrees with plain JavaScript', async (context) => {
    if (!(await hasEngine(engine))) context.skip();
    const [one, other] = [
      await createTensorFlowNetwork(tinyNet(), { engine: 'cpu' }),
      await createTensorFlowNetwork(tinyNet(), { engine }),
    ];
    expect(other.engine).toBe(engine);
    const [a, b] = [await one.step(batch), await other.step(batch)];
    expect(b.correct).toBe(a.correct);
    expect(b.loss).toBeCloseTo(a.loss, 4);
    one.weights.forEach((weight, index) => {
      const same = other.weights[index]!;
      const scale = Math.max(1e-3, largest(weight.gradient));
      expect(largestDifference(weight.gradient, same.gradient) / scale, weight.name).toBeLessThan(1e-3);
      expect(largestDifference(weight.values, same.values)).toBeLessThan(1e-4);
    });
    const held = tf.memory().numTensors;
    await other.step(batch);
    expect(tf.memory().numTensors).toBe(held);
    await Promise.all([one.dispose(), other.dispose()]);
  });
});

it('refuses networks that end in a sigmoid or carry unknown training', async () => {
  const sigmoid = JSON.parse(
    JSON.stringify(droppingNet().topology).replace('softmax', 'sigmoid'),
  ) as LayersModel['topology'];
  await expect(createTensorFlowNetwork({ ...droppingNet(), topology: sigmoid }, { engine: 'cpu' })).rejects.toThrow(
    'sigmoid',
  );
  const noisy = JSON.parse(
    JSON.stringify(droppingNet().topology).replace('"Dropout"', '"GaussianDropout"'),
  ) as LayersModel['topology'];
  await expect(createTensorFlowNetwork({ ...droppingNet(), topology: noisy }, { engine: 'cpu' })).rejects.toThrow(
    'drop',
  );
});
