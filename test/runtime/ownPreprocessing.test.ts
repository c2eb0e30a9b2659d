import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineId } from '../../src/core/model/modelInfo';
import { load, makeFolder, randomImages, removeFolders, useCpu } from './support';

beforeAll(useCpu);
afterAll(removeFolders);

interface Stored {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

const KERNEL = [0.5, -1, 0.25, 2, 0.75, -0.5];

/** Layers on pictures of 4 × 5, whose channels are averaged and weighed: z = mean(first layers of the pixels) · KERNEL. */
async function model(
  layers: readonly object[],
  weights: readonly Stored[] = [],
  ends: readonly object[] = [],
): Promise<string> {
  const folder = await makeFolder();
  const [first, ...rest] = layers as readonly { class_name: string; config: object }[];
  const kernel = { name: 'dense/kernel', shape: [3, 2], values: KERNEL };
  const all = [...weights, kernel];
  const modelTopology = {
    class_name: 'Sequential',
    config: {
      name: 'net',
      layers: [
        { ...first!, config: { ...first!.config, batch_input_shape: [null, 4, 5, 3] } },
        ...rest,
        { class_name: 'GlobalAveragePooling2D', config: { name: 'pool' } },
        { class_name: 'Dense', config: { name: 'dense', units: 2, use_bias: false } },
        ...ends,
      ],
    },
  };
  const specs = all.map(({ name, shape }) => ({ name, shape, dtype: 'float32' }));
  await writeFile(
    path.join(folder, 'model.json'),
    JSON.stringify({ modelTopology, weightsManifest: [{ paths: ['w.bin'], weights: specs }] }),
  );
  await writeFile(
    path.join(folder, 'w.bin'),
    Buffer.from(Float32Array.from(all.flatMap(({ values }) => values)).buffer),
  );
  return folder;
}

const layer = (className: string, config: object): object => ({
  class_name: className,
  config: { name: className.toLowerCase(), ...config },
});

/** Mean of each channel over the picture, in double precision. */
function channelMeans(data: Float32Array): readonly number[] {
  return [0, 1, 2].map((channel) => {
    const own = data.filter((_, index) => index % 3 === channel);
    return own.reduce((sum, value) => sum + value, 0) / own.length;
  });
}

const statistics = (mean: readonly number[], variance: readonly number[]): readonly Stored[] => [
  { name: 'normalization/mean', shape: [3], values: mean },
  { name: 'normalization/variance', shape: [3], values: variance },
  { name: 'normalization/count', shape: [], values: [1] },
];

const kinds: readonly (readonly [
  string,
  readonly object[],
  readonly Stored[],
  (pixel: number, channel: number) => number,
  number,
])[] = [
  ['a 255th', [layer('Rescaling', { scale: 1 / 255, offset: 0 })], [], (pixel) => pixel, 255],
  ['−1 to 1', [layer('Rescaling', { scale: 1 / 127.5, offset: -1 })], [], (pixel) => 2 * pixel - 1, 255],
  [
    'statistics of bytes',
    [layer('Normalization', { axis: [-1] })],
    statistics([120, 110, 100], [3600, 4900, 2500]),
    (pixel, c) => (255 * pixel - [120, 110, 100][c]!) / [60, 70, 50][c]!,
    255,
  ],
  [
    'statistics of 0 to 1',
    [layer('Normalization', { axis: [-1] })],
    statistics([0.5, 0.45, 0.4], [0.04, 0.09, 0.0625]),
    (pixel, c) => (pixel - [0.5, 0.45, 0.4][c]!) / [0.2, 0.3, 0.25][c]!,
    1,
  ],
  [
    'flips and a 255th',
    [layer('RandomFlip', { mode: 'horizontal' }), layer('Rescaling', { scale: 0.00392156862745098, offset: 0 })],
    [],
    (pixel) => pixel,
    255,
  ],
  [
    'a 255th, then statistics',
    [layer('Rescaling', { scale: 1 / 255, offset: 0 }), layer('Normalization', { axis: [-1] })],
    statistics([0.5, 0.45, 0.4], [0.04, 0.09, 0.0625]),
    (pixel, c) => (pixel - [0.5, 0.45, 0.4][c]!) / [0.2, 0.3, 0.25][c]!,
    255,
  ],
];
const engines: readonly EngineId[] = ['onnx', 'cpu', 'wasm'];

describe.each(kinds)('a model that begins with %s', (_, layers, weights, scaled, most) => {
  it.each(engines)('takes the values that it was made for, without being told (%s)', async (engine) => {
    const classifier = await load(await model(layers, weights), engine);
    const { input, warnings } = classifier.info;
    expect(input.range).toEqual([0, most]);
    expect(input.source).toMatch(/own first operations/);
    expect(warnings.join()).not.toMatch(/does not say how/);
    const images = randomImages(classifier, 1);
    const { scores, gradient } = await classifier.gradient(images, [{ kind: 'logit', classIndex: 1 }]);
    const means = channelMeans(images.data);
    for (const unit of [0, 1]) {
      const expected = means.reduce((sum, mean, c) => sum + scaled(mean, c) * KERNEL[2 * c + unit]!, 0);
      expect(scores.logits[unit]).toBeCloseTo(expected, 4);
    }
    for (const c of [0, 1, 2])
      expect(gradient[c]).toBeCloseTo(((scaled(1, c) - scaled(0, c)) * KERNEL[2 * c + 1]!) / 20, 5);
    await classifier.dispose();
  });
});

it.each(engines)('what lens.json says against the model is done, and said (%s)', async (engine) => {
  const folder = await model([layer('Rescaling', { scale: 1 / 255, offset: 0 })]);
  const classifier = await load(folder, engine, { spec: { input: { preset: 'unit' } } });
  expect(classifier.info.input.range).toEqual([0, 1]);
  expect(classifier.info.warnings.join()).toMatch(/scales pixels otherwise than the model's own first operations/);
  await classifier.dispose();
  const agreeing = await load(folder, engine, { spec: { input: { range: [0, 255] } } });
  expect(agreeing.info.warnings.join()).not.toMatch(/otherwise/);
  await agreeing.dispose();
});

it.each(engines)('a softmax of groups is read as probabilities that each stand for themselves (%s)', async (engine) => {
  const ends = [layer('RepeatVector', { n: 2 }), layer('Softmax', { axis: -1 }), layer('Flatten', {})];
  const classifier = await load(await model([layer('Rescaling', { scale: 2, offset: -1 })], [], ends), engine);
  const images = randomImages(classifier, 1);
  const { probabilities } = await classifier.predict(images);
  const z = [0, 1].map((unit) =>
    channelMeans(images.data).reduce((sum, mean, channel) => sum + (2 * mean - 1) * KERNEL[2 * channel + unit]!, 0),
  );
  const first = 1 / (1 + Math.exp(z[1]! - z[0]!));
  [first, 1 - first, first, 1 - first].forEach((value, at) => expect(probabilities[at]).toBeCloseTo(value, 5));
  expect(classifier.info.output.activation).toBe('independent-probabilities');
  await classifier.dispose();
});

it.each(engines)('a softmax of groups of one, which are always 1, is refused (%s)', async (engine) => {
  const ends = [
    layer('Reshape', { target_shape: [1, 2] }),
    layer('Permute', { dims: [2, 1] }),
    layer('Softmax', { axis: -1 }),
    layer('Flatten', {}),
  ];
  const folder = await model([layer('Rescaling', { scale: 2, offset: -1 })], [], ends);
  await expect(load(folder, engine)).rejects.toMatchObject({
    code: 'model-unsupported',
    message: expect.stringContaining('softmax over one number') as string,
  });
});
