import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../src/core/graph/builder';
import { operators } from '../../src/core/graph/ops/registry';
import { floats } from '../../src/core/graph/tensor';
import { writeOnnx } from '../../src/formats/models/onnx/writeOnnx';
import { loadClassifier } from '../../src/runtime/loadClassifier';
import { saveLayersModel } from '../engine/training/network/support';
import { load, makeFolder, randomNumbers, removeFolders } from './support';

// A softmax over one number is 1 whatever that is: a model that ends in one tells nobody anything.

afterAll(removeFolders);

const SIDE = 3;
const PIXELS = SIDE * SIDE;
const unit = { spec: { input: { preset: 'unit' } } } as const;

const refused = {
  code: 'model-unsupported',
  message: 'The model ends in a softmax over one number, which is 1 whatever the picture shows.',
};

/** Scores of `units` behind `last`. */
async function onnxFile(units: number, last: (builder: GraphBuilder, scores: string) => string): Promise<string> {
  const builder = new GraphBuilder(operators);
  const x = builder.input('x', { type: 'float32', shape: [1, 1, SIDE, SIDE] });
  const weights = builder.constant(floats([PIXELS, units], randomNumbers(PIXELS * units, 3)));
  const scores = builder.add('MatMul', [builder.add('Flatten', [x], { axis: 1 }), weights]);
  const graph = builder.build([last(builder, scores)]);
  const file = path.join(await makeFolder(), 'model.onnx');
  await writeFile(file, writeOnnx(graph));
  return file;
}

async function layersFolder(units: number, activation: string): Promise<string> {
  const layers = [
    { class_name: 'Flatten', config: { name: 'flat', batch_input_shape: [null, SIDE, SIDE, 1] } },
    { class_name: 'Dense', config: { name: 'score', units, activation, use_bias: false, trainable: true } },
  ];
  const weights = [{ name: 'score/kernel', shape: [PIXELS, units], data: randomNumbers(PIXELS * units, 4) }];
  const topology = { class_name: 'Sequential', config: { name: 'net', layers } };
  return saveLayersModel({ topology, weights }, { height: SIDE, width: SIDE }, ['not', 'only']);
}

describe('a softmax over one number is refused', () => {
  it.each([
    ['a softmax', (builder: GraphBuilder, z: string) => builder.add('Softmax', [z], { axis: 1 })],
    ['its logarithm', (builder: GraphBuilder, z: string) => builder.add('LogSoftmax', [z], { axis: -1 })],
    [
      'what is left of it',
      (builder: GraphBuilder, z: string) =>
        builder.add('Sub', [builder.scalar(1), builder.add('Softmax', [z], { axis: 1 })]),
    ],
  ])('ONNX: %s', async (_, last) => {
    await expect(load(await onnxFile(1, last), 'onnx', unit)).rejects.toMatchObject(refused);
  });

  it.each([
    ['over the pictures of a batch', 0],
    ['over an axis of one', 2],
  ])('ONNX: of several scores, %s', async (_, axis) => {
    const last = (builder: GraphBuilder, z: string): string =>
      axis === 0
        ? builder.add('Softmax', [z], { axis })
        : builder.add('Softmax', [builder.add('Unsqueeze', [z, builder.indices([2])])], { axis });
    await expect(load(await onnxFile(4, last), 'onnx', unit)).rejects.toMatchObject(refused);
  });

  it('ONNX: behind an operator that is not known', async () => {
    const last = (builder: GraphBuilder, z: string): string => builder.add('Softmax', [builder.add('Sin', [z])]);
    const file = await onnxFile(1, last);
    await expect(loadClassifier({ path: file, ...unit }, { engine: 'onnx', asFile: true })).rejects.toMatchObject(
      refused,
    );
  });

  it.each(['onnx', 'wasm', 'auto'] as const)('layers, on %s', async (engine) => {
    await expect(loadClassifier({ path: await layersFolder(1, 'softmax') }, { engine })).rejects.toMatchObject(refused);
  });
});

describe('what is none', () => {
  it.each(['onnx', 'wasm'] as const)('one sigmoid, and a softmax over two, on %s', async (engine) => {
    for (const [units, activation] of [
      [1, 'sigmoid'],
      [2, 'softmax'],
    ] as const) {
      // prettier-ignore
      const classifier = await load(await layersFolder(units, activation), engine);
      expect(classifier.info.output).toMatchObject({ classes: 2, activation });
      await classifier.dispose();
    }
  });

  it('one of two scores that a softmax makes', async () => {
    const last = (builder: GraphBuilder, z: string): string =>
      builder.add('Gather', [builder.add('Softmax', [z], { axis: 1 }), builder.indices([1])], { axis: 1 });
    const classifier = await load(await onnxFile(2, last), 'onnx', unit);
    expect(classifier.info.output).toMatchObject({ classes: 2, activation: 'probabilities' });
    await classifier.dispose();
  });
});
