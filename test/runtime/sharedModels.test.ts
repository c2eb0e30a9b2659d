import { readdirSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { Classifier, Objective } from '../../src/core/model/classifier';
import type { ModelReference } from '../../src/core/model/modelInfo';
import { loadClassifier } from '../../src/runtime/loadClassifier';
import {
  directionalDifference,
  hasEngine,
  hasSharedData,
  largest,
  largestDifference,
  randomImages,
  sharedData,
} from './support';

const native = await hasEngine('tensorflow');
const fast = native ? 'tensorflow' : 'wasm';
const models = path.join(sharedData, 'models');

const references: Record<string, ModelReference> = {
  mobilenet: {
    path: path.join(models, 'mobilenet_v1_0.25_128/tfjs_layers'),
    labelsPath: path.join(models, 'mobilenet_v1_0.25_128/labels.txt'),
    spec: { input: { preset: 'signed' } },
  },
  squeezenet: {
    path: path.join(models, 'squeezenet1.1/tfjs_layers/model.json'),
    labelsPath: path.join(models, 'squeezenet1.1/labels.txt'),
    spec: { input: { preset: 'torchvision' } },
  },
  'squeezenet graph': {
    path: path.join(models, 'squeezenet1.1/tfjs_graph'),
    spec: { input: { preset: 'torchvision' } },
  },
  teachable: { path: path.join(models, 'teachable-machine_waste') },
};

async function withClassifier<T>(
  name: string,
  engine: 'tensorflow' | 'wasm' | 'cpu',
  use: (c: Classifier) => Promise<T>,
): Promise<T> {
  const classifier = await loadClassifier(references[name]!, { engine });
  try {
    return await use(classifier);
  } finally {
    await classifier.dispose();
  }
}

async function topFive(classifier: Classifier, photo: string): Promise<string[]> {
  const { height, width } = classifier.info.input;
  const bytes = await sharp(path.join(sharedData, 'photos', photo))
    .resize(width, height, { fit: 'cover' })
    .removeAlpha()
    .raw()
    .toBuffer();
  const data = Float32Array.from(bytes, (byte) => byte / 255);
  const { probabilities } = await classifier.predict({ data, count: 1, height, width, channels: 3 });
  const order = Array.from(probabilities, (p, index) => ({ p, index })).sort((a, b) => b.p - a.p);
  return order.slice(0, 5).map(({ index }) => classifier.info.classes[index]!);
}

describe.skipIf(!hasSharedData)('models that others made', () => {
  it.each(['mobilenet', 'squeezenet'])('%s recognises photographs', async (name) => {
    await withClassifier(name, fast, async (classifier) => {
      expect((await topFive(classifier, '0-coral_egyptian_cat.jpg')).join()).toMatch(/Egyptian cat|tabby|tiger cat/);
      if (name === 'squeezenet') expect((await topFive(classifier, '0-coral_hot_dog.jpg')).join()).toMatch(/hotdog/);
      expect((await topFive(classifier, '0-coral_macaw.jpg')).join()).toMatch(/macaw/);
    });
  });

  it('mobilenet puts out its softmax stripped, squeezenet logits', async () => {
    await withClassifier('mobilenet', fast, async ({ info }) => {
      expect(info.output).toEqual({ activation: 'softmax', classes: 1001 });
      expect(info.parameters).toBe(467_593);
    });
    await withClassifier('squeezenet', fast, async ({ info }) => {
      expect(info.output).toEqual({ activation: 'logits', classes: 1000 });
      expect(info.parameters).toBe(1_235_496);
    });
  });

  it('squeezenet as layers and as graph: the same logits and gradients', async () => {
    const run = (name: string) =>
      withClassifier(name, fast, (classifier) =>
        classifier.gradient(randomImages(classifier, 1), [{ kind: 'cross-entropy', label: 285 }]),
      );
    const [layers, graph] = [await run('squeezenet'), await run('squeezenet graph')];
    expect(largestDifference(layers.scores.logits, graph.scores.logits)).toBeLessThan(
      1e-4 * largest(layers.scores.logits),
    );
    expect(largestDifference(layers.gradient, graph.gradient)).toBeLessThan(1e-4 * largest(layers.gradient));
  });

  it.each(['mobilenet', 'squeezenet'])('%s: wasm, and tfjs-node where it is, agree to 1e-4', async (name) => {
    const engines = native ? (['wasm', 'tensorflow'] as const) : (['wasm', 'cpu'] as const);
    const results = [];
    for (const engine of engines) {
      results.push(
        await withClassifier(name, engine, (classifier) =>
          classifier.gradient(randomImages(classifier, 1), [{ kind: 'logit', classIndex: 285 }]),
        ),
      );
    }
    const [a, b] = results as [(typeof results)[0], (typeof results)[0]];
    expect(largestDifference(a.scores.logits, b.scores.logits)).toBeLessThan(1e-4 * largest(a.scores.logits));
    expect(largestDifference(a.gradient, b.gradient)).toBeLessThan(1e-4 * largest(a.gradient));
  });

  it('mobilenet: cpu and wasm agree to 1e-4', async () => {
    const run = (engine: 'cpu' | 'wasm') =>
      withClassifier('mobilenet', engine, (classifier) =>
        classifier.gradient(randomImages(classifier, 1), [{ kind: 'log-probability', classIndex: 285 }]),
      );
    const [cpu, wasm] = [await run('cpu'), await run('wasm')];
    expect(largestDifference(cpu.gradient, wasm.gradient)).toBeLessThan(1e-4 * largest(cpu.gradient));
  });

  it.each(['mobilenet', 'squeezenet'])('%s: gradients agree with central differences', async (name) => {
    await withClassifier(name, fast, async (classifier) => {
      const objectives: Objective[] = [
        { kind: 'logit', classIndex: 285 },
        { kind: 'probability', classIndex: 285 },
        { kind: 'log-probability', classIndex: 100 },
        { kind: 'cross-entropy', label: 7 },
      ];
      for (const objective of objectives) {
        const image = randomImages(classifier, 1);
        // Short, because many rectifiers of mobilenet are near their kinks on a random picture.
        const step = 2e-4;
        const { gradient } = await classifier.gradient(image, [objective]);
        const length = Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0));
        const direction = gradient.map((g) => g / length);
        const expected = await directionalDifference(classifier, image, objective, direction, step);
        const actual = gradient.reduce((sum, g, i) => sum + g * direction[i]!, 0);
        expect(Math.abs(actual - expected)).toBeLessThan(1e-2 * Math.abs(expected));
      }
    });
  });

  it('a Teachable Machine model says its labels and scaling itself', async () => {
    await withClassifier('teachable', fast, async (classifier) => {
      const { info } = classifier;
      expect(info.classes).toEqual(['Non-decomposable', 'Decomposable', 'Electronics']);
      expect(info.classSource).toBe('metadata.json');
      expect(info.input).toMatchObject({ height: 224, width: 224, range: [-1, 1], resize: 'center-crop' });
      expect(info.output).toEqual({ activation: 'softmax', classes: 3 });
      expect(info.warnings).toEqual([]);
      const image = randomImages(classifier, 1);
      const { gradient } = await classifier.gradient(image, [{ kind: 'logit', classIndex: 0 }]);
      const length = Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0));
      const direction = gradient.map((g) => g / length);
      const expected = await directionalDifference(
        classifier,
        image,
        { kind: 'logit', classIndex: 0 },
        direction,
        2e-3,
      );
      expect(Math.abs(length - expected)).toBeLessThan(1e-2 * length);
    });
  });

  it.each(readdirIfThere().map((name) => [name]))('%s loads, predicts and frees everything', async (name) => {
    const before = tf.memory().numTensors;
    const classifier = await loadClassifier({ path: path.join(models, name) }, { engine: 'wasm' });
    const { probabilities } = await classifier.predict(randomImages(classifier, 2));
    const classes = classifier.info.output.classes;
    expect(probabilities.subarray(0, classes).reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5);
    await classifier.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('tells by what they hold that TensorFlow.js cannot run ONNX and Keras files', async () => {
    const files = [
      'squeezenet1.1/squeezenet1.1.onnx',
      'fashion_mnist_pytorch_onnx/fashion_mnist.onnx',
      'cifar10_tilalahmed/cifar10_model.h5',
      'cifar10_tilalahmed/cifar10_model.keras',
    ];
    const said = ['ONNX', 'ONNX', 'Keras', 'Keras'];
    for (const [i, file] of files.entries()) {
      const failure = loadClassifier({ path: path.join(models, file) }, { engine: 'cpu' });
      await expect(failure).rejects.toMatchObject({
        code: 'engine-unavailable',
        message: expect.stringContaining(said[i]!) as unknown,
      });
    }
  });

  it('the hash follows the weights and the preprocessing, not the path', async () => {
    const hash = async (reference: ModelReference): Promise<string> => {
      const classifier = await loadClassifier(reference, { engine: 'wasm' });
      await classifier.dispose();
      return classifier.info.hash;
    };
    const plain = { path: path.join(models, 'cifar10_tilalahmed/tfjs_layers') };
    expect(await hash(plain)).toBe(await hash({ path: path.join(plain.path, 'model.json') }));
    expect(await hash(plain)).not.toBe(await hash({ ...plain, spec: { input: { preset: 'byte' } } }));
  });
});

function readdirIfThere(): string[] {
  if (!hasSharedData) return ['(none)'];
  return readdirSync(models, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) =>
      readdirSync(path.join(models, name))
        .filter((each) => each.startsWith('tfjs_'))
        .map((each) => `${name}/${each}`),
    );
}
