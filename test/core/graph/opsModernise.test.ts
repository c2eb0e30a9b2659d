import { describe, expect, it } from 'vitest';
import type { Attributes, Graph, GraphNode, StaticGraph } from '../../../src/core/graph/graph';
import { operators } from '../../../src/core/graph/ops/registry';
import { modernise } from '../../../src/core/graph/passes/modernise';
import { specialise } from '../../../src/core/graph/specialise';
import { floats, integers, sizeOf, type Shape, type Tensor } from '../../../src/core/graph/tensor';
import { unknownOperators } from '../../../src/core/graph/unknownOperators';
import { randomNumbers, runGraph } from './support';

interface Case {
  readonly op: string;
  readonly opset: number;
  readonly shape: Shape;
  readonly attributes?: Attributes;
  readonly constants?: readonly Tensor[];
  readonly outputs?: number;
}

const pair = floats([4], [1, 1, 2, 3]);

const cases: readonly Case[] = [
  { op: 'Squeeze', opset: 11, shape: [1, 3, 1], attributes: { axes: [0] } },
  { op: 'Unsqueeze', opset: 11, shape: [3], attributes: { axes: [0, 2] } },
  { op: 'ReduceSum', opset: 11, shape: [2, 3], attributes: { axes: [1], keepdims: 0 } },
  ...['ReduceMean', 'ReduceMax', 'ReduceL2', 'ReduceProd', 'ReduceLogSumExp'].map((op) => ({
    op,
    opset: 13,
    shape: [2, 3, 2],
    attributes: { axes: [-1, 0], keepdims: 1 },
  })),
  { op: 'ReduceMean', opset: 17, shape: [2, 3], attributes: { keepdims: 0 } },
  { op: 'Split', opset: 11, shape: [2, 6], attributes: { axis: 1, split: [2, 4] }, outputs: 2 },
  { op: 'Split', opset: 7, shape: [2, 6], attributes: { axis: 1 }, outputs: 3 },
  { op: 'Split', opset: 13, shape: [2, 6], attributes: { axis: 1 }, constants: [integers([1, 5])], outputs: 2 },
  { op: 'Split', opset: 18, shape: [2, 5], attributes: { axis: 1, num_outputs: 2 }, outputs: 2 },
  { op: 'Clip', opset: 7, shape: [8], attributes: { min: -0.25, max: 0.5 } },
  { op: 'Clip', opset: 10, shape: [8], attributes: { max: 0.5 } },
  { op: 'Pad', opset: 10, shape: [2, 3], attributes: { pads: [0, 1, 1, 2], value: 0.5, mode: 'constant' } },
  { op: 'Pad', opset: 7, shape: [3, 3], attributes: { pads: [0, 1, 1, 2], mode: 'reflect' } },
  { op: 'Slice', opset: 9, shape: [4, 5], attributes: { starts: [1, -3], ends: [9, -1], axes: [0, 1] } },
  { op: 'Slice', opset: 7, shape: [4, 5], attributes: { starts: [1], ends: [3] } },
  { op: 'Dropout', opset: 7, shape: [2, 3], attributes: { ratio: 0.5 } },
  { op: 'Dropout', opset: 13, shape: [2, 3] },
  ...['Softmax', 'LogSoftmax', 'Hardmax'].flatMap((op) => [
    { op, opset: 11, shape: [2, 3, 4] },
    { op, opset: 9, shape: [2, 3, 4], attributes: { axis: 2 } },
    { op, opset: 13, shape: [2, 3, 4] },
  ]),
  { op: 'Upsample', opset: 7, shape: [1, 1, 2, 3], attributes: { scales: [1, 1, 2, 3] } },
  { op: 'Upsample', opset: 9, shape: [1, 1, 2, 3], constants: [pair], attributes: { mode: 'linear' } },
  { op: 'Upsample', opset: 9, shape: [1, 1, 2, 3], constants: [pair], attributes: { mode: 'nearest' } },
  {
    op: 'Resize',
    opset: 10,
    shape: [1, 1, 4, 6],
    constants: [floats([4], [1, 1, 0.5, 2])],
    attributes: { mode: 'linear' },
  },
  { op: 'Resize', opset: 10, shape: [1, 1, 5, 4], constants: [floats([4], [1, 1, 0.8, 0.6])] },
  { op: 'Resize', opset: 10, shape: [1, 1, 5, 4], constants: [floats([4], [1, 1, 1.7, 2.6])] },
  { op: 'Resize', opset: 10, shape: [1, 1, 5, 6], constants: [floats([4], [1, 1, 0.7, 1.7])] },
  { op: 'Resize', opset: 10, shape: [1, 2, 5, 6], constants: [floats([4], [1, 2, 2, 0.6])] },
  { op: 'Resize', opset: 10, shape: [1, 1, 5, 4], constants: [floats([4], [1, 1, 0.6, 1.8])] },
  { op: 'Resize', opset: 10, shape: [1, 2, 3, 11], constants: [floats([4], [1, 1, 2.5, 0.3])] },
  { op: 'Resize', opset: 10, shape: [1, 1, 9, 7], constants: [floats([4], [1, 1, 1, 0.45])] },
  { op: 'Upsample', opset: 9, shape: [1, 1, 7, 3], constants: [floats([4], [1, 1, 31 / 7, 1.5])] },
  {
    op: 'BatchNormalization',
    opset: 7,
    shape: [2, 2, 3],
    constants: [
      [1, 2],
      [0.5, -1],
      [0.1, 0.2],
      [1, 3],
    ].map((values) => floats([2], values)),
    attributes: { epsilon: 1e-3, momentum: 0.8 },
  },
  {
    op: 'GroupNormalization',
    opset: 18,
    shape: [2, 6, 3, 2],
    constants: [floats([3], [1, -2, 0.5]), floats([3], [0.3, 0, 1])],
    attributes: { num_groups: 3, epsilon: 1e-3 },
  },
  {
    op: 'GroupNormalization',
    opset: 21,
    shape: [2, 6, 3, 2],
    constants: [floats([6], [1, -2, 0.5, 3, 1, 2]), floats([6], [0.3, 0, 1, 2, 3, 4])],
    attributes: { num_groups: 3, epsilon: 1e-3 },
  },
  { op: 'Scatter', opset: 9, shape: [3, 3], constants: [integers([0, 2, 1], [1, 3]), floats([1, 3], [7, 8, 9])] },
  { op: 'MaxPool', opset: 8, shape: [1, 1, 4, 4], attributes: { kernel_shape: [2, 2], storage_order: 0 } },
  { op: 'AveragePool', opset: 7, shape: [1, 1, 4, 4], attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1] } },
  { op: 'AveragePool', opset: 22, shape: [1, 1, 4, 4], attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1] } },
  { op: 'HardSwish', opset: 14, shape: [2, 3] },
  { op: 'Gemm', opset: 9, shape: [2, 3], constants: [floats([3, 2], randomNumbers(6, 2)), floats([2], [1, 2])] },
];

