import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Attributes, GraphNode } from '../../src/core/graph/graph';
import { floats, integers, type Tensor } from '../../src/core/graph/tensor';
import { writeOnnx } from '../../src/formats/models/onnx/writeOnnx';
import type { Classifier } from '../../src/core/model/classifier';
import { loadClassifier } from '../../src/runtime/loadClassifier';
import { handMadeGraph } from './graphSupport';
import { load, makeFolder, removeFolders, saveModel, useCpu } from './support';

beforeAll(useCpu);
afterAll(removeFolders);

const CLASSES = 4;
const WEIGHTS = Array.from({ length: 6 * CLASSES }, (_, at) => ((at * 7) % 23) / 8 - 1.3);
const PIXELS = [0.9, 0.1, 0.4, 0.75, 0.2, 0.55];
/** A class's logit for {@link PIXELS}. */
const Z = Array.from({ length: CLASSES }, (_, k) => PIXELS.reduce((sum, x, at) => sum + x * WEIGHTS[at * CLASSES + k]!, 0)); // prettier-ignore
const BEST = Z.indexOf(Math.max(...Z));

type Step = readonly [op: string, operands?: readonly (Tensor | 'x')[], attributes?: Attributes];

/** z = x·W through the steps; 'x' stands for what comes in, which is the first operand where none is named. */
async function onnxModel(steps: readonly Step[]): Promise<string> {
  const constants = new Map<string, Tensor>([['weights', floats([6, CLASSES], WEIGHTS)]]);
  const nodes: GraphNode[] = [
    { op: 'Flatten', inputs: ['image'], outputs: ['flat'], attributes: { axis: 1 } },
    { op: 'MatMul', inputs: ['flat', 'weights'], outputs: ['z'], attributes: {} },
  ];
  let name = 'z';
  steps.forEach(([op, operands = [], attributes = {}], index) => {
    const inputs = (operands.includes('x') ? operands : ['x' as const, ...operands]).map((each, at) => {
      if (each === 'x') return name;
      constants.set(`c${index}-${at}`, each);
      return `c${index}-${at}`;
    });
    name = `v${index}`;
    nodes.push({ op, inputs, outputs: [name], attributes });
  });
  const file = path.join(await makeFolder(), 'heads.onnx');
  const types = new Map([[name, { type: 'float32', shape: [1, CLASSES] } as const]]);
  const input = { name: 'image', type: 'float32', shape: [1, 2, 3, 1] } as const;
  await writeFile(file, writeOnnx({ inputs: [input], outputs: [name], nodes, constants, types }));
  return file;
}

const IMAGE = { data: Float32Array.from(PIXELS), count: 1, height: 2, width: 3, channels: 1 } as const;
const softmax = (z: readonly number[]) => {
  const sum = z.reduce((total, each) => total + Math.exp(each), 0);
  return z.map((each) => Math.exp(each) / sum);
};
const sigmoid = (z: readonly number[]) => z.map((each) => 1 / (1 + Math.exp(-each)));
const about = (values: readonly number[], digits = 5) =>
  values.map((value) => expect.closeTo(value, digits) as unknown);
/** Column k of the weights: how the logit changes with the pixels. */
const slopes = (k: number) => Array.from({ length: 6 }, (_, at) => WEIGHTS[at * CLASSES + k]!);
const said = (classifier: Classifier) => classifier.info.warnings.join('\n');
const number = (value: number) => floats([], [value]);

const NEGATIVE: readonly (readonly [string, readonly Step[]])[] = [
  ['Neg', [['LogSoftmax'], ['Neg']]],
  ['a product with −1', [['LogSoftmax'], ['Mul', [number(-1)]]]],
  ['−1 times it', [['LogSoftmax'], ['Mul', [number(-1), 'x']]]],
  ['0 less it', [['LogSoftmax'], ['Sub', [number(0), 'x']]]],
  ['a quotient, in its parts', [['Softmax'], ['Log'], ['Div', [number(-1)]]]],
  ['decibels', [['Softmax'], ['Log'], ['Mul', [number(-10 / Math.LN10)]]]],
  ['a guarded logarithm', [['Softmax'], ['Add', [number(1e-9)]], ['Log'], ['Neg']]],
  ['a clipped logarithm', [['Softmax'], ['Clip', [number(1e-7), number(1)]], ['Log'], ['Neg'], ['Identity']]],
  ['probabilities with a minus', [['Softmax'], ['Neg']]],
];

