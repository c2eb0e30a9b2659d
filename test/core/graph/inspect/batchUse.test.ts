import { describe, expect, it } from 'vitest';
import type { Graph, GraphNode } from '../../../../src/core/graph/graph';
import { mixesPictures } from '../../../../src/core/graph/inspect/batchUse';
import { operators } from '../../../../src/core/graph/ops/registry';
import { floats, integers, type Tensor } from '../../../../src/core/graph/tensor';
import { randomNumbers } from '../support';

type Line = readonly [output: string, op: string, inputs: readonly string[], attributes?: GraphNode['attributes']];

/** A network of pictures [N, 3, 4, 4] to [N, 5]; `x` is its input. */
function network(lines: readonly Line[], constants: Readonly<Record<string, Tensor>> = {}): Graph {
  const all = { w: floats([48, 5], randomNumbers(240, 1)), v: floats([3, 5], randomNumbers(15, 2)), ...constants };
  return {
    inputs: [{ name: 'x', type: 'float32', shape: [-1, 3, 4, 4] }],
    outputs: [lines.at(-1)![0]],
    nodes: lines.map(([output, op, inputs, attributes = {}]) => ({ op, inputs, outputs: [output], attributes })),
    constants: new Map(Object.entries(all)),
  };
}

const mixes = (lines: readonly Line[], constants?: Readonly<Record<string, Tensor>>): boolean =>
  mixesPictures(network(lines, constants), operators);

/** What ends any of them: a product with weights. */
const dense = (from: string): readonly Line[] => [
  ['flat', 'Flatten', [from], { axis: 1 }],
  ['y', 'MatMul', ['flat', 'w']],
];

it('pictures do not influence one another by statistics of their own', () => {
  expect(mixes([['m', 'MeanVarianceNormalization', ['x'], { axes: [1, 2, 3] }], ...dense('m')])).toBe(false);
});

describe('pictures influence one another', () => {
  it.each<[string, readonly Line[], Readonly<Record<string, Tensor>>?]>([
    ['by the mean of everything', [['m', 'ReduceMean', ['x']], ['c', 'Sub', ['x', 'm']], ...dense('c')]],
    [
      'by a sum over the batch',
      [['m', 'ReduceSum', ['x', 'a']], ['c', 'Sub', ['x', 'm']], ...dense('c')],
      { a: integers([0]) },
    ],
    [
      'by a maximum over the batch among other axes',
      [['m', 'ReduceMax', ['x', 'a']], ['c', 'Div', ['x', 'm']], ...dense('c')],
      { a: integers([-4, 2]) },
    ],
    ['by statistics of a layer that others define', [['m', 'MeanVarianceNormalization', ['x']], ...dense('m')]],
    [
      'by the range that their values are rounded in',
      [['q', 'DynamicQuantizeLinear', ['x']], ['f', 'Cast', ['q'], { to: 1 }], ...dense('f')],
    ],
    ['by a softmax over the batch', [['s', 'Softmax', ['x'], { axis: 0 }], ...dense('s')]],
    [
      'by a Reshape that takes the batch into an axis',
      [
        ['r', 'Reshape', ['x', 's']],
        ['m', 'ReduceMean', ['r', 'a']],
        ['c', 'Sub', ['r', 'm']],
        ['b', 'Reshape', ['c', 't']],
        ...dense('b'),
      ],
      { s: integers([1, -1]), a: integers([1]), t: integers([-1, 3, 4, 4]) },
    ],
    [
      'by a Gram matrix of the batch',
      [
        ['f', 'Flatten', ['x'], { axis: 1 }],
        ['t', 'Transpose', ['f']],
        ['g', 'MatMul', ['f', 't']],
        ['z', 'MatMul', ['g', 'f']],
        ['y', 'MatMul', ['z', 'w']],
      ],
    ],
    [
      'by taking the first',
      [['f', 'Gather', ['x', 'i'], { axis: 0 }], ['c', 'Sub', ['x', 'f']], ...dense('c')],
      { i: integers([0], []) },
    ],
    ['by sums along the batch', [['s', 'CumSum', ['x', 'a']], ...dense('s')], { a: integers([0], []) }],
    [
      'by shapes of one picture',
      [
        ['r', 'Reshape', ['x', 's']],
        ['y', 'MatMul', ['r', 'w']],
      ],
      { s: integers([1, 48]) },
    ],
  ])('%s', (_, lines, constants) => expect(mixes(lines, constants)).toBe(true));
});

describe('pictures do not influence one another', () => {
  it.each<[string, readonly Line[], Readonly<Record<string, Tensor>>?]>([
    ['in plain layers', dense('x')],
    [
      'in statistics of each',
      [['m', 'ReduceMean', ['x', 'a']], ['c', 'Sub', ['x', 'm']], ...dense('c')],
      { a: integers([1, 2, 3]) },
    ],
    [
      'in attention within each',
      [
        ['t', 'Reshape', ['x', 's']],
        ['u', 'Transpose', ['t'], { perm: [0, 2, 1] }],
        ['g', 'MatMul', ['t', 'u']],
        ['p', 'Softmax', ['g'], { axis: -1 }],
        ['z', 'MatMul', ['p', 't']],
        ...dense('z'),
      ],
      { s: integers([0, 3, 16]) },
    ],
    [
      'in groups that a Reshape puts beside the batch',
      [
        ['t', 'Reshape', ['x', 's']],
        ['n', 'ReduceMean', ['t', 'a']],
        ['c', 'Sub', ['t', 'n']],
        ['b', 'Reshape', ['c', 'r']],
        ...dense('b'),
      ],
      { s: integers([-1, 16]), a: integers([1]), r: integers([-1, 3, 4, 4]) },
    ],
    [
      'with the batch in the middle',
      [
        ['t', 'Reshape', ['x', 's']],
        ['u', 'Transpose', ['t'], { perm: [2, 0, 1] }],
        ['m', 'ReduceMean', ['u', 'a'], { keepdims: 0 }],
        ['y', 'MatMul', ['m', 'v']],
      ],
      { s: integers([0, 3, 16]), a: integers([0]) },
    ],
    [
      'in channels that are gathered',
      [['g', 'Gather', ['x', 'i'], { axis: 1 }], ...dense('g')],
      { i: integers([2, 1, 0]) },
    ],
  ])('%s', (_, lines, constants) => expect(mixes(lines, constants)).toBe(false));
});
