import * as tf from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Classifier, Objective } from '../../src/core/model/classifier';
import {
  directionalDifference,
  largest,
  largestDifference,
  load,
  randomImages,
  randomNumbers,
  removeFolders,
  saveModel,
  useCpu,
} from './support';

const ENGINES = ['onnx', 'cpu', 'wasm'] as const;
const HEADS = {
  'a softmax': ['softmax', 4],
  'several sigmoids': ['sigmoid', 4],
  'one sigmoid': ['sigmoid', 1],
} as const;

/** Smooth, so that differences tell. */
async function network(activation: 'softmax' | 'sigmoid', units: number): Promise<string> {
  const weights = (shape: number[], seed: number) =>
    tf.tensor(
      randomNumbers(
        shape.reduce((a, b) => a * b, 1),
        seed,
      ).map((value) => value - 0.5),
      shape,
    );
  const convolution = layers.conv2d({ filters: 5, kernelSize: 3, activation: 'tanh', inputShape: [6, 6, 1] });
  const model = sequential({ layers: [convolution, layers.flatten(), layers.dense({ units, activation })] });
  model.setWeights(model.getWeights().map(({ shape }, index) => weights([...shape], index + 3)));
  return saveModel(model);
}

describe.each(Object.entries(HEADS))('Σ wₖ zₖ of %s', (_, [activation, units]) => {
  let folder: string;
  beforeAll(async () => {
    await useCpu();
    folder = await network(activation, units);
  });
  afterAll(removeFolders);

  it.each(ENGINES)('has the gradient of its logits and of differences on %s', { timeout: 60_000 }, async (engine) => {
    const model = await load(folder, engine);
    const images = randomImages(model, 1);
    const terms: readonly (readonly [number, number])[] =
      units === 1
        ? [
            [1, 1],
            [0, -1],
          ]
        : [
            [2, 1],
            [0, -1],
            [3, 0.25],
          ];
    const objective: Objective = {
      kind: 'combination',
      weights: terms.map(([classIndex, weight]) => ({ classIndex, weight })),
    };
    const { gradient, values, scores } = await model.gradient(images, [objective]);
    expect(values[0]).toBeCloseTo(
      terms.reduce((sum, [classIndex, weight]) => sum + weight * scores.logits[classIndex]!, 0),
      5,
    );
    const expected = await combined(model, images, terms);
    expect(largestDifference(gradient, expected) / largest(expected)).toBeLessThan(1e-5);
    const length = Math.hypot(...gradient);
    const direction = gradient.map((value) => value / length);
    const slope = await directionalDifference(model, images, objective, direction, 0.01);
    expect(Math.abs(slope / length - 1)).toBeLessThan(2e-3);
    await model.dispose();
  });
});

/** Σ wₖ ∇zₖ, one class after the other. */
async function combined(
  model: Classifier,
  images: Parameters<Classifier['gradient']>[0],
  terms: readonly (readonly [number, number])[],
): Promise<Float32Array> {
  const sum = new Float32Array(images.data.length);
  for (const [classIndex, weight] of terms) {
    const { gradient } = await model.gradient(images, [{ kind: 'logit', classIndex }]);
    gradient.forEach((value, at) => (sum[at]! += weight * value));
  }
  return sum;
}
