import { describe, expect, it } from 'vitest';
import type { Attributes, Graph, GraphNode } from '../../../src/core/graph/graph';
import { operators } from '../../../src/core/graph/ops/registry';
import { stripActivation } from '../../../src/core/graph/passes/stripActivation';
import { specialise } from '../../../src/core/graph/specialise';
import { floats, integers, type Tensor } from '../../../src/core/graph/tensor';
import { createOnnxSession } from '../../../src/runtime/onnx/session';

type Step = readonly [op: string, constants?: readonly Tensor[], attributes?: Attributes];

/** x [1, 6] through the steps; a step's further inputs are constants. */
function network(steps: readonly Step[]): Graph {
  const constants = new Map<string, Tensor>();
  let name = 'x';
  const nodes = steps.map(([op, operands = [], attributes = {}], index): GraphNode => {
    const own = operands.map((tensor, at) => {
      constants.set(`c${index}-${at}`, tensor);
      return `c${index}-${at}`;
    });
    const node = { op, inputs: [name, ...own], outputs: [`v${index}`], attributes };
    name = `v${index}`;
    return node;
  });
  return { inputs: [{ name: 'x', type: 'float32', shape: [-1, 6] }], outputs: [name], nodes, constants };
}

const X = [0.3, -1.2, 2.1, 0.7, -0.4, 1.5];

/** Every output of the stripped network for `X`. */
async function outputsOf(graph: Graph): Promise<readonly (readonly number[])[]> {
  const session = await createOnnxSession(specialise(graph, 1, operators), 1);
  const results = await session.run({ x: floats([1, 6], X) });
  await session.dispose();
  return graph.outputs.map((name) => [...results[name]!]);
}

function softmax(z: readonly number[]): readonly number[] {
  const sum = z.reduce((total, each) => total + Math.exp(each), 0);
  return z.map((each) => Math.exp(each) / sum);
}

const close = (values: readonly number[]): unknown => values.map((value) => expect.closeTo(value, 5) as unknown);
const byte = (value: number): Tensor => ({ type: 'uint8', shape: [], data: Uint8Array.of(value) });
const toBytes: readonly Step[] = [
  ['QuantizeLinear', [floats([], [1 / 255]), byte(0)]],
  ['DequantizeLinear', [floats([], [1 / 255]), byte(0)]],
];
const pairs: Step = ['Reshape', [integers([1, 3, 2])]];
const flat: Step = ['Reshape', [integers([1, 6])]];

describe('an activation is taken off', () => {
  it.each<[string, readonly Step[], 'softmax' | 'sigmoid']>([
    ['a softmax', [['Softmax']], 'softmax'],
    ['a log-softmax', [['LogSoftmax']], 'softmax'],
    ['a softmax that became logarithms', [['Softmax'], ['Log']], 'softmax'],
    ['a log-softmax that became probabilities', [['LogSoftmax'], ['Exp']], 'softmax'],
    [
      'behind reshapes and a transposition of ones',
      [
        ['Softmax'],
        ['Reshape', [integers([1, 6, 1, 1])]],
        ['Transpose', [], { perm: [0, 2, 3, 1] }],
        ['Squeeze', [integers([1, 2])]],
      ],
      'softmax',
    ],
    [
      'behind a guard against 0 and 1',
      [['Sigmoid'], ['Clip', [floats([], [1e-7]), floats([], [1 - 1e-7])]]],
      'sigmoid',
    ],
    ['behind percentages', [['Softmax'], ['Mul', [floats([], [100])]]], 'softmax'],
    [
      'over all of several axes by its shape',
      [
        ['Reshape', [integers([1, 6, 1])]],
        ['Softmax', [], { axis: 1 }],
      ],
      'softmax',
    ],
  ])('%s', async (_, steps, activation) => {
    const stripped = stripActivation(network(steps));
    expect(stripped.activation).toBe(activation);
    expect((await outputsOf(stripped.graph))[0]).toEqual(close(X));
  });

  it('sigmoids in another order, and some of them, keep their order', async () => {
    const reversed = stripActivation(network([['Sigmoid'], ['Gather', [integers([5, 4, 0])], { axis: 1 }]]));
    expect(reversed.activation).toBe('sigmoid');
    expect(await outputsOf(reversed.graph)).toEqual([close([1.5, -0.4, 0.3])]);
  });

  it('a softmax in another order keeps that order', async () => {
    const order = [3, 2, 1, 0, 5, 4];
    const stripped = stripActivation(network([['Softmax'], ['Gather', [integers(order)], { axis: 1 }]]));
    expect(stripped.activation).toBe('softmax');
    expect(await outputsOf(stripped.graph)).toEqual([close(order.map((at) => X[at]!))]);
    const twice = stripActivation(network([['Softmax'], ['Gather', [integers([0, 0, 1, 2, 3, 4])], { axis: 1 }]]));
    expect(twice.activation).toBe('logits');
  });

  it('behind rounding to bytes, and what the network itself says is the second output', async () => {
    const { graph, activation } = stripActivation(network([['Softmax'], ...toBytes]));
    expect(activation).toBe('softmax');
    const rounded = softmax(X).map((p) => Math.round(255 * p) / 255);
    expect(await outputsOf(graph)).toEqual([close(X), close(rounded)]);
  });

  it('leaves what else reads the activation as it was', async () => {
    const graph = network([['Softmax']]);
    const twice: Graph = {
      ...graph,
      outputs: ['v0', 'sum'],
      nodes: [...graph.nodes, { op: 'Add', inputs: ['v0', 'v0'], outputs: ['sum'], attributes: {} }],
    };
    const stripped = stripActivation(twice).graph;
    expect((await outputsOf({ ...stripped, outputs: [stripped.outputs[0]!, 'sum'] }))[1]).toEqual(
      close(softmax(X).map((p) => 2 * p)),
    );
  });
});

