import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../src/core/graph/builder';
import type { Head } from '../../src/core/graph/gradientGraph';
import type { Graph } from '../../src/core/graph/graph';
import { operators } from '../../src/core/graph/ops/registry';
import { floats } from '../../src/core/graph/tensor';
import { writeOnnx } from '../../src/formats/models/onnx/writeOnnx';
import type { Classifier, Objective } from '../../src/core/model/classifier';
import { objectiveSeeds, scoresOf, type ScoreRule } from '../../src/core/model/objectives';
import { createOnnxNetwork } from '../../src/runtime/onnx/training/onnxNetwork';
import type { LayersModel } from '../../src/core/model/trainableNetwork';
import { gradientsOf, OBJECTIVES, type ObjectiveKind } from '../core/graph/goldenSupport';
import { saveLayersModel } from '../engine/training/network/support';
import { load, makeFolder, randomNumbers, removeFolders } from './support';

afterAll(removeFolders);

const HEIGHT = 5;
const WIDTH = 4;
const PIXELS = HEIGHT * WIDTH;
const HIDDEN = 5;

/** z = v · tanh(W a + b) + c, by hand in double precision. */
const net = {
  w: randomNumbers(PIXELS * HIDDEN, 3).map((value) => 2 * (value - 0.5)),
  b: randomNumbers(HIDDEN, 4).map((value) => value - 0.5),
  v: randomNumbers(HIDDEN, 5).map((value) => 3 * (value - 0.5)),
};

function score(a: ArrayLike<number>, c: number): { readonly z: number; readonly slopes: readonly number[] } {
  const hidden = Array.from(net.b, (bias, j) =>
    Math.tanh(Array.from(a).reduce((sum, pixel, i) => sum + pixel * net.w[i * HIDDEN + j]!, bias)),
  );
  const z = hidden.reduce((sum, h, j) => sum + h * net.v[j]!, c);
  const slopes = Array.from({ length: PIXELS }, (_, i) =>
    hidden.reduce((sum, h, j) => sum + net.v[j]! * (1 - h * h) * net.w[i * HIDDEN + j]!, 0),
  );
  return { z, slopes };
}

const sigma = (z: number): number => 1 / (1 + Math.exp(-z));

/** Value and derivative with respect to z of an objective of class 0 (−z) or 1 (z), in closed form. */
function closedForm(kind: ObjectiveKind, c: number, z: number): readonly [value: number, slope: number] {
  const sign = c === 1 ? 1 : -1;
  const p = sigma(sign * z);
  const rest = sigma(-sign * z);
  return {
    logit: [sign * z, sign],
    probability: [p, sign * p * rest],
    'log-probability': [Math.log(p), sign * rest],
    'cross-entropy': [-Math.log(p), -sign * rest],
  }[kind] as [number, number];
}

const objective = (kind: ObjectiveKind, c: number): Objective =>
  kind === 'cross-entropy' ? { kind, label: c } : { kind, classIndex: c };

const layersModel = (c: number, activation: 'sigmoid' | 'linear' = 'sigmoid'): LayersModel => {
  const dense = (name: string, units: number, own: string) => ({
    class_name: 'Dense',
    config: { name, units, activation: own, use_bias: true, trainable: true },
  });
  const layers = [
    { class_name: 'Flatten', config: { name: 'flat', batch_input_shape: [null, HEIGHT, WIDTH, 1] } },
    dense('hidden', HIDDEN, 'tanh'),
    dense('score', 1, activation),
  ];
  return {
    topology: { class_name: 'Sequential', config: { name: 'net', layers } },
    weights: [
      { name: 'hidden/kernel', shape: [PIXELS, HIDDEN], data: net.w },
      { name: 'hidden/bias', shape: [HIDDEN], data: net.b },
      { name: 'score/kernel', shape: [HIDDEN, 1], data: net.v },
      { name: 'score/bias', shape: [1], data: Float32Array.of(c) },
    ],
  };
};

