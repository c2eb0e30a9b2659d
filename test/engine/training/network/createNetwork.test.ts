import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNetwork } from '../../../../src/engine/training/network/createNetwork';
import { findArchitecture } from '../../../../src/training/architectures/registry';
import type {
  LayersModel,
  Minibatch,
  NamedWeight,
  StepResult,
  TrainableNetwork,
} from '../../../../src/core/model/trainableNetwork';
import { largest, largestDifference, removeFolders, useCpu } from '../../../runtime/support';
import { minibatch, shaken, tinyInput, tinyNet } from './support';

beforeAll(useCpu);
afterAll(removeFolders);

/** The gradients in the layout of the file, and the statistics after the step: weights are moved by their own gradient. */
async function stepAlongGradient(
  network: TrainableNetwork,
  batch: Minibatch,
): Promise<StepResult & { readonly weights: readonly NamedWeight[] }> {
  const result = await network.step(batch);
  for (const { values, gradient, trainable } of network.weights)
    if (trainable) values.forEach((value, at) => (values[at] = value + gradient[at]!));
  return { ...result, weights: network.exportWeights() };
}

describe.each([
  ['a small net with normalisation', tinyNet(), tinyInput],
  [
    'the deep network',
    shaken(findArchitecture('deep-network')!.build({ height: 12, width: 12, channels: 1 }, 3, 1)),
    { height: 12, width: 12, channels: 1 },
  ],
] as const)('%s', (_, model: LayersModel, { height, width, channels }) => {
  it('ONNX Runtime and TensorFlow.js agree on loss, gradients, statistics, scores and what is watched', async () => {
    const batch = minibatch(height * width * channels, 5, 3);
    const networks = await Promise.all([
      createNetwork(model, { engine: 'auto' }),
      createNetwork(model, { engine: 'cpu' }),
    ]);
    const [onnx, cpu] = networks;
    expect(onnx.engine).toBe('onnx');
    expect(onnx.engineReason).toBe('ONNX Runtime is the fastest engine.');
    expect(cpu.engineReason).toBe('The engine cpu was chosen.');
    expect(onnx.weights.map(({ name, trainable }) => ({ name, trainable }))).toEqual(
      cpu.weights.map(({ name, trainable }) => ({ name, trainable })),
    );
    const close = (a: Float32Array, b: Float32Array, what: string): void => {
      expect(largestDifference(a, b) / Math.max(1e-2, largest(b)), what).toBeLessThan(1e-4);
    };
    const [a, b] = [
      await onnx.watch({ ...batch, scoreOf: 'predicted' }),
      await cpu.watch({ ...batch, scoreOf: 'predicted' }),
    ];
    close(a.logits, b.logits, 'logits');
    close(a.scoreGradient, b.scoreGradient, 'score gradient');
    close(a.lossGradient, b.lossGradient, 'loss gradient');
    close(await onnx.predict(batch.pixels, 5), await cpu.predict(batch.pixels, 5), 'predictions');
    const [moved, expected] = [await stepAlongGradient(onnx, batch), await stepAlongGradient(cpu, batch)];
    expect(moved.correct).toBe(expected.correct);
    expect(Math.abs(moved.loss / expected.loss - 1)).toBeLessThan(1e-5);
    moved.weights.forEach(({ name, data }, index) => {
      const before = model.weights[index]!.data;
      const change = (after: Float32Array): Float32Array => after.map((value, at) => value - before[at]!);
      close(change(data), change(expected.weights[index]!.data), name);
    });
    await Promise.all(networks.map((network) => network.dispose()));
  });
});

it('auto goes on to TensorFlow.js where ONNX Runtime cannot train a layer, and says why', async () => {
  const model = findArchitecture('deep-network')!.build({ height: 8, width: 8, channels: 1 }, 2, 1);
  const config = model.topology.config as { readonly layers: readonly object[] };
  const layers = [config.layers[0]!, { class_name: 'RandomFlip', config: { name: 'flip' } }, ...config.layers.slice(1)];
  const flipping = { ...model, topology: { ...model.topology, config: { ...config, layers } } };
  const network = await createNetwork(flipping, { engine: 'auto' });
  expect(network.engine).not.toBe('onnx');
  expect(network.engineReason).toMatch(/ONNX Runtime is not used: .*flip/);
  await network.dispose();
  await expect(createNetwork(flipping, { engine: 'onnx' })).rejects.toThrow('flip');
});
