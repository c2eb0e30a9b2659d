import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Graph } from '../../../../src/core/graph/graph';
import { operators } from '../../../../src/core/graph/ops/registry';
import { cancelTransposes } from '../../../../src/core/graph/passes/cancelTransposes';
import { modernise } from '../../../../src/core/graph/passes/modernise';
import { foldBatchNormalization, removeIdentities } from '../../../../src/core/graph/passes/simplify';
import { readOnnx } from '../../../../src/formats/models/onnx/onnx';
import { readTensorFlowGraph } from '../../../../src/formats/models/tensorflow/graphModel';
import { tensorOf, type Tensor } from '../../../../src/core/graph/tensor';
import { unknownOperators } from '../../../../src/core/graph/unknownOperators';
import { randomNumbers } from '../../../core/graph/support';
import {
  attr,
  countOf,
  gradientError,
  GraphModelWriter,
  MODELS,
  read,
  readModelFolder,
  relativeError,
  runGraph,
  runGraphModel,
  runWithGradient,
} from './support';

beforeAll(() => tf.setBackend('cpu'));

const isAbsent = !existsSync(path.join(MODELS, 'squeezenet1.1/tfjs_graph/model.json'));

function readOnnxFile(file: string): Graph {
  const onnx = readOnnx(readFileSync(path.join(MODELS, file)), () => {
    throw new Error('no external data');
  });
  return modernise(onnx.graph, onnx.opset);
}

/** NHWC pictures as NCHW. */
function channelsFirst(x: Float32Array, batch: number, area: number, channels: number): Float32Array {
  const result = new Float32Array(x.length);
  for (let n = 0; n < batch; n++)
    for (let at = 0; at < area; at++)
      for (let c = 0; c < channels; c++) result[(n * channels + c) * area + at] = x[(n * area + at) * channels + c]!;
  return result;
}

describe('published models', () => {
  it.skipIf(isAbsent)('squeezenet1.1 gives the logits and gradient of its ONNX file', async () => {
    const { topology, signature, weights } = readModelFolder(path.join(MODELS, 'squeezenet1.1/tfjs_graph/model.json'));
    const raw = readTensorFlowGraph(topology, signature, (name) => weights.get(name));
    const graph = removeIdentities(cancelTransposes(raw));
    expect(countOf(raw, 'Transpose')).toBeGreaterThan(50);
    expect(countOf(graph, 'Transpose')).toBe(1);
    expect(countOf(graph, 'Conv')).toBe(26);
    expect(countOf(graph, 'Add')).toBe(0);
    expect(graph.outputs).toEqual(['Identity']);
    const area = 224 * 224;
    const x = randomNumbers(2 * area * 3, 5);
    const seedOf = (size: number): Float32Array => randomNumbers(size, 6);
    const ours = await runWithGradient(graph, x, 2, seedOf);
    const theirs = await runWithGradient(
      readOnnxFile('squeezenet1.1/squeezenet1.1.onnx'),
      channelsFirst(x, 2, area, 3),
      2,
      seedOf,
    );
    expect(relativeError(ours.value, theirs.value)).toBeLessThan(1e-4);
    expect(relativeError(channelsFirst(ours.gradient, 2, area, 3), theirs.gradient)).toBeLessThan(1e-4);
  });

  it.skipIf(isAbsent)('an ONNX file in channels last keeps its values when Transposes are cancelled', async () => {
    const before = readOnnxFile('mobilenet_v1_0.25_128/mobilenet_v1_0.25_128_nhwc.onnx');
    const after = removeIdentities(cancelTransposes(before));
    expect(countOf(after, 'Transpose')).toBeLessThanOrEqual(countOf(before, 'Transpose'));
    const x = randomNumbers(2 * 128 * 128 * 3, 5);
    const seedOf = (size: number): Float32Array => randomNumbers(size, 6);
    const [first, second] = [await runWithGradient(before, x, 2, seedOf), await runWithGradient(after, x, 2, seedOf)];
    expect(relativeError(second.value, first.value)).toBeLessThan(1e-6);
    expect(relativeError(second.gradient, first.gradient)).toBeLessThan(1e-5);
  });
});