describe('scores of which the smallest is best', () => {
  it.each(NEGATIVE)('%s: logits are those before the softmax', async (_, steps) => {
    const classifier = await loadClassifier({ path: await onnxModel(steps) }, { engine: 'auto' });
    expect(classifier.info.output.activation).toBe('softmax');
    const { logits, probabilities } = await classifier.predict(IMAGE);
    expect([...logits]).toEqual(about(Z));
    expect([...probabilities]).toEqual(about(softmax(Z)));
    const { gradient } = await classifier.gradient(IMAGE, [{ kind: 'logit', classIndex: BEST }]);
    expect([...gradient]).toEqual(about(slopes(BEST)));
    expect(said(classifier)).toMatch(/times −.*, of which the smallest is the likeliest class; .* its softmax\./);
    await classifier.dispose();
  });

  it.each(NEGATIVE)('%s: the file as it is says the same', async (_, steps) => {
    const classifier = await loadClassifier({ path: await onnxModel(steps) }, { engine: 'onnx', asFile: true });
    expect([...(await classifier.predict(IMAGE)).probabilities]).toEqual(about(softmax(Z)));
    expect(said(classifier)).toContain('the smallest is the likeliest');
    await classifier.dispose();
  });

  it('of a model with an inverse hyperbolic function', async () => {
    const file = await onnxModel([['Mul', [number(0.1)]], ['Atanh'], ['LogSoftmax'], ['Neg']]);
    const classifier = await loadClassifier({ path: file }, { engine: 'auto' });
    const z = Z.map((each) => Math.atanh(each / 10));
    expect([...(await classifier.predict(IMAGE)).probabilities]).toEqual(about(softmax(z)));
    await classifier.dispose();
  });

  it('of some of a softmax become probabilities', async () => {
    const some: Step = ['Gather', [integers([2, 0, 3])], { axis: 1 }];
    const classifier = await loadClassifier(
      { path: await onnxModel([['LogSoftmax'], ['Neg'], some]) },
      { engine: 'auto' },
    );
    const p = softmax(Z);
    expect([...(await classifier.predict(IMAGE)).probabilities]).toEqual(about([p[2]!, p[0]!, p[3]!]));
    await classifier.dispose();
  });

  it('1 less a softmax is shown as it is, and said', async () => {
    for (const steps of [
      [['Softmax'], ['Sub', [number(1), 'x']]],
      [['Softmax'], ['Neg'], ['Add', [floats([CLASSES], [1, 1, 1, 1])]]],
    ] as const) {
      const classifier = await loadClassifier({ path: await onnxModel(steps) }, { engine: 'auto' });
      expect([...(await classifier.predict(IMAGE)).probabilities]).toEqual(about(softmax(Z).map((p) => 1 - p)));
      expect(said(classifier)).toContain('its smallest number is the likeliest class');
      await classifier.dispose();
    }
  });
});

describe('logarithms', () => {
  it.each<[string, readonly Step[], string]>([
    ['to base 2', [['Softmax'], ['Log'], ['Div', [number(Math.LN2)]]], 'softmax'],
    ['of guarded probabilities', [['Softmax'], ['Add', [number(1e-9)]], ['Log']], 'softmax'],
    ['of sigmoids', [['Sigmoid'], ['Log']], 'sigmoid'],
    ['of sigmoids, as Keras spells them', [['Neg'], ['Softplus'], ['Neg']], 'sigmoid'],
    ['of sigmoids, with a minus', [['Sigmoid'], ['Log'], ['Neg']], 'sigmoid'],
  ])('%s are taken off', async (_, steps, activation) => {
    for (const asFile of [false, true]) {
      const classifier = await loadClassifier({ path: await onnxModel(steps) }, { engine: 'onnx', asFile });
      const { logits, probabilities } = await classifier.predict(IMAGE);
      if (!asFile) {
        expect(classifier.info.output.activation).toBe(activation);
        expect([...logits]).toEqual(about(Z));
      }
      if (!asFile || activation === 'sigmoid')
        expect([...probabilities]).toEqual(about(activation === 'softmax' ? softmax(Z) : sigmoid(Z)));
      await classifier.dispose();
    }
  });
});