async function onnxFile(c: number, last: 'Sigmoid' | undefined): Promise<string> {
  const builder = new GraphBuilder(operators);
  const x = builder.input('x', { type: 'float32', shape: [1, 1, HEIGHT, WIDTH] });
  const flat = builder.add('Flatten', [x], { axis: 1 });
  const constant = (shape: number[], data: Float32Array | readonly number[]) => builder.constant(floats(shape, data));
  const inner = builder.add('Gemm', [flat, constant([PIXELS, HIDDEN], net.w), constant([HIDDEN], net.b)]);
  const z = builder.add('Gemm', [builder.add('Tanh', [inner]), constant([HIDDEN, 1], net.v), constant([1], [c])]);
  const file = path.join(await makeFolder(), 'model.onnx');
  await writeFile(file, writeOnnx(builder.build([last === undefined ? z : builder.add(last, [z])])));
  return file;
}

const folderOf = (c: number, activation?: 'sigmoid' | 'linear'): Promise<string> =>
  saveLayersModel(layersModel(c, activation), { height: HEIGHT, width: WIDTH }, ['cat', 'dog']);

const unit = { spec: { input: { preset: 'unit' } } } as const;

/** Models whose answer is the first class, the second, nearly undecided, and very sure. */
const models: Readonly<Record<string, readonly [number, () => Promise<Classifier>]>> = {
  'layers with a sigmoid, on ONNX Runtime': [-0.7, async () => load(await folderOf(-0.7), 'onnx')],
  'layers with a sigmoid, on WebAssembly': [-0.7, async () => load(await folderOf(-0.7), 'wasm')],
  'layers that put out the logit, on ONNX Runtime': [0.9, async () => load(await folderOf(0.9, 'linear'), 'onnx')],
  'layers that put out the logit, on WebAssembly': [0.9, async () => load(await folderOf(0.9, 'linear'), 'wasm')],
  'an ONNX file with a sigmoid': [0.1, async () => load(await onnxFile(0.1, 'Sigmoid'), 'onnx', unit)],
  'an ONNX file that puts out the logit': [-2, async () => load(await onnxFile(-2, undefined), 'onnx', unit)],
  'a model that is sure of the first class': [-14, async () => load(await folderOf(-14), 'onnx')],
  'a model that is sure of the second class': [14, async () => load(await folderOf(14), 'onnx')],
  'a model that is sure, on WebAssembly': [-14, async () => load(await folderOf(-14), 'wasm')],
};

describe.each(Object.entries(models))('%s', (_, [c, open]) => {
  const a = randomNumbers(PIXELS, 12);
  const image = { data: a, count: 1, height: HEIGHT, width: WIDTH, channels: 1 } as const;
  const { z, slopes } = score(a, c);

  it('gives both classes their log-odds, the probabilities of them, and a map each for every objective', async () => {
    const classifier = await open();
    const { logits, probabilities } = await classifier.predict(image);
    const digits = Math.abs(z) > 10 ? 4 : 5;
    [-z, z].forEach((expected, k) => expect(logits[k]).toBeCloseTo(expected, digits));
    [sigma(-z), sigma(z)].forEach((p, k) => expect(Math.abs(probabilities[k]! / p - 1)).toBeLessThan(1e-4));
    for (const kind of OBJECTIVES)
      for (const k of [0, 1]) {
        const { values, gradient } = await classifier.gradient(image, [objective(kind, k)]);
        const [value, slope] = closedForm(kind, k, z);
        expect(Math.abs(values[0]! - value), kind).toBeLessThan(1e-4 * Math.max(Math.abs(value), 1e-6));
        const scale = Math.max(...slopes.map((each) => Math.abs(each * slope)));
        expect(scale).toBeGreaterThan(0);
        const worst = Math.max(...gradient.map((each, i) => Math.abs(each - slopes[i]! * slope)));
        expect(worst, `${kind} of class ${k}`).toBeLessThan(1e-4 * scale);
      }
    await classifier.dispose();
  });

  it('has the maps that differences of its own scores have', async () => {
    const classifier = await open();
    const direction = randomNumbers(PIXELS, 31).map((value) => value - 0.5);
    const h = 2e-3;
    const shifted = async (sign: number) =>
      classifier.predict({ ...image, data: a.map((pixel, i) => pixel + sign * h * direction[i]!) });
    const [above, below] = [await shifted(1), await shifted(-1)];
    for (const k of [0, 1]) {
      const values = [above, below].map(({ logits, probabilities }) => ({
        logit: logits[k]!,
        probability: probabilities[k]!,
        'log-probability': Math.log(probabilities[k]!),
        'cross-entropy': -Math.log(probabilities[k]!),
      }));
      for (const kind of OBJECTIVES) {
        // Of a probability of nearly 1 float32 has no differences left.
        if (kind !== 'logit' && sigma(k === 1 ? z : -z) > 0.999) continue;
        const { gradient } = await classifier.gradient(image, [objective(kind, k)]);
        const slope = gradient.reduce((sum, each, i) => sum + each * direction[i]!, 0);
        const difference = (values[0]![kind] - values[1]![kind]) / (2 * h);
        expect(Math.abs(slope - difference), kind).toBeLessThan(1e-2 * Math.abs(difference));
      }
    }
    await classifier.dispose();
  });
});

