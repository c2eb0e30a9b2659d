import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findAttributionMethod } from '../../../src/core/attribution/registry';
import type { Classifier } from '../../../src/core/model/classifier';
import { writeOnnx } from '../../../src/formats/models/onnx/writeOnnx';
import { loadClassifier } from '../../../src/runtime/loadClassifier';
import type { GraphNode, StaticGraph } from '../../../src/core/graph/graph';
import { floats, type Tensor } from '../../../src/core/graph/tensor';
import { classifierOf, linearNet } from '../nets';
import { oneConvolution, picture } from './oneConvolution';

const ANSWERS = {
  'guided-backprop': [0, 1, 1, 1, 1, 3, 3, 2, 1, 3, 3, 2, 1, 2, 2, 1],
  deconvolution: [2, 3, 3, 1, 3, 5, 5, 2, 3, 5, 5, 2, 1, 2, 2, 1],
};

const CONSTANTS: readonly (readonly [string, Tensor])[] = [
  ['zero', floats([], [0])],
  ['zeros', floats([2, 1, 1], [0, 0])],
  ['half', floats([], [0.5])],
  ['one', floats([], [1])],
  ['two', floats([1], [2])],
  ['bound', floats([], [12.5])],
  ['far', floats([], [1000])],
];

function node(op: string, inputs: readonly string[], output: string, attributes = {}): GraphNode {
  return { op, inputs, outputs: [output], attributes };
}

/** The network with `nodes` instead of its Relu. */
function respelled(nodes: readonly GraphNode[]): StaticGraph {
  const { constants, ...graph } = oneConvolution();
  return {
    ...graph,
    nodes: graph.nodes.flatMap((each) => (each.op === 'Relu' ? nodes : [each])),
    constants: new Map([...constants, ...CONSTANTS]),
  };
}

const greater = node('Greater', ['conv1', 'zero'], 'positive');
const less = node('Less', ['conv1', 'zeros'], 'negative');
const SPELLINGS: readonly (readonly [string, readonly GraphNode[]])[] = [
  ['Max(x, 0)', [node('Max', ['conv1', 'zero'], 'relu1')]],
  ['Max(0, x) of zeros a channel', [node('Max', ['zeros', 'conv1'], 'relu1')]],
  ['Clip from 0', [node('Clip', ['conv1', 'zero'], 'relu1')]],
  ['Where(x > 0, x, 0)', [greater, node('Where', ['positive', 'conv1', 'zero'], 'relu1')]],
  ['Where(x < 0, 0, x)', [less, node('Where', ['negative', 'zero', 'conv1'], 'relu1')]],
  [
    'Where(0 < x, x, 0)',
    [node('Less', ['zero', 'conv1'], 'positive'), node('Where', ['positive', 'conv1', 'zeros'], 'relu1')],
  ],
  [
    'Where(not x ≤ 0, x, 0)',
    [
      node('LessOrEqual', ['conv1', 'zero'], 'negative'),
      node('Not', ['negative'], 'positive'),
      node('Where', ['positive', 'conv1', 'zero'], 'relu1'),
    ],
  ],
  [
    'x times a condition',
    [greater, node('Cast', ['positive'], 'mask', { to: 1 }), node('Mul', ['conv1', 'mask'], 'relu1')],
  ],
  [
    'a choice of 1 and 0 times x',
    [less, node('Where', ['negative', 'zero', 'one'], 'mask'), node('Mul', ['mask', 'conv1'], 'relu1')],
  ],
  [
    '(x + |x|) / 2',
    [node('Abs', ['conv1'], 'size1'), node('Add', ['conv1', 'size1'], 'sum'), node('Div', ['sum', 'two'], 'relu1')],
  ],
  [
    'half of |x| + x',
    [node('Abs', ['conv1'], 'size1'), node('Add', ['size1', 'conv1'], 'sum'), node('Mul', ['half', 'sum'], 'relu1')],
  ],
  ['x − min(x, 0)', [node('Min', ['zero', 'conv1'], 'low'), node('Sub', ['conv1', 'low'], 'relu1')]],
  ['a leaky one without a slope', [node('LeakyRelu', ['conv1'], 'relu1', { alpha: 0 })]],
  ['a learned slope of 0', [node('PRelu', ['conv1', 'zeros'], 'relu1')]],
];

