import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../src/core/graph/builder';
import type { StaticGraph } from '../../src/core/graph/graph';
import { operators } from '../../src/core/graph/ops/registry';
import { floats, tensorOf } from '../../src/core/graph/tensor';
import { writeOnnx } from '../../src/formats/models/onnx/writeOnnx';
import type { Classifier } from '../../src/core/model/classifier';
import { loadClassifier } from '../../src/runtime/loadClassifier';
import { makeFolder, randomNumbers, removeFolders } from './support';

afterAll(removeFolders);

const SIDE = 4;
const PIXELS = SIDE * SIDE;
const CLASSES = 3;
const weights = randomNumbers(PIXELS * CLASSES, 5).map((value) => value - 0.5);
const pixels = randomNumbers(PIXELS, 9);
const image = { data: pixels, count: 1, height: SIDE, width: SIDE, channels: 1 } as const;

/** z = W·a, by hand in double precision. */
const z = Array.from({ length: CLASSES }, (_, k) =>
  pixels.reduce((sum, pixel, i) => sum + pixel * weights[i * CLASSES + k]!, 0),
);
const sigma = z.map((each) => 1 / (1 + Math.exp(-each)));
const powers = z.map(Math.exp);
const softmax = powers.map((power) => power / powers.reduce((a, b) => a + b, 0));

type Build = (builder: GraphBuilder, z: string) => string;

async function load(build: Build): Promise<Classifier> {
  const builder = new GraphBuilder(operators);
  const x = builder.input('x', { type: 'float32', shape: [1, 1, SIDE, SIDE] });
  const flat = builder.add('Flatten', [x], { axis: 1 });
  const logits = builder.add('MatMul', [flat, builder.constant(floats([PIXELS, CLASSES], weights))]);
  return loadGraph(builder.build([build(builder, logits)]));
}

async function loadGraph(graph: StaticGraph): Promise<Classifier> {
  const file = path.join(await makeFolder(), 'model.onnx');
  await writeFile(file, writeOnnx(graph));
  return loadClassifier({ path: file, spec: { input: { preset: 'unit' } } }, { engine: 'auto' });
}

/** The same network behind an operator that is not known here, which lets all rows pass; its file runs as it is. */
async function loadAsFile(build: Build): Promise<Classifier> {
  const builder = new GraphBuilder(operators);
  const x = builder.input('inner', { type: 'float32', shape: [1, 1, SIDE, SIDE] });
  const flat = builder.add('Flatten', [x], { axis: 1 });
  const logits = builder.add('MatMul', [flat, builder.constant(floats([PIXELS, CLASSES], weights))]);
  const { nodes, ...rest } = builder.build([build(builder, logits)]);
  const before = [{ op: 'Compress', inputs: ['x', 'all'], outputs: ['inner'], attributes: { axis: 0 } }];
  const constants = new Map([...rest.constants, ['all', tensorOf('bool', [1], [1])]] as const);
  const input = { ...rest.inputs[0]!, name: 'x' };
  return loadGraph({ ...rest, constants, nodes: [...before, ...nodes], inputs: [input] });
}

const number = (builder: GraphBuilder, value: number): string => builder.constant(floats([], [value]));
/** 60 % of the softmax and 40 % of it, so that no single factor stands behind. */
const percentOfParts: Build = (builder, logits) => {
  const p = builder.add('Softmax', [logits], { axis: 1 });
  const parts = [60, 40].map((part) => builder.add('Mul', [p, number(builder, part)]));
  return builder.add('Add', [parts[0]!, parts[1]!]);
};
const percentOfEach: Build = (builder, logits) => {
  const low = builder.add('Min', [builder.add('Sigmoid', [logits]), number(builder, 1)]);
  return builder.add('Mul', [low, number(builder, 100)]);
};
const percent: Build = (builder, logits) =>
  builder.add('Mul', [builder.add('Softmax', [logits], { axis: 1 }), number(builder, 100)]);

