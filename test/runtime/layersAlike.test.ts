import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { lastSpatialLayer } from '../../src/core/model/layers';
import { loadClassifier } from '../../src/runtime/loadClassifier';
import { hasSharedData, largest, largestDifference, randomImages, sharedData } from './support';

// One network as ONNX, Keras and TensorFlow.js files, whose axes lie in different orders: a layer is the same in all.
const FILES: Readonly<Record<string, readonly (readonly [file: string, layer: string])[]>> = {
  mobilenet: [
    ['mobilenet_v1_0.25_128/mobilenet_v1_0.25_128_nhwc.onnx', 'conv_27_relu:0'],
    ['mobilenet_v1_0.25_128/tfjs_layers', 'conv_27_relu'],
    ['mobilenet_v1_0.25_128/mobilenet_v1_0.25_128.keras', 'conv_27_relu'],
  ],
  squeezenet: [
    ['squeezenet1.1/squeezenet1.1.onnx', 'conv25_relu:0'],
    ['squeezenet1.1/tfjs_graph', 'squeezenet1_1_1/conv25_relu_1/Relu'],
    ['squeezenet1.1/tfjs_layers', 'conv25_relu'],
    ['squeezenet1.1/squeezenet1.1.keras', 'conv25_relu'],
  ],
};

describe.skipIf(!hasSharedData)('the last spatial layer', () => {
  it.each(Object.entries(FILES))('of %s is the same in every format', { timeout: 120_000 }, async (_, files) => {
    let truth: { readonly values: Float32Array; readonly gradient: Float32Array } | undefined;
    for (const [file, layer] of files) {
      const reference = { path: path.join(sharedData, 'models', file), spec: { input: { preset: 'signed' as const } } };
      const classifier = await loadClassifier(reference, { engine: 'onnx' });
      expect(lastSpatialLayer(classifier.info.layers!)?.id).toBe(layer);
      const images = randomImages(classifier, 1);
      const objective = { kind: 'logit' as const, classIndex: 5 };
      const found = (await classifier.gradient(images, [objective], { at: [layer] })).layers![0]!;
      truth ??= found;
      expect(largestDifference(found.values, truth.values)).toBeLessThan(1e-4 * largest(truth.values));
      expect(largestDifference(found.gradient, truth.gradient)).toBeLessThan(1e-4 * largest(truth.gradient));
      await classifier.dispose();
    }
  });
});