describe.each([-1.5, 0.05, 1.2])('training a network of one output (bias %d)', (c) => {
  const count = 4;
  const pixels = randomNumbers(count * PIXELS, 8);
  const rows = Array.from({ length: count }, (_, row) => score(pixels.subarray(row * PIXELS, (row + 1) * PIXELS), c));
  const labels = Uint16Array.of(0, 1, 1, 0);
  const worst = (found: Float32Array, slope: (row: number) => number): number =>
    Math.max(
      ...rows.flatMap(({ slopes }, row) =>
        slopes.map((each, i) => Math.abs(found[row * PIXELS + i]! - each * slope(row)) / Math.abs(slope(row))),
      ),
    );

  it('watches the log-odds of the label or the predicted class, and the loss, of either class', async () => {
    const network = await createOnnxNetwork(layersModel(c), { engine: 'onnx', threads: 1 });
    for (const scoreOf of ['label', 'predicted'] as const) {
      const { logits, scoreGradient, lossGradient } = await network.watch({ pixels, labels, count, scoreOf });
      const signOf = (row: number): number => ((scoreOf === 'label' ? labels[row] === 1 : rows[row]!.z > 0) ? 1 : -1);
      expect(worst(scoreGradient, signOf)).toBeLessThan(1e-5);
      expect(worst(lossGradient, (row) => closedForm('cross-entropy', labels[row]!, rows[row]!.z)[1])).toBeLessThan(
        1e-5,
      );
      for (const [row, { z }] of rows.entries()) {
        const p = Math.exp(logits[2 * row + 1]!) / (Math.exp(logits[2 * row]!) + Math.exp(logits[2 * row + 1]!));
        expect(p).toBeCloseTo(sigma(z), 6);
      }
    }
    const { loss } = await network.step({ pixels, labels, count, seed: 1 });
    const losses = rows.map(({ z }, row) => closedForm('cross-entropy', labels[row]!, z)[0]);
    expect(loss).toBeCloseTo(losses.reduce((sum, each) => sum + each, 0) / count, 5);
    await network.dispose();
  });
});

/** A network that puts out its input [N, outputs]. */
function identity(outputs: number): Graph {
  return {
    inputs: [{ name: 'x', type: 'float32', shape: [-1, outputs] }],
    outputs: ['y'],
    nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['y'], attributes: {} }],
    constants: new Map(),
  };
}

