import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Classifier } from '../../src/core/model/classifier';
import type { EngineId } from '../../src/core/model/modelInfo';
import { loadClassifier } from '../../src/runtime/loadClassifier';
import { removeFolders, saveModel, useCpu } from './support';

beforeAll(useCpu);
afterAll(removeFolders);

const engines: readonly EngineId[] = ['onnx', 'cpu'];

/** Two outputs that both look like scores; the bias decides which class wins: 0 in the first, 2 in the second. */
async function twoHeads(): Promise<string> {
  const image = tfl.input({ shape: [4, 4, 3] });
  const flat = tfl.layers.flatten().apply(image) as tfl.SymbolicTensor;
  const species = tfl.layers.dense({ units: 3, activation: 'softmax', name: 'species' });
  const colour = tfl.layers.dense({ units: 3, activation: 'softmax', name: 'colour' });
  const outputs = [species, colour].map((layer) => layer.apply(flat) as tfl.SymbolicTensor);
  species.setWeights([tf.zeros([48, 3]), tf.tensor1d([9, 0, 0])]);
  colour.setWeights([tf.zeros([48, 3]), tf.tensor1d([0, 0, 9])]);
  return saveModel(tfl.model({ inputs: image, outputs }));
}

async function winner(classifier: Classifier): Promise<number> {
  const { probabilities } = await classifier.predict({
    data: new Float32Array(48).fill(0.5),
    count: 1,
    height: 4,
    width: 4,
    channels: 3,
  });
  return probabilities.indexOf(Math.max(...probabilities));
}

describe('a model with several outputs', () => {
  it.each(engines)('is read by the first that looks like scores, and says so (%s)', async (engine) => {
    const classifier = await loadClassifier({ path: await twoHeads() }, { engine });
    expect(await winner(classifier)).toBe(0);
    expect(classifier.info.warnings.join()).toMatch(/2 outputs .*“species.*” is taken .*"output" in lens\.json/);
    await classifier.dispose();
  });

  it.each(engines)('is read by the output that its description names (%s)', async (engine) => {
    const classifier = await loadClassifier({ path: await twoHeads(), spec: { output: 'colour' } }, { engine });
    expect(await winner(classifier)).toBe(2);
    expect(classifier.info.warnings.join()).not.toMatch(/outputs/);
    await classifier.dispose();
  });

  it.each(engines)('refuses a name that no output has, and lists them (%s)', async (engine) => {
    const loading = loadClassifier({ path: await twoHeads(), spec: { output: 'size' } }, { engine });
    await expect(loading).rejects.toMatchObject({ code: 'model-spec' });
    await expect(loading).rejects.toHaveProperty('hint', expect.stringMatching(/species.*colour/));
  });
});
