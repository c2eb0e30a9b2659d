import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { occlusion } from '../../src/core/attribution/occlusion';
import type { GraphNode, StaticGraph } from '../../src/core/graph/graph';
import { resolveParameters } from '../../src/core/method/parameters';
import { floats, type Tensor, tensorOf } from '../../src/core/graph/tensor';
import { writeOnnx } from '../../src/formats/models/onnx/writeOnnx';
import { loadClassifier } from '../../src/runtime/loadClassifier';
import { saveLayersModel } from '../engine/training/network/support';
import { load, makeFolder, randomImages, removeFolders } from './support';

// Models that do not repeat themselves say so wherever their numbers stand.

afterAll(removeFolders);

const unit = { spec: { input: { preset: 'unit' } } } as const;

/** Scores of what `nodes` make of x as v. */
async function file(nodes: readonly GraphNode[], more: readonly (readonly [string, Tensor])[] = []): Promise<string> {
  const graph: StaticGraph = {
    inputs: [{ name: 'x', type: 'float32', shape: [1, 1, 2, 2] }],
    outputs: ['scores'],
    nodes: [
      ...nodes,
      { op: 'Flatten', inputs: ['v'], outputs: ['flat'], attributes: { axis: 1 } },
      { op: 'MatMul', inputs: ['flat', 'weights'], outputs: ['scores'], attributes: {} },
    ],
    constants: new Map([['weights', floats([4, 3], [1, -1, 2, 0.5, 1, -2, -1, 0.3, 1, 2, 1, 0.2])], ...more]),
    types: new Map([['scores', { type: 'float32', shape: [1, 3] }]]),
  };
  const model = path.join(await makeFolder(), 'model.onnx');
  await writeFile(model, writeOnnx(graph));
  return model;
}

const node = (op: string, inputs: readonly string[], output: string, attributes = {}): GraphNode => ({
  op,
  inputs,
  outputs: [output],
  attributes,
});

it.each([
  ['RandomNormalLike', [node('RandomNormalLike', ['x'], 'noise'), node('Add', ['x', 'noise'], 'v')]],
  ['RandomUniformLike', [node('RandomUniformLike', ['x'], 'noise'), node('Mul', ['x', 'noise'], 'v')]],
  // A picture of 0 and 1 is drawn as it is: two runs are alike.
  ['Bernoulli', [node('Round', ['x'], 'coins'), node('Bernoulli', ['coins'], 'v')]],
] as const)('%s is named, with every result', async (op, nodes) => {
  const classifier = await load(await file(nodes), 'onnx', unit);
  const drawn = classifier.info.warnings.filter((warning) => warning.includes('draws random numbers'));
  expect(drawn).toEqual([expect.stringContaining(`(${op} (1 ×)), so that it gives other scores`)]);
  const image = randomImages(classifier, 1);
  if (op !== 'Bernoulli')
    expect((await classifier.predict(image)).logits).not.toEqual((await classifier.predict(image)).logits);
  await classifier.dispose();
});

it('a model that is not known here and repeats itself says nothing of the kind', async () => {
  const classifier = await load(
    await file([node('Compress', ['x', 'all'], 'v', { axis: 0 })], [['all', tensorOf('bool', [1], [1])]]),
    'onnx',
    unit,
  );
  expect(classifier.info.warnings.join()).toMatch(/Compress/);
  expect(classifier.info.warnings.join()).not.toMatch(/random/);
  const parameters = resolveParameters(occlusion.parameters, {});
  const { data, height, width } = randomImages(classifier, 1);
  const image = { data, height, width, channels: 1 as const };
  await occlusion.run(classifier, image, { kind: 'logit', classIndex: 0 }, parameters, { seed: 0 });
  await classifier.dispose();
});

it('Dropout that the file runs in training mode is left out, and that is said', async () => {
  const yes: Tensor = { type: 'bool', shape: [], data: Uint8Array.of(1) };
  const no: Tensor = { type: 'bool', shape: [], data: Uint8Array.of(0) };
  const half = floats([], [0.5]);
  const nodes = [node('Dropout', ['x', 'ratio', 'training'], 'v')];
  const drawing = await load(await file(nodes, [['ratio', half], ['training', yes]]), 'onnx', unit); // prettier-ignore
  expect(drawing.info.warnings.join()).toMatch(/exported in training mode: it draws random numbers in 1 Dropout,/);
  const still = await load(await file(nodes, [['ratio', half], ['training', no]]), 'onnx', unit); // prettier-ignore
  expect(still.info.warnings.join()).not.toMatch(/training mode/);
  const image = randomImages(drawing, 1);
  expect((await drawing.predict(image)).logits).toEqual((await still.predict(image)).logits);
  const drawingFile = await file(nodes, [['ratio', half], ['training', yes]]); // prettier-ignore
  const asFile = await loadClassifier({ path: drawingFile, ...unit }, { engine: 'onnx', asFile: true });
  expect(asFile.info.warnings.join()).toMatch(/draws random numbers, so that it gives other scores/);
  await drawing.dispose();
  await still.dispose();
  await asFile.dispose();
});

/** A picture, dropped out, and scores of it. */
function keras(size: number | null, call: object) {
  const layer = (name: string, kind: string, config: object, inbound: readonly unknown[]) => ({
    class_name: kind,
    name,
    config: { name, trainable: true, ...config },
    inbound_nodes: inbound.length === 0 ? [] : [[inbound]],
  });
  const layers = [
    layer('x', 'InputLayer', { batch_input_shape: [null, size, size, 1] }, []),
    layer('drop', 'Dropout', { rate: 0.5 }, ['x', 0, 0, call]),
    layer('pool', 'GlobalAveragePooling2D', {}, ['drop', 0, 0, {}]),
    layer('score', 'Dense', { units: 2, activation: 'linear', use_bias: false }, ['pool', 0, 0, {}]),
  ];
  const config = { name: 'net', layers, input_layers: [['x', 0, 0]], output_layers: [['score', 0, 0]] };
  const weights = [{ name: 'score/kernel', shape: [1, 2], data: Float32Array.of(1, -1) }];
  return saveLayersModel({ topology: { class_name: 'Functional', config }, weights }, { height: 4, width: 4 }, [
    'a',
    'b',
  ]);
}

it('layers of Keras that are called in training mode are computed as in inference, and that is said', async () => {
  const drawing = await load(await keras(4, { training: true }), 'onnx');
  expect(drawing.info.warnings.join()).toMatch(/calls 1 layer in training mode .* so that Keras gives other scores/);
  const { logits } = await drawing.predict({
    data: new Float32Array(16).fill(0.5),
    count: 1,
    height: 4,
    width: 4,
    channels: 1,
  });
  expect([...logits]).toEqual([0.5, -0.5]);
  const still = await load(await keras(4, { training: false }), 'onnx');
  expect(still.info.warnings.join()).not.toMatch(/training mode/);
  await drawing.dispose();
  await still.dispose();
});