describe('one output that is a probability already', () => {
  const head: Head & ScoreRule = { activation: 'probabilities', binary: true, outputs: 1 };
  const percent: Head & ScoreRule = { ...head, whole: 100 };
  const graph = identity(1);

  const slopesAt = (p: number, k: number): Readonly<Record<ObjectiveKind, number>> => {
    const [own, sign] = k === 1 ? [p, 1] : [1 - p, -1];
    return {
      logit: sign / (p * (1 - p)),
      probability: sign,
      'log-probability': sign / own,
      'cross-entropy': -sign / own,
    };
  };

  it.each([0.003, 0.25, 0.5, 0.96875])('has the log-odds of p = %d and their derivatives', async (p) => {
    const scores = scoresOf(Float32Array.of(p), 1, head);
    const z = Math.log(p / (1 - p));
    expect(scores.logits[0]).toBeCloseTo(-z, 5);
    expect(scores.logits[1]).toBeCloseTo(z, 5);
    expect(scores.probabilities[0]).toBeCloseTo(1 - p, 6);
    expect(scores.probabilities[1]).toBeCloseTo(p, 6);
    for (const k of [0, 1]) {
      const { gradients } = await gradientsOf({ graph, head }, Float32Array.of(p), [1, 1], () => [k]);
      for (const kind of OBJECTIVES) {
        const expected = slopesAt(p, k)[kind];
        const { seeds } = objectiveSeeds(Float32Array.of(p), 1, head, [objective(kind, k)]);
        expect(Math.abs(gradients[kind][0]! / expected - 1), kind).toBeLessThan(1e-5);
        expect(Math.abs(seeds[0]! / expected - 1), kind).toBeLessThan(1e-5);
      }
    }
  });

  it.each([0.003, 0.25, 0.96875])('is read the same where it is a percentage, here of p = %d', async (p) => {
    const raw = Float32Array.of(100 * p);
    const { logits } = scoresOf(raw, 1, percent);
    expect(logits[1]).toBeCloseTo(Math.log(p / (1 - p)), 5);
    for (const k of [0, 1]) {
      const { gradients } = await gradientsOf({ graph, head: percent }, raw, [1, 1], () => [k]);
      for (const kind of OBJECTIVES) {
        const expected = slopesAt(p, k)[kind] / 100;
        const { seeds } = objectiveSeeds(raw, 1, percent, [objective(kind, k)]);
        expect(Math.abs(gradients[kind][0]! / expected - 1), kind).toBeLessThan(1e-5);
        expect(Math.abs(seeds[0]! / expected - 1), kind).toBeLessThan(1e-5);
      }
    }
  });

  it.each([0, 1])('stays finite where p = %d', async (p) => {
    const { logits, probabilities } = scoresOf(Float32Array.of(p), 1, head);
    expect([...logits].every(Number.isFinite)).toBe(true);
    expect(logits[1]! > 80).toBe(p === 1);
    expect([...probabilities].map((each) => Math.round(each))).toEqual([1 - p, p]);
    for (const k of [0, 1]) {
      const { gradients } = await gradientsOf({ graph, head }, Float32Array.of(p), [1, 1], () => [k]);
      for (const kind of OBJECTIVES) {
        const { values, seeds } = objectiveSeeds(Float32Array.of(p), 1, head, [objective(kind, k)]);
        expect([values[0]!, seeds[0]!, gradients[kind][0]!].every(Number.isFinite), kind).toBe(true);
        expect(gradients[kind][0]).toBeCloseTo(seeds[0]!, 5);
      }
    }
  });
});

it('a softmax that is sure keeps the digits of its derivative', async () => {
  const z = [0, 12.5, -1.25];
  const head = { activation: 'softmax', binary: false, outputs: 3 } as const;
  const graph = identity(3);
  const sum = z.reduce((total, each) => total + Math.exp(each - 12.5), 0);
  const p = z.map((each) => Math.exp(each - 12.5) / sum);
  const expected = [-p[0]!, p[0]! + p[2]!, -p[2]!];
  const { gradients } = await gradientsOf({ graph, head }, Float32Array.from(z), [1, 3], () => [1]);
  const { seeds } = objectiveSeeds(Float32Array.from(z), 1, head, [{ kind: 'log-probability', classIndex: 1 }]);
  expected.forEach((each, k) => {
    expect(Math.abs(gradients['log-probability'][k]! / each - 1)).toBeLessThan(1e-5);
    expect(Math.abs(gradients['cross-entropy'][k]! / -each - 1)).toBeLessThan(1e-5);
    expect(Math.abs(seeds[k]! / each - 1)).toBeLessThan(1e-5);
  });
});