/** Inverted residuals with fused operations and a squeeze-and-excitation gate, as converters write them. */
function mobileNetwork(g: GraphModelWriter): string {
  const window = (stride: number): Record<string, ReturnType<typeof attr.int>> => ({
    padding: attr.text('SAME'),
    strides: attr.ints([1, stride, stride, 1]),
  });
  const fused = (op: string, x: string, weight: string, bias: number, names: readonly string[], stride = 1): string =>
    g.node(op, [x, weight, g.weight([bias], 0.3)], {
      ...window(stride),
      fused_ops: attr.texts(names),
      num_args: attr.int(1),
    });
  const scaled = g.node('Sub', [g.node('Mul', ['x', g.constant(tensorOf('float32', [], [2]))]), g.weight([3], 0.2)]);
  const padded = g.node('Pad', [scaled, g.ints([0, 0, 0, 1, 0, 1, 0, 0], [4, 2])]);
  const stem = g.node('_FusedConv2D', [padded, g.weight([3, 3, 3, 8], 0.4), g.weight([8], 0.3)], {
    padding: attr.text('VALID'),
    strides: attr.ints([1, 2, 2, 1]),
    fused_ops: attr.texts(['BiasAdd', 'Relu6']),
    num_args: attr.int(1),
  });
  const block = (x: string): string => {
    const wide = fused('_FusedConv2D', x, g.weight([1, 1, 8, 16], 0.4), 16, ['BiasAdd', 'Relu6']);
    const deep = fused('FusedDepthwiseConv2dNative', wide, g.weight([3, 3, 16, 1], 0.6), 16, ['BiasAdd', 'Relu6']);
    const mean = g.node('Mean', [deep, g.ints([1, 2])], { keep_dims: attr.flag(false) });
    const batch = g.node('StridedSlice', [g.node('Shape', [mean]), g.ints([0]), g.ints([1]), g.ints([1])], {
      shrink_axis_mask: attr.int(1),
    });
    const one = g.ints([1], []);
    const target = g.node('Pack', [batch, one, one, g.ints([16], [])], { axis: attr.int(0), N: attr.int(4) });
    const gate = g.node('Sigmoid', [g.node('Reshape', [mean, target])]);
    const gated = g.node('Mul', [deep, gate]);
    const narrow = g.node('Conv2D', [gated, g.weight([1, 1, 16, 8], 0.4)], window(1));
    const statistics = [g.weight([8], 0.3, 1), g.weight([8], 0.3), g.weight([8], 0.3), g.weight([8], 0.3, 1)];
    const normal = g.node('FusedBatchNormV3', [narrow, ...statistics], {
      epsilon: attr.float(1e-3),
      is_training: attr.flag(false),
    });
    return g.node('AddV2', [x, normal]);
  };
  const joined = g.node('ConcatV2', [block(block(stem)), stem, g.ints([-1], [])], { N: attr.int(2) });
  const pooled = g.node('Mean', [joined, g.ints([1, 2])], { keep_dims: attr.flag(true) });
  const logits = g.node('Conv2D', [pooled, g.weight([1, 1, 16, 5])], window(1));
  return g.node('Softmax', [g.node('Squeeze', [logits], { squeeze_dims: attr.ints([1, 2]) })]);
}

describe('cancelTransposes', () => {
  it('leaves one Transpose of the picture and those of single pixels in a mobile network', async () => {
    const g = new GraphModelWriter([2, 16, 16, 3]);
    const outputs = [mobileNetwork(g)];
    const { raw, graph } = read(g, outputs);
    expect(countOf(raw, 'Transpose')).toBe(20);
    // One for the picture and one for each gate of one number a channel.
    expect(countOf(graph, 'Transpose')).toBe(3);
    const folded = foldBatchNormalization(graph);
    expect(countOf(folded, 'BatchNormalization')).toBe(0);
    const x = randomNumbers(2 * 16 * 16 * 3, 1);
    const [expected] = runGraphModel(g, outputs, x, [2, 16, 16, 3]);
    for (const each of [raw, graph, folded]) {
      const [value] = await runGraph(each, x, 2);
      expect(relativeError(value!, expected!)).toBeLessThan(1e-5);
    }
    const seedOf = (size: number): Float32Array => randomNumbers(size, 6);
    const reference = await runWithGradient(raw, x, 2, seedOf);
    const ours = await runWithGradient(folded, x, 2, seedOf);
    expect(relativeError(ours.gradient, reference.gradient)).toBeLessThan(1e-4);
  });

  it('keeps what is not the same in both orders', async () => {
    const g = new GraphModelWriter([2, 5, 4, 3]);
    const conv = (x: string, from: number): string =>
      g.node('Conv2D', [x, g.weight([3, 3, from, 4], 0.5)], {
        padding: attr.text('SAME'),
        strides: attr.ints([1, 1, 1, 1]),
      });
    const y = conv('x', 3);
    const full = g.node('Reshape', [g.node('Sin', [y]), g.ints([-1, 5, 4, 4])]);
    const sum = g.node('AddV2', [y, full]);
    const turned = g.node('Transpose', [conv(sum, 4), g.ints([0, 2, 1, 3])]);
    const flat = g.node('Reshape', [g.node('Softmax', [turned]), g.ints([-1, 80])]);
    const outputs = [flat, y, g.node('Max', [turned, g.ints([1])], { keep_dims: attr.flag(false) })];
    const { graph } = read(g, outputs);
    const x = randomNumbers(120, 9);
    const expected = runGraphModel(g, outputs, x, [2, 5, 4, 3]);
    const values = await runGraph(graph, x, 2);
    values.forEach((value, index) => expect(relativeError(value, expected[index]!)).toBeLessThan(1e-5));
    expect(graph.outputs).toEqual(outputs);
    expect(await gradientError({ ...graph, outputs: [flat] }, x, 2)).toBeLessThan(5e-3);
  });

  it('cancels what meets its inverse, and remaps a Shape', () => {
    const transpose = (input: string, output: string, perm: readonly number[]): Graph['nodes'][number] => ({
      op: 'Transpose',
      inputs: [input],
      outputs: [output],
      attributes: { perm },
    });
    const graph = cancelTransposes({
      inputs: [{ name: 'x', type: 'float32', shape: [-1, 2, 3, 4] }],
      outputs: ['y', 's'],
      nodes: [
        transpose('x', 'a', [0, 2, 3, 1]),
        { op: 'Relu', inputs: ['a'], outputs: ['b'], attributes: {} },
        { op: 'Shape', inputs: ['b'], outputs: ['s'], attributes: {} },
        transpose('b', 'y', [0, 3, 1, 2]),
      ],
      constants: new Map(),
    });
    expect(countOf(graph, 'Transpose')).toBe(0);
    expect(graph.outputs).toEqual(['y', 's']);
    expect(graph.nodes.map(({ op }) => op).sort()).toEqual(['Gather', 'Identity', 'Relu', 'Shape']);
  });
});

