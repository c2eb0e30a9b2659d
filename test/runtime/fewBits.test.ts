import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../src/core/graph/builder';
import { operators } from '../../src/core/graph/ops/registry';
import { floats } from '../../src/core/graph/tensor';
import type { ImageBatch } from '../../src/core/image/pixels';
import { writeOnnx } from '../../src/formats/models/onnx/writeOnnx';
import { loadClassifier } from '../../src/runtime/loadClassifier';

// Networks of 16 bits, and of weights of 4, against ONNX Runtime on their files (scripts/golden/few_bits.py).

const FOLDER = path.resolve(import.meta.dirname, '../golden/few-bits');
const golden = JSON.parse(readFileSync(path.join(FOLDER, 'answers.json'), 'utf8')) as {
  readonly picture: readonly number[];
  readonly probabilities: Readonly<Record<string, readonly number[]>>;
};
const [HEIGHT, WIDTH, CHANNELS] = [7, 6, 3] as const;
const PIXELS = HEIGHT * WIDTH;

/** The golden picture, channels last. */
const picture: ImageBatch = {
  data: Float32Array.from(
    { length: PIXELS * CHANNELS },
    (_, at) => golden.picture[(at % CHANNELS) * PIXELS + Math.floor(at / CHANNELS)]!,
  ),
  count: 1,
  height: HEIGHT,
  width: WIDTH,
  channels: CHANNELS,
};

const open = (name: string) =>
  loadClassifier({ path: path.join(FOLDER, `${name}.onnx`), spec: { input: { preset: 'unit' } } }, { engine: 'onnx' });
const objectives = [{ kind: 'logit', classIndex: 2 }] as const;

describe('networks of few bits', () => {
  it.each(Object.entries(golden.probabilities))('%s predicts what ONNX Runtime does', async (name, expected) => {
    const model = await open(name);
    const { probabilities } = await model.predict(picture);
    expected.forEach((value, index) => expect(probabilities[index]).toBeCloseTo(value, 6));
    expect(model.info.derivative).toEqual({ missing: {}, zero: {} });
    await model.dispose();
  });

  it.each(['u8w4-levels', 'u16-levels'])('%s says that its numbers stand for others', async (name) => {
    const model = await open(name);
    expect(model.info.warnings.join()).toMatch(/whole numbers that stand for its scores by a scale of its own/);
    expect(model.info.output).toMatchObject({ activation: 'softmax', classes: 4 });
    await model.dispose();
  });

  it.each(['one-picture-last', 'one-picture-first'])(
    '%s has the gradient of the network with a batch, of several pictures too',
    async (name) => {
      const [plain, alone] = [await open('plain'), await open(name)];
      const two = {
        ...picture,
        count: 2,
        data: Float32Array.of(...picture.data, ...picture.data.map((value) => 1 - value)),
      };
      const [wanted, given] = [await plain.gradient(two, objectives), await alone.gradient(two, objectives)];
      given.gradient.forEach((value, at) => expect(value).toBeCloseTo(wanted.gradient[at]!, 5));
      given.scores.logits.forEach((value, at) => expect(value).toBeCloseTo(wanted.scores.logits[at]!, 5));
      expect(alone.info.input).toMatchObject({ height: HEIGHT, width: WIDTH, channels: CHANNELS });
      await plain.dispose();
      await alone.dispose();
    },
  );

  it.each([
    ['u16-17', 'plain', 16],
    ['u16-21', 'plain', 16],
    ['i16w16', 'plain', 16],
    ['u16w4', 'plain-w4', 16],
  ] as const)(
    '%s has the gradient of the network without its rounding, to its rounding',
    async (name, origin, bits) => {
      const [plain, quantised] = [await open(origin), await open(name)];
      const { gradient: wanted } = await plain.gradient(picture, objectives);
      const { gradient } = await quantised.gradient(picture, objectives);
      const largest = Math.max(...wanted.map(Math.abs));
      const apart = Math.max(...gradient.map((value, at) => Math.abs(value - wanted[at]!))) / largest;
      expect(apart).toBeLessThan(0.02);
      expect(quantised.info.warnings.join()).toContain(`rounds its values to ${bits} bits`);
      await plain.dispose();
      await quantised.dispose();
    },
  );

  it('values that are rounded to 4 bits on the way are refused, not rounded to 8', async () => {
    await expect(open('rounded-to-4')).rejects.toMatchObject({
      code: 'model-unsupported',
      message: expect.stringContaining('rounds its values to four bits') as string,
    });
  });

  it('grey pictures without an axis for their channels have it put in', async () => {
    const builder = new GraphBuilder(operators);
    const x = builder.input('x', { type: 'float32', shape: [1, 2, 3] });
    const weights = builder.constant(floats([6, 2], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]));
    const graph = builder.build([builder.add('MatMul', [builder.add('Flatten', [x], { axis: 1 }), weights])]);
    const folder = mkdtempSync(path.join(tmpdir(), 'grey-'));
    const file = path.join(folder, 'grey.onnx');
    writeFileSync(file, writeOnnx({ ...graph, inputs: [{ ...graph.inputs[0]!, shape: [-1, 2, 3] }] }));
    const model = await loadClassifier({ path: file, spec: { input: { preset: 'unit' } } }, { engine: 'onnx' });
    expect(model.info.input).toMatchObject({ height: 2, width: 3, channels: 1 });
    const images = {
      data: Float32Array.of(1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0),
      count: 2,
      height: 2,
      width: 3,
      channels: 1 as const,
    };
    expect([...(await model.predict(images)).logits]).toEqual([12, 14, 3, 4]);
    await model.dispose();
    rmSync(folder, { recursive: true });
  });

  it('the levels of 16 bits are folded as they are computed', () => {
    const builder = new GraphBuilder(operators);
    const scale = builder.constant(floats([], [0.5]));
    const zero = builder.constant({ type: 'uint16', shape: [], data: Uint16Array.of(32_768) });
    const x = floats([4], [-20_000, -1, 0.74, 20_000]);
    const { evaluate } = operators.get('QuantizeLinear')!;
    const node = { op: 'QuantizeLinear', inputs: ['x', scale, zero], outputs: ['y'], attributes: {} };
    const [levels] = evaluate!(node, [x, builder.constantOf(scale), builder.constantOf(zero)]);
    expect(levels).toMatchObject({ type: 'uint16' });
    expect([...levels!.data]).toEqual([0, 32_766, 32_769, 65_535]);
  });
});