describe('modernise', () => {
  it.each(
    cases.map((each) => ({
      title: `${each.op} of opset ${each.opset} ${JSON.stringify(each.attributes ?? {})}`,
      ...each,
    })),
  )(
    'keeps what the node computes: $title',
    async ({ op, opset, shape, attributes = {}, constants = [], outputs = 1 }) => {
      const names = constants.map((_, index) => `c${index}`);
      const node: GraphNode = {
        op,
        attributes,
        inputs: ['x', ...names],
        outputs: Array.from({ length: outputs }, (_, index) => `y${index}`),
      };
      const old: Graph = {
        inputs: [{ name: 'x', type: 'float32', shape }],
        outputs: node.outputs,
        nodes: [node],
        constants: new Map(names.map((name, index) => [name, constants[index]!])),
      };
      const modern = specialise(modernise(old, opset), 1, operators);
      const asOld: StaticGraph = { ...old, types: modern.types };
      const feeds = { x: floats(shape, randomNumbers(sizeOf(shape), 5)) };
      const [expected, actual] = [await runGraph(asOld, feeds, opset), await runGraph(modern, feeds)];
      expected.forEach((tensor, index) => {
        expect(actual[index]!.shape).toEqual(tensor.shape);
        tensor.data.forEach((value, at) => expect(actual[index]!.data[at]).toBeCloseTo(value, 5));
      });
    },
  );

  it('keeps what a Resize by computed scales computes', async () => {
    const old: Graph = {
      inputs: [{ name: 'x', type: 'float32', shape: [1, 1, 5, 6] }],
      outputs: ['y'],
      nodes: [
        { op: 'Concat', inputs: ['one', 'sides'], outputs: ['scales'], attributes: { axis: 0 } },
        { op: 'Resize', inputs: ['x', 'scales'], outputs: ['y'], attributes: { mode: 'nearest' } },
      ],
      constants: new Map([
        ['one', floats([2], [1, 1])],
        ['sides', floats([2], [0.7, 1.7])],
      ]),
    };
    const modern = specialise(modernise(old, 10), 1, operators);
    const feeds = { x: floats([1, 1, 5, 6], randomNumbers(30, 5)) };
    const [[expected], [actual]] = [
      await runGraph({ ...old, types: modern.types }, feeds, 10),
      await runGraph(modern, feeds),
    ];
    expect(actual!.shape).toEqual([1, 1, 3, 10]);
    expect(actual).toEqual(expected);
  });

  it('refuses batch normalisation that takes its statistics from the pictures at hand', () => {
    const norm =
      (opset: number, attributes: Attributes, ...more: readonly string[]) =>
      () => {
        const four = ['a', 'b', 'c', 'd'];
        const graph: Graph = {
          inputs: [{ name: 'x', type: 'float32', shape: [1, 1, 2] }],
          outputs: ['y'],
          nodes: [{ op: 'BatchNormalization', inputs: ['x', ...four], outputs: ['y', ...more], attributes }],
          constants: new Map(four.map((name) => [name, floats([1], [1])])),
        };
        return specialise(modernise(graph, opset), 1, operators);
      };
    // ONNX Runtime computes with the statistics of the pictures in all three.
    expect(norm(9, {}, 'mean', 'variance')).toThrow('training mode');
    expect(norm(13, {}, 'mean', 'variance', 'saved', 'kept')).toThrow('training mode');
    expect(norm(15, { training_mode: 1 }, 'mean', 'variance')).toThrow('training mode');
    expect(norm(9, {}, '', '')().nodes).toHaveLength(1);
    expect(norm(15, {})().nodes).toHaveLength(1);
  });

  it('turns casts to other floats into casts to float32', () => {
    const cast = (to: number): Graph => ({
      inputs: [{ name: 'x', type: 'float32', shape: [1] }],
      outputs: ['y'],
      nodes: [{ op: 'Cast', inputs: ['x'], outputs: ['y'], attributes: { to } }],
      constants: new Map(),
    });
    expect([1, 10, 11, 16].map((to) => modernise(cast(to), 13).nodes[0]!.attributes.to)).toEqual([1, 1, 1, 1]);
    expect([7, 6, 9].map((to) => modernise(cast(to), 13).nodes[0]!.attributes.to)).toEqual([7, 6, 9]);
  });

  it('names the outputs of Split and does not take names that exist', () => {
    const graph: Graph = {
      inputs: [{ name: 'modern:0', type: 'float32', shape: [4] }],
      outputs: ['y'],
      nodes: [{ op: 'Split', inputs: ['modern:0'], outputs: ['y', ''], attributes: {} }],
      constants: new Map(),
    };
    const { outputs } = modernise(graph, 13).nodes[0]!;
    expect(new Set([...outputs, '', 'modern:0']).size).toBe(4);
  });

  it('leaves names of object members alone', () => {
    const graph: Graph = {
      inputs: [],
      outputs: ['y'],
      nodes: [{ op: 'constructor', inputs: [], outputs: ['y'], attributes: {} }],
      constants: new Map(),
    };
    expect(modernise(graph, 13).nodes).toEqual(graph.nodes);
    expect(unknownOperators(graph, operators)).toEqual(new Map([['constructor', 1]]));
  });
});
