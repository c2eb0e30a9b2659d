import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { modernise } from '../../../../src/core/graph/passes/modernise';
import { readLayers } from '../../../../src/formats/models/layers/layers';
import { weightsByName } from '../../../../src/formats/models/layers/weightSource';
import { readOnnx } from '../../../../src/formats/models/onnx/onnx';
import { sizeOf } from '../../../../src/core/graph/tensor';
import { evaluate, MODELS, readTfjs, relativeError } from './support';
import { randomNumbers } from '../../../core/graph/support';

beforeAll(() => tf.setBackend('cpu'));

function isAbsent(folder: string): boolean {
  return !existsSync(path.join(MODELS, folder));
}

/** NHWC pictures as NCHW. */
function channelsFirst(x: Float32Array, [batch, height, width, channels]: readonly number[]): Float32Array {
  const area = height! * width!;
  return Float32Array.from({ length: x.length }, (_, index) => {
    const [picture, rest] = [Math.floor(index / (area * channels!)), index % (area * channels!)];
    return x[(picture * area + (rest % area)) * channels! + Math.floor(rest / area)]!;
  }).slice(0, batch! * area * channels!);
}

describe('TensorFlow.js layers models', () => {
  it.skipIf(isAbsent('squeezenet1.1'))('squeezenet1.1 puts out the logits and gradient of its ONNX file', async () => {
    const folder = path.join(MODELS, 'squeezenet1.1');
    const { topology, weights } = readTfjs(path.join(folder, 'tfjs_layers/model.json'));
    const x = randomNumbers(2 * 224 * 224 * 3, 5);
    const seedOf = (size: number): Float32Array => randomNumbers(size, 6);
    const ours = await evaluate(readLayers(topology, weightsByName(weights)), 2, x, seedOf);
    const onnx = readOnnx(readFileSync(path.join(folder, 'squeezenet1.1.onnx')), () => {
      throw new Error('no external data');
    });
    const shape = [2, 224, 224, 3];
    const theirs = await evaluate(modernise(onnx.graph, onnx.opset), 2, channelsFirst(x, shape), seedOf);
    expect(relativeError(ours.values, theirs.values)).toBeLessThan(1e-4);
    expect(relativeError(channelsFirst(ours.gradient, shape), theirs.gradient)).toBeLessThan(1e-4);
  });

  it.skipIf(isAbsent('mobilenet_v1_0.25_128'))(
    'mobilenet_v1_0.25_128 gives the probabilities of its ONNX file',
    async () => {
      const folder = path.join(MODELS, 'mobilenet_v1_0.25_128');
      const { topology, weights } = readTfjs(path.join(folder, 'tfjs_layers/model.json'));
      const x = randomNumbers(2 * 128 * 128 * 3, 5);
      const ours = await evaluate(readLayers(topology, weightsByName(weights)), 2, x);
      const onnx = readOnnx(readFileSync(path.join(folder, 'mobilenet_v1_0.25_128_nhwc.onnx')), () => {
        throw new Error('no external data');
      });
      const theirs = await evaluate(modernise(onnx.graph, onnx.opset), 2, x);
      expect(relativeError(ours.values, theirs.values)).toBeLessThan(1e-4);
    },
  );

  it
    .skipIf(isAbsent('teachable-machine_waste'))
    .each([
      'cifar10_tilalahmed/tfjs_layers',
      'fashion-mnist_sami0009/tfjs_layers',
      'mobilenet_v1_0.25_128/tfjs_layers',
      'teachable-machine_waste',
    ])('%s gives what TensorFlow.js gives', async (folder) => {
    const { topology, weights } = readTfjs(path.join(MODELS, folder, 'model.json'));
    const graph = readLayers(topology, weightsByName(weights));
    const model = await tfl.models.modelFromJSON({ modelTopology: structuredClone(topology) });
    for (const variable of model.weights) {
      const tensor = weights.get(variable.originalName)!;
      variable.write(tf.tensor(tensor.data, [...tensor.shape]));
    }
    const shape = [2, ...graph.inputs[0]!.shape.slice(1)];
    const x = randomNumbers(sizeOf(shape), 9);
    const ours = await evaluate(graph, 2, x);
    const theirs = (model.predict(tf.tensor(x, shape)) as tf.Tensor).dataSync();
    expect(relativeError(ours.values, theirs)).toBeLessThan(1e-4);
  });
});
