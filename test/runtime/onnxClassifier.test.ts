import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ImageBatch } from '../../src/core/image/pixels';
import type { Classifier, Gradients, Objective } from '../../src/core/model/classifier';
import { loadClassifier } from '../../src/runtime/loadClassifier';
import { hasSharedData, largest, largestDifference, randomNumbers, sharedData } from './support';

const models = path.join(sharedData, 'models');
const bundled = path.resolve(__dirname, '../../media/models/fashion-mnist');

function noise(count: number, height: number, width: number, channels: 1 | 3): ImageBatch {
  return { data: randomNumbers(count * height * width * channels, 42), count, height, width, channels };
}

/** max |a − b| / max |b|. */
function difference(a: Float32Array, b: Float32Array): number {
  return largestDifference(a, b) / largest(b);
}

const objectives: readonly Objective[] = [
  { kind: 'logit', classIndex: 3 },
  { kind: 'probability', classIndex: 3 },
  { kind: 'log-probability', classIndex: 3 },
  { kind: 'cross-entropy', label: 3 },
  {
    kind: 'combination',
    weights: [
      { classIndex: 3, weight: 1 },
      { classIndex: 5, weight: -1 },
    ],
  },
];

async function use<T>(
  file: string,
  engine: 'onnx' | 'wasm' | 'cpu',
  work: (model: Classifier) => Promise<T>,
): Promise<T> {
  const model = await loadClassifier({ path: file }, { engine });
  try {
    return await work(model);
  } finally {
    await model.dispose();
  }
}

describe('ONNX Runtime and plain JavaScript agree on the bundled model', () => {
  it.each(objectives)('%j', async (objective) => {
    const images = noise(3, 28, 28, 1);
    const run = (model: Classifier): Promise<Gradients> => model.gradient(images, [objective]);
    const [native, plain] = [await use(bundled, 'onnx', run), await use(bundled, 'cpu', run)];
    expect(difference(native.gradient, plain.gradient)).toBeLessThan(1e-4);
    expect(difference(native.scores.logits, plain.scores.logits)).toBeLessThan(1e-4);
    expect(difference(native.values, plain.values)).toBeLessThan(1e-4);
  });
});

it('an image has the same scores and gradient alone and in a batch that is cut into chunks', async () => {
  await use(bundled, 'onnx', async (model) => {
    const images = noise(21, 28, 28, 1);
    const each = Array.from({ length: 21 }, (_, index) => ({ kind: 'logit', classIndex: index % 10 }) as const);
    const together = await model.gradient(images, each);
    for (const index of [0, 7, 20]) {
      const one = { ...images, count: 1, data: images.data.subarray(index * 784, (index + 1) * 784) };
      const alone = await model.gradient(one, [each[index]!]);
      expect(difference(together.gradient.subarray(index * 784, (index + 1) * 784), alone.gradient)).toBeLessThan(1e-5);
      expect(together.values[index]).toBeCloseTo(alone.values[0]!, 5);
    }
    const { probabilities } = await model.predict(images);
    expect(difference(probabilities, together.scores.probabilities)).toBeLessThan(1e-5);
  });
});

describe.skipIf(!hasSharedData)('the same weights in several formats give the same logits and gradients', () => {
  const families = {
    'squeezenet1.1': ['squeezenet1.1.onnx', 'squeezenet1.1.keras', 'tfjs_layers/model.json', 'tfjs_graph/model.json'],
    'mobilenet_v1_0.25_128': [
      'mobilenet_v1_0.25_128_nhwc.onnx',
      'mobilenet_v1_0.25_128.keras',
      'tfjs_layers/model.json',
    ],
  } as const;
  it.each(Object.entries(families))('%s', async (family, files) => {
    const side = family.startsWith('squeeze') ? 224 : 128;
    const images = noise(1, side, side, 3);
    const run = (model: Classifier): Promise<Gradients> => model.gradient(images, [{ kind: 'logit', classIndex: 285 }]);
    const reference = await use(path.join(models, family, 'tfjs_layers/model.json'), 'wasm', run);
    for (const file of files) {
      const result = await use(path.join(models, family, file), 'onnx', run);
      expect(difference(result.scores.logits, reference.scores.logits), file).toBeLessThan(1e-4);
      expect(difference(result.gradient, reference.gradient), file).toBeLessThan(1e-4);
    }
  });
});