describe('scores that are bounded', () => {
  const norm = Math.hypot(...Z);
  it.each<[string, readonly Step[], (z: number) => number, RegExp]>([
    ['tanh', [['Tanh']], Math.tanh, /between −1 and 1 \(Tanh\).* do not exceed 71 %/],
    ['softsign', [['Softsign']], (z) => z / (1 + Math.abs(z)), /between −1 and 1 \(Softsign\)/],
    [
      'hard tanh',
      [['Clip', [number(-1), number(1)]]],
      (z) => Math.max(-1, Math.min(1, z)),
      /between −1 and 1 \(Clip\)/,
    ],
    [
      'relu6',
      [['Clip', [number(0), number(6)]]],
      (z) => Math.max(0, Math.min(6, z)),
      /between 0 and 6 \(Clip\).* 99 %/,
    ],
    [
      'a stretched tanh',
      [['Tanh'], ['Mul', [number(2)]], ['Add', [number(1)]]],
      (z) => 2 * Math.tanh(z) + 1,
      /between −1 and 3 \(Tanh\)/,
    ],
    [
      'twice a sigmoid less 1',
      [['Sigmoid'], ['Mul', [number(2)]], ['Sub', [number(1)]]],
      (z) => Math.tanh(z / 2),
      /between −1 and 1 \(Sigmoid\)/,
    ],
    ['a negated sigmoid', [['Sigmoid'], ['Neg']], (z) => -1 / (1 + Math.exp(-z)), /between −1 and 0 \(Sigmoid\)/],
    [
      'LpNormalization',
      [['LpNormalization', [], { axis: 1, p: 2 }]],
      (z) => z / norm,
      /between −1 and 1 \(LpNormalization\)/,
    ],
  ])('%s: shown as they are, and said', async (_, steps, expected, warning) => {
    const classifier = await loadClassifier({ path: await onnxModel(steps) }, { engine: 'auto' });
    const scores = Z.map(expected);
    const { logits, probabilities } = await classifier.predict(IMAGE);
    expect([...logits]).toEqual(about(scores));
    expect([...probabilities]).toEqual(about(softmax(scores)));
    expect(classifier.info.warnings.filter((each) => each.includes('shown as they are'))).toEqual([
      expect.stringMatching(warning),
    ]);
    await classifier.dispose();
  });

  it.each<[string, readonly Step[]]>([
    ['weighted sums', []],
    ['rectified sums', [['Relu']]],
    ['a tanh that is stretched far', [['Div', [number(30)]], ['Tanh'], ['Mul', [number(30)]]]],
    ['a softmax', [['Softmax']]],
    ['a log-softmax', [['LogSoftmax']]],
    ['what is cut far out', [['Clip', [number(-50), number(50)]]]],
    ['what is cut on one side', [['Clip', [number(-1)]]]],
  ])('nothing is said of %s', async (_, steps) => {
    const classifier = await loadClassifier({ path: await onnxModel(steps) }, { engine: 'auto' });
    expect(said(classifier)).not.toMatch(/shown as they are|smallest/);
    await classifier.dispose();
  });

  it('a norm in its parts, as exporters spell it', async () => {
    for (const [how, expected] of [
      ['divided', true],
      ['by another norm', false],
    ] as const) {
      const constants = new Map([['weights', floats([6, CLASSES], WEIGHTS)], ['axes', integers([1])], ['least', number(1e-12)]]); // prettier-ignore
      const node = (op: string, inputs: string[], output: string): GraphNode => ({ op, inputs, outputs: [output], attributes: {} }); // prettier-ignore
      const nodes = [
        node('Flatten', ['image'], 'flat'),
        node('MatMul', ['flat', 'weights'], 'z'),
        node('Mul', ['z', 'z'], 'squares'),
        { ...node('ReduceSum', [expected ? 'squares' : 'z', 'axes'], 'sum'), attributes: { keepdims: 1 } },
        node('Abs', ['sum'], 'positive'),
        node('Sqrt', [expected ? 'sum' : 'positive'], 'root'),
        node('Clip', ['root', 'least'], 'norm'),
        node('Div', ['z', 'norm'], 'out'),
      ];
      const file = path.join(await makeFolder(), `${how}.onnx`);
      const input = { name: 'image', type: 'float32', shape: [1, 2, 3, 1] } as const;
      const types = new Map([['out', { type: 'float32', shape: [1, CLASSES] } as const]]);
      await writeFile(file, writeOnnx({ inputs: [input], outputs: ['out'], nodes, constants, types }));
      const classifier = await loadClassifier({ path: file }, { engine: 'auto' });
      expect(said(classifier).includes('(a division by the norm)')).toBe(expected);
      if (expected) expect([...(await classifier.predict(IMAGE)).logits]).toEqual(about(Z.map((z) => z / norm)));
      await classifier.dispose();
    }
  });
});

