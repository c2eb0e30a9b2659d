import { describe, expect, it } from 'vitest';
import { cutAt } from '../../../src/core/graph/cut';
import type { Attributes, Graph, GraphNode } from '../../../src/core/graph/graph';
import { operators } from '../../../src/core/graph/ops/registry';
import { specialise } from '../../../src/core/graph/specialise';
import { floats, integers, sizeOf, type Tensor } from '../../../src/core/graph/tensor';
import { randomNumbers, runGraph } from './support';

const node = (op: string, inputs: readonly string[], output: string, attributes: Attributes = {}): GraphNode => ({
  op,
  inputs,
  outputs: [output],
  attributes,
  origins: [{ layer: output, kind: op }],
});

/** A network of pictures [N, 2, 3, 4] with an open batch, whose scores are `y`. */
function network(nodes: readonly GraphNode[], constants: Readonly<Record<string, Tensor>> = {}): Graph {
  return {
    inputs: [{ name: 'x', type: 'float32', shape: [-1, 2, 3, 4] }],
    outputs: ['y'],
    nodes,
    constants: new Map(Object.entries(constants)),
  };
}

const shape = [2, 3, 4];

/** The scores of three pictures, and those of the tail of what `value` is of them. */
async function bothWays(
  graph: Graph,
  value: string,
  order?: readonly number[],
): Promise<{ readonly whole: readonly number[]; readonly tail: readonly number[] }> {
  const pictures = floats([3, ...shape], randomNumbers(3 * sizeOf(shape), 5));
  const [scores, inner] = await runGraph(specialise({ ...graph, outputs: ['y', value] }, 3, operators), {
    x: pictures,
  });
  const given = (order ?? inner!.shape.map((_, axis) => axis)).map((axis) => inner!.shape[axis]!);
  const cut = cutAt(graph, { value, shape: given.slice(1), order }, operators);
  if ('past' in cut) throw new Error(`Past it: ${cut.past.join()}`);
  const { name } = cut.graph.inputs[0]!;
  const tail = specialise(cut.graph, 3, operators);
  const [found] = await runGraph(tail, { [name]: turnedTo(inner!, order) });
  return { whole: Array.from(scores!.data), tail: Array.from(found!.data) };
}

/** Axis a of the result is axis `order[a]` of the tensor; by hand, element by element. */
function turnedTo(tensor: Tensor, order: readonly number[] | undefined): Tensor {
  if (order === undefined) return tensor;
  const sizes = order.map((axis) => tensor.shape[axis]!);
  const data = new Float32Array(sizeOf(sizes));
  for (let at = 0; at < data.length; at++) {
    const place = new Array<number>(order.length);
    let rest = at;
    for (let axis = order.length - 1; axis >= 0; axis--) {
      place[order[axis]!] = rest % sizes[axis]!;
      rest = Math.floor(rest / sizes[axis]!);
    }
    data[at] = tensor.data[place.reduce((index, each, axis) => index * tensor.shape[axis]! + each, 0)]!;
  }
  return floats(sizes, data);
}

describe('a network cut at a value', () => {
  it('puts in the shapes of what lies before, for any batch', async () => {
    // As PyTorch exports view(x.size(0), -1) and a mean by numel.
    const graph = network(
      [
        node('Relu', ['x'], 'a'),
        node('Shape', ['x'], 'sizes'),
        node('Gather', ['sizes', 'zero'], 'batch', { axis: 0 }),
        node('Concat', ['batch', 'rest'], 'target', { axis: 0 }),
        node('Exp', ['a'], 'b'),
        node('Reshape', ['b', 'target'], 'rows'),
        node('Size', ['a'], 'count'),
        node('Cast', ['count'], 'number', { to: 1 }),
        node('Shape', ['a'], 'later', { start: 1, end: 3 }),
        node('Cast', ['later'], 'sides', { to: 1 }),
        node('ReduceSum', ['sides', 'zero'], 'perimeter', { keepdims: 0 }),
        node('Div', ['rows', 'number'], 'shares'),
        node('Mul', ['shares', 'perimeter'], 'y'),
      ],
      { zero: integers([0]), rest: integers([-1]) },
    );
    const { whole, tail } = await bothWays(graph, 'b');
    expect(tail).toEqual(whole);
    // exp(0) at the least, of 3 · 24 numbers, times 2 + 3.
    expect(Math.min(...whole)).toBeCloseTo(5 / 72, 6);
  });

  it('takes the value in the order in which it is given', async () => {
    const graph = network([node('Relu', ['x'], 'a'), node('Exp', ['a'], 'b'), node('Flatten', ['b'], 'y')]);
    const { whole, tail } = await bothWays(graph, 'a', [0, 2, 3, 1]);
    expect(tail).toEqual(whole);
  });

  const placeOf = (value: string) => ({ value, shape, order: undefined });

  it('says which layers go past it, the nearest of each', () => {
    const graph = network([
      node('Relu', ['x'], 'a'),
      node('Exp', ['a'], 'b'),
      { ...node('Neg', ['a'], 'hidden'), origins: [] },
      node('Tanh', ['hidden'], 'c'),
      node('Add', ['b', 'c'], 'd'),
      { ...node('Neg', ['b'], 'plain'), origins: [] },
      node('Add', ['d', 'plain'], 'y'),
    ]);
    expect(cutAt(graph, placeOf('b'), operators)).toEqual({ past: ['c'] });
    expect(cutAt(graph, placeOf('c'), operators)).toEqual({ past: ['b'] });
    expect(cutAt(graph, placeOf('hidden'), operators)).toEqual({ past: ['b'] });
    expect(cutAt(graph, placeOf('d'), operators)).toEqual({ past: ['b'] });
    expect(cutAt(graph, placeOf('a'), operators)).toHaveProperty('graph.nodes.length', 6);
  });

  it('is none where another output of the same node, or the picture, goes past it, or where it does not matter', () => {
    const origins = ['left', 'right'].map((layer, output) => ({ layer, kind: 'Split', output }));
    const split = { ...node('Split', ['x', 'sides'], 'left', { axis: 1 }), outputs: ['left', 'right'], origins };
    const halves = network([split, node('Mul', ['left', 'right'], 'y')], { sides: integers([1, 1]) });
    expect(cutAt(halves, placeOf('left'), operators)).toEqual({ past: ['right'] });
    const direct = network([node('Relu', ['x'], 'a'), node('Add', ['a', 'x'], 'y')]);
    expect(cutAt(direct, placeOf('a'), operators)).toEqual({ past: [] });
    const beside = network([node('Relu', ['x'], 'a'), node('Exp', ['x'], 'y')]);
    expect(cutAt(beside, placeOf('a'), operators)).toEqual({ past: ['y'] });
  });
});