describe('files that are not right', () => {
  const weightOf = (): Tensor | undefined => undefined;
  const nodes = (...list: readonly { name: string; op: string; input?: string[] }[]): never =>
    ({ node: [{ name: 'x', op: 'Placeholder' }, ...list] }) as never;

  it.each([
    ['no nodes', {}, 'no outputs'],
    ['no input', nodes({ name: 'a' } as never), 'malformed'],
    ['a circle', nodes({ name: 'a', op: 'Relu', input: ['b'] }, { name: 'b', op: 'Relu', input: ['a'] }), 'no outputs'],
    [
      'one name twice',
      nodes({ name: 'a', op: 'Relu', input: ['x'] }, { name: 'a', op: 'Relu', input: ['x'] }),
      'have the name',
    ],
    ['a missing source', nodes({ name: 'a', op: 'Relu', input: ['z'] }), 'nothing makes'],
    ['a missing port', nodes({ name: 'a', op: 'Relu', input: ['x:3'] }), 'no output 3'],
    ['missing weights', nodes({ name: 'a', op: 'Add', input: ['x', 'w'] }, { name: 'w', op: 'Const' }), 'weights'],
    ['control flow', nodes({ name: 'a', op: 'StatelessIf', input: ['x'] }), 'control flow'],
    ['a table', nodes({ name: 'a', op: 'LookupTableFindV2', input: ['x'] }), 'tables'],
    ['no picture', nodes({ name: 'a', op: 'Const' }, { name: 'b', op: 'NoOp' }), 'no outputs'],
    ['too few inputs', nodes({ name: 'a', op: 'Conv2D', input: ['x'] }), '“a” \\(Conv2D\\): it has no input 1'],
  ])('%s', (_name, topology, message) => {
    expect(() => readTensorFlowGraph(topology as never, undefined, weightOf)).toThrow(new RegExp(message));
  });

  it('a circle that the signature leads to', () => {
    const topology = nodes({ name: 'a', op: 'Relu', input: ['b'] }, { name: 'b', op: 'Relu', input: ['a'] });
    const signature = { outputs: { y: { name: 'a:0' } } };
    expect(() => readTensorFlowGraph(topology, signature, weightOf)).toThrow(/cyclic/);
  });

  it('reports operators that are not known by their TensorFlow names', () => {
    const topology = nodes(
      { name: 'a', op: 'Betainc', input: ['x', 'x', 'x'] },
      { name: 'b', op: 'Betainc', input: ['a', 'a', 'a'] },
      { name: 'c', op: 'GlobalMaxPool', input: ['b'] },
    );
    const graph = readTensorFlowGraph(topology, undefined, weightOf);
    expect([...unknownOperators(graph, operators)]).toEqual([
      ['Betainc', 2],
      ['TensorFlow.GlobalMaxPool', 1],
    ]);
  });

  it('a chain of 50,000 nodes is read without recursion', () => {
    const list = Array.from({ length: 50_000 }, (_, index) => ({
      name: `r${index}`,
      op: 'Relu',
      input: [index === 0 ? 'x' : `r${index - 1}`],
    }));
    const graph = cancelTransposes(readTensorFlowGraph(nodes(...list), undefined, weightOf));
    expect(countOf(graph, 'Relu')).toBe(50_000);
  });

  it('constants that would not fit are refused', () => {
    const g = new GraphModelWriter([1, 2, 2, 1]);
    const big = g.node('Fill', [g.ints([2 ** 15, 2 ** 15]), g.constant(tensorOf('float32', [], [1]))]);
    const y = g.node('Add', ['x', g.node('Sum', [g.node('Neg', [big]), g.ints([0, 1])])]);
    expect(() => read(g, [y])).toThrow(/too large/);
  });
});