describe.each(['onnx', 'wasm', 'cpu'] as const)('TensorFlow.js models on %s', (engine) => {
  async function graphModel(...ops: readonly (readonly [string, ...string[]])[]): Promise<string> {
    const { json, bytes } = handMadeGraph(
      [2, 3, 1],
      {
        shape: { shape: [2], values: [-1, 6], integer: true },
        weights: { shape: [6, CLASSES], values: WEIGHTS },
        minus: { shape: [], values: [-1] },
        zero: { shape: [], values: [0] },
      },
      [
        { name: 'flat', op: 'Reshape', input: ['image', 'shape'] },
        { name: 'v0', op: 'MatMul', input: ['flat', 'weights'] },
        ...ops.map(([op, ...inputs], at) => ({
          name: `v${at + 1}`,
          op,
          input: inputs.length === 0 ? [`v${at}`] : inputs.map((each) => (each === 'x' ? `v${at}` : each)),
        })),
      ],
    );
    const folder = await makeFolder();
    await writeFile(path.join(folder, 'model.json'), JSON.stringify(json));
    await writeFile(path.join(folder, 'weights.bin'), bytes);
    return folder;
  }

  it.each([
    [[['LogSoftmax'], ['Neg']]],
    [[['Softmax'], ['Log'], ['Mul', 'x', 'minus']]],
    [[['LogSoftmax'], ['Sub', 'zero', 'x']]],
    [[['Softmax'], ['Log']]],
  ] as const)('%j is the softmax before', async (ops) => {
    const classifier = await load(await graphModel(...ops), engine);
    expect([...(await classifier.predict(IMAGE)).probabilities]).toEqual(about(softmax(Z)));
    expect(said(classifier).includes('the smallest is the likeliest')).toBe(ops.length !== 2 || ops[1][0] !== 'Log');
    const { gradient } = await classifier.gradient(IMAGE, [{ kind: 'log-probability', classIndex: BEST }]);
    const p = softmax(Z);
    const expected = slopes(BEST).map((own, at) => own - p.reduce((sum, each, k) => sum + each * slopes(k)[at]!, 0));
    expect([...gradient]).toEqual(about(expected, 4));
    await classifier.dispose();
  });

  it('a tanh is said', async () => {
    const classifier = await load(await graphModel(['Tanh']), engine);
    expect([...(await classifier.predict(IMAGE)).logits]).toEqual(about(Z.map(Math.tanh)));
    expect(said(classifier)).toContain('between −1 and 1 (Tanh)');
    await classifier.dispose();
  });

  it('layers: a log-softmax with a minus, and a tanh', async () => {
    const model = (...last: tfl.layers.Layer[]) => {
      const dense = tfl.layers.dense({ units: CLASSES, useBias: false });
      const made = tfl.sequential({ layers: [tfl.layers.flatten({ inputShape: [2, 3, 1] }), dense, ...last] });
      dense.setWeights([tf.tensor2d(WEIGHTS, [6, CLASSES])]);
      return saveModel(made);
    };
    await tf.setBackend('cpu');
    const turned = await model(tfl.layers.activation({ activation: 'logSoftmax' as never }), tfl.layers.rescaling({ scale: -1 })); // prettier-ignore
    const negative = await load(turned, engine);
    expect([...(await negative.predict(IMAGE)).probabilities]).toEqual(about(softmax(Z)));
    expect(said(negative)).toContain('the smallest is the likeliest');
    await negative.dispose();
    await tf.setBackend('cpu');
    const bounded = await load(await model(tfl.layers.activation({ activation: 'tanh' })), engine);
    expect([...(await bounded.predict(IMAGE)).logits]).toEqual(about(Z.map(Math.tanh)));
    expect(said(bounded)).toContain('between −1 and 1 (Tanh)');
    await bounded.dispose();
  });
});
