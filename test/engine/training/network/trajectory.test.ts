import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createOnnxNetwork } from '../../../../src/runtime/onnx/training/onnxNetwork';
import { createTopology, sequentialModel } from '../../../../src/training/architectures/topology';
import type { LayersModel, NamedWeight } from '../../../../src/core/model/trainableNetwork';
import { createOptimizer } from '../../../../src/training/optimizer';
import type { OptimizerOptions } from '../../../../src/training/options';

interface Golden {
  readonly side: number;
  readonly batch: number;
  readonly classes: number;
  readonly pixels: string;
  readonly labels: readonly number[];
  readonly weights: Readonly<Record<string, { readonly shape: readonly number[]; readonly data: string }>>;
  readonly losses: Readonly<Record<string, readonly number[]>>;
}

const file = path.resolve(__dirname, '../../../golden/training.json');
const golden = JSON.parse(readFileSync(file, 'utf8')) as Golden;
const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'base64'));
const perBatch = golden.batch * golden.side ** 2;
const pixels = Float32Array.from(bytes(golden.pixels), (value) => value / 255);

/** The network of scripts/golden/training.py with its weights. */
function network(): LayersModel {
  const topology = createTopology();
  const initializer = {};
  let x = topology.input({ height: golden.side, width: golden.side, channels: 1 });
  x = topology.convolution('c1', x, { filters: 4, kernel: 3, activation: 'relu', initializer });
  x = topology.maxPooling('p1', x, 2, 2);
  x = topology.convolution('c2', x, { filters: 8, kernel: 3, bias: false, initializer });
  x = topology.relu('r', topology.batchNormalization('n', x));
  x = topology.maxPooling('p2', x, 2, 2);
  x = topology.convolution('c3', x, { filters: 12, kernel: 3, activation: 'relu', initializer });
  x = topology.dense('d1', topology.flatten('f', x), 16, 'relu', initializer);
  topology.dense('d2', x, golden.classes, 'softmax', initializer);
  const weights = topology.weights.map(({ name, shape }): NamedWeight => {
    const given = golden.weights[name];
    // The moving statistics play no part in the loss.
    if (given === undefined) return { name, shape, data: new Float32Array(shape[0]!).fill(1) };
    return { name, shape: given.shape, data: new Float32Array(bytes(given.data).buffer) };
  });
  return { topology: sequentialModel('golden', topology), weights };
}

const optimizers: Readonly<Record<string, Partial<OptimizerOptions>>> = {
  sgd: { kind: 'sgd', learningRate: 0.05 },
  momentum: { kind: 'momentum', learningRate: 0.02, momentum: 0.9 },
  adam: { kind: 'adam', learningRate: 0.003 },
  adamw: { kind: 'adam', learningRate: 0.003, weightDecay: 0.1 },
};

describe('twenty minibatches', () => {
  it.each(Object.entries(optimizers))('%s has the losses that PyTorch has', async (name, chosen) => {
    const options: OptimizerOptions = {
      kind: 'sgd',
      learningRate: 0,
      momentum: 0,
      weightDecay: 0,
      schedule: 'constant',
      ...chosen,
    };
    const trained = await createOnnxNetwork(network(), { engine: 'onnx', threads: 1 });
    const optimizer = createOptimizer(trained.weights, options);
    const expected = golden.losses[name]!;
    expect(expected).toHaveLength(20);
    for (const [step, loss] of expected.entries()) {
      const batch = {
        pixels: pixels.subarray(step * perBatch, (step + 1) * perBatch),
        labels: Uint16Array.from(golden.labels.slice(step * golden.batch, (step + 1) * golden.batch)),
        count: golden.batch,
        seed: step,
      };
      expect(Math.abs((await trained.step(batch)).loss - loss), `minibatch ${step}`).toBeLessThan(1e-3);
      optimizer.update(options.learningRate);
    }
    await trained.dispose();
  });
});
