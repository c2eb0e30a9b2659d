import { describe, expect, it } from 'vitest';
import type { Graph, GraphNode, StaticGraph } from '../../../../src/core/graph/graph';
import { foldBatchNormalization } from '../../../../src/core/graph/passes/simplify';
import { floats, type Tensor } from '../../../../src/core/graph/tensor';
import { runGraph } from '../support';

// One picture of one pixel and one channel, x = 3, two output channels: y = W·x + b = (6, −3) + b. With γ = (2, 1), β = (0.5, −1),
// μ = (1, 2), σ² = (3, 0) and ε = 1 the scale γ/√(σ² + ε) is (1, 1), so that the result is y − μ + β = (5.5, −6) + b.

const constants: Readonly<Record<string, Tensor>> = {
  weight: floats([2, 1, 1, 1], [2, -1]),
  bias: floats([2], [10, 20]),
  half: floats([2], [5, 10]),
  two: floats([], [2]),
  gamma: floats([2], [2, 1]),
  beta: floats([2], [0.5, -1]),
  mean: floats([2], [1, 2]),
  variance: floats([2], [3, 0]),
};
const statistics = ['gamma', 'beta', 'mean', 'variance'];
const convolution = (...inputs: readonly string[]): GraphNode => ({
  op: 'Conv',
  inputs: ['x', ...inputs],
  outputs: ['y'],
  attributes: {},
});
const normal: GraphNode = {
  op: 'BatchNormalization',
  inputs: ['y', ...statistics],
  outputs: ['z'],
  attributes: { epsilon: 1 },
};

function graphOf(nodes: readonly GraphNode[], outputs: readonly string[] = ['z'], more = {}): Graph {
  return {
    inputs: [{ name: 'x', type: 'float32', shape: [1, 1, 1, 1] }],
    outputs,
    nodes,
    constants: new Map(Object.entries({ ...constants, ...more })),
  };
}

async function valueOf(graph: Graph, shape: readonly number[] = [1, 2, 1, 1]): Promise<readonly number[]> {
  const types = new Map(graph.outputs.map((name) => [name, { type: 'float32', shape } as const]));
  const whole: StaticGraph = { ...graph, types };
  const [{ data }] = (await runGraph(whole, { x: floats([1, 1, 1, 1], [3]) })) as [Tensor];
  return Array.from(data);
}

const operatorsOf = ({ nodes }: Graph): string => nodes.map(({ op }) => op).join(' ');

describe('foldBatchNormalization', () => {
  it('folds into a convolution with a constant bias and with none', async () => {
    for (const [inputs, result] of [
      [
        ['weight', 'bias'],
        [15.5, 14],
      ],
      [['weight'], [5.5, -6]],
      [
        ['weight', ''],
        [5.5, -6],
      ],
    ] as const) {
      const folded = foldBatchNormalization(graphOf([convolution(...inputs), normal]));
      expect(operatorsOf(folded)).toBe('Conv');
      expect(await valueOf(folded)).toEqual(result);
    }
  });

  it('keeps a bias that is computed from constants', async () => {
    const doubled: GraphNode = { op: 'Mul', inputs: ['half', 'two'], outputs: ['b'], attributes: {} };
    const folded = foldBatchNormalization(graphOf([doubled, convolution('weight', 'b'), normal]));
    expect(operatorsOf(folded)).toBe('Mul Mul Add Conv');
    expect(await valueOf(folded)).toEqual([15.5, 14]);
  });

  it('keeps a bias that is computed from the picture, and one that is an input', async () => {
    const mean: GraphNode = { op: 'ReduceMean', inputs: ['x'], outputs: ['m'], attributes: { keepdims: 0 } };
    const product: GraphNode = { op: 'Mul', inputs: ['bias', 'm'], outputs: ['b'], attributes: {} };
    const folded = foldBatchNormalization(graphOf([mean, product, convolution('weight', 'b'), normal]));
    expect(operatorsOf(folded)).not.toContain('BatchNormalization');
    expect(await valueOf(folded)).toEqual([35.5, 54]);
    const given = graphOf([convolution('weight', 'given'), normal]);
    const inputs = [...given.inputs, { name: 'given', type: 'float32', shape: [2] } as const];
    const [first] = foldBatchNormalization({ ...given, inputs }).nodes;
    expect(first).toMatchObject({ op: 'Mul', inputs: ['given', expect.any(String)] });
  });

  it('keeps weights and a bias that other nodes read', async () => {
    const other: GraphNode = { ...convolution('weight', 'bias'), outputs: ['other'] };
    const sum: GraphNode = { op: 'Add', inputs: ['z', 'other'], outputs: ['sum'], attributes: {} };
    const folded = foldBatchNormalization(graphOf([convolution('weight', 'bias'), other, normal, sum], ['sum']));
    expect(operatorsOf(folded)).toBe('Conv Conv Add');
    expect(await valueOf(folded)).toEqual([15.5 + 16, 14 + 17]);
  });

  it('takes no name that a value has', async () => {
    const taken = { 'z:weight': floats([1], [7]), 'z:bias': floats([1], [8]), 'folded:0': floats([1], [9]) };
    const more: GraphNode[] = ['z:weight', 'z:bias', 'folded:0'].map((name, index) => ({
      op: 'Add',
      inputs: [index === 0 ? 'z' : `s${index - 1}`, name],
      outputs: [`s${index}`],
      attributes: {},
    }));
    const folded = foldBatchNormalization(graphOf([convolution('weight', 'bias'), normal, ...more], ['s2'], taken));
    expect(operatorsOf(folded)).toBe('Conv Add Add Add');
    expect(await valueOf(folded)).toEqual([15.5 + 24, 14 + 24]);
  });

  const left: readonly (readonly [string, Graph])[] = [
    ['its input is an output too', graphOf([convolution('weight'), normal], ['z', 'y'])],
    [
      'its input has another reader',
      graphOf([convolution('weight'), normal, { op: 'Relu', inputs: ['y'], outputs: ['r'], attributes: {} }]),
    ],
    [
      'a statistic is computed',
      graphOf([convolution('weight'), { ...normal, inputs: ['y', 'gamma', 'b', 'mean', 'v'] }]),
    ],
    ['weights are computed', graphOf([convolution('computed'), normal])],
    ['the statistics fit other channels', graphOf([convolution('weight'), normal], ['z'], { mean: floats([1], [1]) })],
    ['it is trained', graphOf([convolution('weight'), { ...normal, attributes: { epsilon: 1, training_mode: 1 } }])],
    ['it gives its statistics away', graphOf([convolution('weight'), { ...normal, outputs: ['z', 'moved'] }])],
  ];
  it.each(left)('leaves it where %s', (_, graph) => {
    expect(foldBatchNormalization(graph).nodes).toEqual(graph.nodes);
  });
});