const close = (values: readonly number[]): unknown => values.map((value) => expect.closeTo(value, 5) as unknown);

describe('percentages', () => {
  it.each([
    ['in our own graph', load],
    ['in a file that runs as it is', loadAsFile],
  ])('of one answer are told by their sum over different pictures, and it is said: %s', async (_, open) => {
    const classifier = await open(percentOfParts);
    const { probabilities, logits } = await classifier.predict(image);
    expect([...probabilities]).toEqual(close(softmax));
    expect([...logits]).toEqual(close(softmax.map(Math.log)));
    expect(classifier.info.warnings.join()).toMatch(/4 test pictures .* always sum to 100, .* read as percentages/);
    await classifier.dispose();
  });

  it.each<[string, Build, readonly number[], RegExp]>([
    ['one answer', percent, softmax, /100 times probabilities, but/],
    ['each for itself', percentOfEach, sigma, /100 times probabilities that each stand for themselves/],
  ])('in a file that runs as it is are told by its last operations: %s', async (_, build, expected, warning) => {
    const classifier = await loadAsFile(build);
    const { probabilities } = await classifier.predict(image);
    expect([...probabilities]).toEqual(close(expected));
    expect(classifier.info.warnings.join()).toMatch(warning);
    await classifier.dispose();
  });

  it.each([
    [100, 'percentages'],
    [255, 'probabilities times 255'],
  ])('that were cut to whole numbers are shares of %i, whatever they sum to', async (whole, words) => {
    const classifier = await load((builder, logits) => {
      const p = builder.add('Softmax', [logits], { axis: 1 });
      return builder.add('Floor', [builder.add('Mul', [p, number(builder, whole)])]);
    });
    const { probabilities } = await classifier.predict(image);
    expect([...probabilities]).toEqual(close(softmax.map((p) => Math.floor(whole * p) / whole)));
    expect(classifier.info.warnings.join()).toContain(`always sum to about ${whole}, so they are read as ${words}`);
    await classifier.dispose();
  });

  it('are not seen in a Softplus, which is said to be never negative', async () => {
    const classifier = await load((builder, logits) => builder.add('Softplus', [logits]));
    expect(classifier.info.output.activation).toBe('logits');
    expect(classifier.info.warnings.join()).toMatch(/never negative .* taken for logits/);
    await classifier.dispose();
  });

  it('have the derivative of the probabilities', async () => {
    const shared = await load(percentOfParts);
    const apart = await load(percentOfEach);
    for (let k = 0; k < CLASSES; k++) {
      const objective = { kind: 'log-probability', classIndex: k } as const;
      const { gradient } = await shared.gradient(image, [objective]);
      const own = await apart.gradient(image, [objective]);
      const weight = (i: number, at: number): number => weights[i * CLASSES + at]!;
      const mean = (i: number): number => softmax.reduce((sum, p, at) => sum + p * weight(i, at), 0);
      expect([...gradient]).toEqual(close(Array.from(pixels, (_, i) => weight(i, k) - mean(i))));
      expect([...own.gradient]).toEqual(close(Array.from(pixels, (_, i) => (1 - sigma[k]!) * weight(i, k))));
    }
    await shared.dispose();
    await apart.dispose();
  });

  it('are not seen in scores whose sum differs, or in what is always the same', async () => {
    const exponents = await load((builder, logits) => builder.add('Exp', [logits]));
    expect(exponents.info.output.activation).toBe('logits');
    expect(exponents.info.warnings.join()).toMatch(/never negative .* taken for logits/);
    const fixed = await load((builder, logits) =>
      builder.add('Add', [
        builder.add('Abs', [builder.add('Mul', [logits, number(builder, 1e-6)])]),
        builder.constant(floats([1, CLASSES], [20, 30, 50])),
      ]),
    );
    expect(fixed.info.output.activation).toBe('logits');
    await exponents.dispose();
    await fixed.dispose();
  });
});