describe('a sigmoid given with what is left of it', () => {
  const SURE = 18;
  /** z, the first number of x, as two probabilities that are joined. */
  function pairNetwork(first: string, second: string, more: readonly GraphNode[] = []): Graph {
    const node = (op: string, inputs: readonly string[], output: string, attributes: Attributes = {}): GraphNode => ({
      ...{ op, inputs, outputs: [output], attributes },
    });
    const nodes = [
      node('Slice', ['x', 'from', 'to', 'axis'], 'z'),
      node('Slice', ['x', 'to', 'next', 'axis'], 'w'),
      node('Sigmoid', ['z'], 'p'),
      node('Sigmoid', ['z'], 'again'),
      node('Sub', ['one', 'p'], 'rest'),
      node('Sub', ['two', 'p'], 'more'),
      node('Neg', ['z'], 'less'),
      node('Sigmoid', ['less'], 'restAtOnce'),
      node('Sigmoid', ['w'], 'other'),
      node('Unsqueeze', ['rest', 'axis'], 'restMoved'),
      node('Unsqueeze', ['p', 'axis'], 'pMoved'),
      node('Concat', [first, second], 'joined', { axis: 1 }),
    ];
    const constants = new Map<string, Tensor>([
      ['from', integers([0])],
      ['to', integers([1])],
      ['next', integers([2])],
      ['axis', integers([1])],
      ['one', floats([], [1])],
      ['two', floats([1, 1], [2])],
      ['flat', integers([0, 2])],
    ]);
    const output = more.at(-1)?.outputs[0] ?? 'joined';
    return {
      inputs: [{ name: 'x', type: 'float32', shape: [-1, 6] }],
      outputs: [output],
      nodes: [...nodes, ...more],
      constants,
    };
  }
  const flatten: GraphNode = { op: 'Reshape', inputs: ['joined', 'flat'], outputs: ['flattened'], attributes: {} };

  it.each<[string, Graph, number]>([
    ['the rest first', pairNetwork('rest', 'p'), 1],
    ['the rest last', pairNetwork('p', 'rest'), -1],
    ['two sigmoids of one number', pairNetwork('rest', 'again'), 1],
    ['the sigmoid of the negative', pairNetwork('again', 'restAtOnce'), -1],
    ['with an axis more', pairNetwork('restMoved', 'pMoved', [flatten]), 1],
  ])('becomes the log-odds of both, whole where the rest is lost in float32: %s', async (_, graph, sign) => {
    const { graph: stripped, activation, values } = stripActivation(graph);
    expect([activation, values]).toEqual(['sigmoid', 'open']);
    const session = await createOnnxSession(specialise(stripped, 1, operators), 1);
    for (const z of [-0.7, SURE, -SURE]) {
      const results = await session.run({ x: floats([1, 6], [z, 0, 0, 0, 0, 0]) });
      expect([...results[stripped.outputs[0]!]!].map((each) => each * sign)).toEqual(close([-z, z]));
    }
    await session.dispose();
  });

  it.each([
    ['of another number', pairNetwork('rest', 'other')],
    ['twice', pairNetwork('p', 'again')],
    ['of two', pairNetwork('more', 'p')],
  ])('is none: %s', (_, graph) => expect(stripActivation(graph).activation).toBe('logits'));
});

describe('an activation is left, and what it says is told', () => {
  it.each<[string, readonly Step[], RegExp | undefined]>([
    ['a softmax of groups', [pairs, ['Softmax', [], { axis: -1 }], flat], /3 groups/],
    [
      'a softmax of which some is given',
      [['Softmax'], ['Slice', [integers([0]), integers([4]), integers([1])]]],
      /some of its softmax/,
    ],
    ['a hard sigmoid', [['HardSigmoid']], undefined],
    ['what is cut to 0 and 1', [['Clip', [floats([], [0]), floats([], [1])]]], undefined],
    ['what is left of a sigmoid', [['Sigmoid'], ['Neg']], undefined],
  ])('%s', (_, steps, warning) => {
    const graph = network(steps);
    const stripped = stripActivation(graph);
    expect(stripped.activation).toBe('logits');
    expect(stripped.graph).toEqual(graph);
    expect(stripped.values).toBe(steps.at(-1)![0] === 'Neg' ? 'unknown' : 'unit');
    if (warning === undefined) expect(stripped.warnings).toEqual([]);
    else expect(stripped.warnings.join()).toMatch(warning);
  });

  it('a log-softmax of groups becomes its probabilities', async () => {
    const { graph, values } = stripActivation(network([pairs, ['LogSoftmax', [], { axis: -1 }], flat]));
    expect(values).toBe('unit');
    const expected = [0, 2, 4].flatMap((at) => softmax(X.slice(at, at + 2)));
    expect(await outputsOf(graph)).toEqual([close(expected)]);
  });

  it('weighted sums are open, also behind rectifiers and temperatures', () => {
    const weights = floats([6, 6], new Float32Array(36).fill(0.1));
    for (const steps of [
      [['MatMul', [weights]]],
      [['MatMul', [weights]], ['Relu']],
      [
        ['MatMul', [weights]],
        ['Div', [floats([], [2])]],
      ],
    ] as const)
      expect(stripActivation(network(steps as readonly Step[])).values).toBe('open');
    expect(stripActivation(network([['MatMul', [weights]], ['Tanh']])).values).toBe('unknown');
  });
});