// Captum: test_guided_backprop.py and test_deconvolution.py, test_simple_input_conv_gb and test_simple_input_conv_deconv.

describe('another derivative of rectifiers', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'rectifiers-'));
  const objective = { kind: 'logit', classIndex: 0 } as const;
  let model: Classifier;

  const load = (name: string, graph: StaticGraph): Promise<Classifier> => {
    const file = path.join(folder, `${name}.onnx`);
    writeFileSync(file, writeOnnx(graph));
    return loadClassifier({ path: file, spec: { input: { preset: 'unit' } } }, { engine: 'onnx' });
  };
  beforeAll(async () => {
    model = await load('one-convolution', oneConvolution());
  });
  afterAll(async () => {
    await model.dispose();
    rmSync(folder, { recursive: true });
  });

  it.each([
    ['guided-backprop', [0, 1, 1, 1, 1, 3, 3, 2, 1, 3, 3, 2, 1, 2, 2, 1], /Adebayo et al\. 2018/],
    ['deconvolution', [2, 3, 3, 1, 3, 5, 5, 2, 3, 5, 5, 2, 1, 2, 2, 1], /Adebayo et al\. 2018, Sixt et al\. 2020/],
    ['gradient', [0, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 0], undefined],
  ] as const)('%s', async (method, answer, remark) => {
    const { run } = findAttributionMethod(method);
    const { map, value, warnings } = await run(model, picture, objective, {}, { seed: 0 });
    expect(Array.from(map.data)).toEqual(answer);
    expect(value).toBe(54);
    expect(warnings.filter((warning) => !model.info.warnings.includes(warning))).toEqual(
      remark === undefined ? [] : [expect.stringMatching(remark)],
    );
  });

  it('is refused by an engine that has its own, and a run that was cancelled makes no variant', async () => {
    const { run } = findAttributionMethod('guided-backprop');
    const plain = classifierOf(linearNet([[1, 2]]));
    const image = { data: Float32Array.of(1, 1), height: 1, width: 2, channels: 1 as const };
    await expect(run(plain, image, objective, {}, { seed: 0 })).rejects.toMatchObject({
      code: 'gradient-unavailable',
      message: 'The engine cpu runs a model as it is, so the derivative of its ReLUs cannot be changed.',
      hint: 'Choose the engine onnx, or another method.',
    });
    await expect(run(plain, image, objective, {}, { seed: 0, signal: { aborted: true } })).rejects.toThrow('Cancelled');
  });

  describe.each(SPELLINGS)('a ReLU that is written as %s', (name, nodes) => {
    it('is one: the same maps, the same scores', async () => {
      const spelled = await load(name.replace(/\W/g, '-'), respelled(nodes));
      for (const [method, answer] of Object.entries(ANSWERS)) {
        const { run } = findAttributionMethod(method);
        const { map, value, warnings } = await run(spelled, picture, objective, {}, { seed: 0 });
        expect(Array.from(map.data), method).toEqual(answer);
        expect(value).toBe(54);
        expect(warnings.join()).not.toMatch(/ its own| their own/);
      }
      await spelled.dispose();
    });
  });

  it('the bound of one that is bounded above keeps its derivative', async () => {
    // Units of 31, 40 and 15 lie above 12.5 and pass nothing on; those of 4 and 6 do.
    const below = {
      'guided-backprop': [0, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 0],
      deconvolution: [2, 3, 3, 1, 2, 3, 3, 1, 2, 3, 3, 1, 0, 0, 0, 0],
    };
    const bounded = await load('bounded', respelled([node('Clip', ['conv1', 'zero', 'bound'], 'relu1')]));
    const open = await load('open', respelled([node('Clip', ['conv1', 'zero', 'far'], 'relu1')]));
    for (const [method, answer] of Object.entries(ANSWERS)) {
      const { run } = findAttributionMethod(method);
      const { map, warnings } = await run(bounded, picture, objective, {}, { seed: 0 });
      expect(Array.from(map.data), method).toEqual(below[method as keyof typeof below]);
      expect(warnings.join()).toMatch(/Only ReLUs \(1 ×\) get another derivative; Clip \(1 ×\) keeps its own/);
      expect(Array.from((await run(open, picture, objective, {}, { seed: 0 })).map.data)).toEqual(answer);
    }
    await bounded.dispose();
    await open.dispose();
  });

  it.each([
    ['LeakyRelu', [node('LeakyRelu', ['conv1'], 'relu1', { alpha: 0.1 })]],
    ['Softplus', [node('Softplus', ['conv1'], 'relu1')]],
    ['Sigmoid', [node('Sigmoid', ['conv1'], 'gate'), node('Mul', ['conv1', 'gate'], 'relu1')]],
    ['Where', [node('Greater', ['conv1', 'half'], 'past'), node('Where', ['past', 'conv1', 'zero'], 'relu1')]],
    ['Max', [node('Mul', ['conv1', 'half'], 'slow'), node('Max', ['conv1', 'slow'], 'relu1')]],
    // A hard sigmoid.
    ['Clip', [node('Add', ['conv1', 'half'], 'moved'), node('Clip', ['moved', 'zero', 'one'], 'relu1')]],
  ] as const)('%s is none, and is named where a ReLU is changed and where there is none', async (op, nodes) => {
    const bent = respelled(nodes);
    const { run } = findAttributionMethod('guided-backprop');
    const alone = await load(`only-${op}`, bent);
    await expect(run(alone, picture, objective, {}, { seed: 0 })).rejects.toMatchObject({
      code: 'gradient-unavailable',
      message: `The model has no ReLU whose derivative could be changed; what bends in it is ${op} (1 ×).`,
    });
    const behind = [
      ...bent.nodes.slice(0, -2),
      node('Relu', ['relu1'], 'relu2'),
      node('Reshape', ['relu2', 'size'], 'flat'),
    ];
    const both = await load(`also-${op}`, { ...bent, nodes: [...behind, bent.nodes.at(-1)!] });
    const { warnings } = await run(both, picture, objective, {}, { seed: 0 });
    expect(warnings).toContain(`Only ReLUs (1 ×) get another derivative; ${op} (1 ×) keeps its own.`);
    await alone.dispose();
    await both.dispose();
  });

  it('pixels that are kept in their range are no units', async () => {
    const { nodes, ...rest } = respelled([node('Relu', ['conv1'], 'relu1')]);
    const ranged = [
      node('Clip', ['x', 'zero', 'far'], 'within'),
      { ...nodes[0]!, inputs: ['within', 'kernel', 'bias'] },
    ];
    const clamped = await load('clamped', { ...rest, nodes: [...ranged, ...nodes.slice(1)] });
    const { info } = await clamped.variant({ kind: 'rule', rule: 'guided' });
    expect(info.warnings).toContain('Only ReLUs (1 ×) get another derivative; Clip (1 ×) keeps its own.');
    await clamped.dispose();
  });

  it('a network of sums alone is refused with what it is made of', async () => {
    const { nodes, ...rest } = respelled([node('Identity', ['conv1'], 'relu1')]);
    const linear = await load('linear', { ...rest, nodes });
    await expect(linear.variant({ kind: 'rule', rule: 'deconvolution' })).rejects.toMatchObject({
      message: expect.stringMatching(/no ReLU .*; it is made of .*Conv \(1 ×\), .*Gemm \(1 ×\)\.$/) as string,
    });
    await linear.dispose();
  });
});
