import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../../src/core/graph/builder';
import { differentiateAll } from '../../../src/core/graph/differentiate';
import type { StaticGraph } from '../../../src/core/graph/graph';
import { operators } from '../../../src/core/graph/ops/registry';
import { lowerWindows } from '../../../src/core/graph/passes/lowerWindows';
import { pictureRows } from '../../../src/core/graph/passes/pictureRows';
import { floats, sizeOf, type Shape } from '../../../src/core/graph/tensor';
import { randomNumbers, runGraph } from './support';

interface Net {
  readonly name: string;
  readonly x: Shape;
  readonly weights: readonly Shape[];
  readonly make: (builder: GraphBuilder, x: string, weights: readonly string[]) => string;
  /** How many convolutions become products of rows. */
  readonly converted: number;
}

const same = { pads: [1, 1, 1, 1] };
const halve = { kernel_shape: [2, 2], strides: [2, 2] };

const nets: readonly Net[] = [
  {
    name: 'few channels stay, pooling sorts rows, odd sides are cut off',
    x: [3, 1, 7, 7],
    weights: [
      [8, 1, 3, 3],
      [8, 8, 3, 3],
      [9, 8, 3, 3],
    ],
    converted: 2,
    make: (builder, x, [a, b, c]) => {
      let y = builder.add('Relu', [builder.add('Conv', [x, a!], same)]);
      y = builder.add('MaxPool', [y], halve);
      y = builder.add('MaxPool', [builder.add('Relu', [builder.add('Conv', [y, b!], same)])], halve);
      y = builder.add('Conv', [y, c!], same);
      return builder.add('Flatten', [y], { axis: 1 });
    },
  },
  {
    name: 'strides, dilations, uneven pads, a pool of 3 × 2 and channels moved to the end',
    x: [2, 8, 11, 9],
    weights: [
      [8, 8, 3, 2],
      [8, 8, 2, 3],
    ],
    converted: 2,
    make: (builder, x, [a, b]) => {
      let y = builder.add('Tanh', [builder.add('Conv', [x, a!], { pads: [1, 0, 2, 1], dilations: [1, 2] })]);
      y = builder.add('Relu', [builder.add('Conv', [y, b!], { strides: [2, 1], pads: [0, 1, 1, 1] })]);
      y = builder.add('MaxPool', [y], { kernel_shape: [3, 2], strides: [3, 2] });
      return builder.add('Transpose', [y], { perm: [0, 2, 3, 1] });
    },
  },
  {
    name: 'a mean over all positions',
    x: [2, 8, 4, 4],
    weights: [[8, 8, 3, 3]],
    converted: 1,
    make: (builder, x, [a]) => {
      const mean = builder.add('GlobalAveragePool', [builder.add('Relu', [builder.add('Conv', [x, a!], same)])]);
      return builder.add('Flatten', [mean], { axis: 1 });
    },
  },
  {
    name: 'what other readers need in the usual layout stays there',
    x: [2, 8, 6, 6],
    weights: [[8, 8, 3, 3]],
    converted: 0,
    make: (builder, x, [a]) => {
      const y = builder.add('Conv', [x, a!], same);
      return builder.add('Add', [builder.add('Relu', [y]), x]);
    },
  },
  {
    name: 'two poolings of one value and pooling that overlaps are no matter of rows',
    x: [2, 8, 6, 6],
    weights: [[8, 8, 3, 3]],
    converted: 0,
    make: (builder, x, [a]) => {
      const y = builder.add('Conv', [x, a!], same);
      const [one, other] = [halve, { kernel_shape: [3, 3], strides: [2, 2] }].map((attributes) =>
        builder.add('Flatten', [builder.add('MaxPool', [y], attributes)], { axis: 1 }),
      );
      return builder.add('Concat', [one!, other!], { axis: 1 });
    },
  },
];

/** The value and its derivatives by the picture and the weights, with whole numbers so that maxima tie everywhere. */
async function run(
  net: Net,
  convert: boolean,
): Promise<{ readonly results: readonly number[][]; readonly found: number }> {
  const first = new GraphBuilder(operators);
  const x = first.input('x', { type: 'float32', shape: net.x });
  const weights = net.weights.map((shape, index) => first.input(`w${index}`, { type: 'float32', shape }));
  const output = net.make(first, x, weights);
  const plain = first.build([output]);
  const forward = convert ? pictureRows(plain, operators) : plain;
  const builder = GraphBuilder.from(forward, operators);
  const seedShape = builder.shape(output);
  const seed = builder.constant(floats(seedShape, whole(sizeOf(seedShape), 9)));
  const { gradients } = differentiateAll(builder, forward, output, [x, ...weights], seed);
  const graph: StaticGraph = lowerWindows(builder.build([output, ...gradients.values()]), operators);
  const feeds = Object.fromEntries(
    graph.inputs.map(({ name, shape }, index) => [name, floats(shape, whole(sizeOf(shape), index + 1))]),
  );
  const results = await runGraph(graph, feeds);
  return {
    results: results.map(({ data }) => Array.from(data)),
    found: forward.nodes.filter(({ op }) => op === 'RowConvolution').length,
  };
}

/** −1, 0 and 1: sums of them are exact in any order. */
function whole(count: number, seed: number): Float32Array {
  return randomNumbers(count, seed).map((value) => Math.round(value * 1.4));
}

describe('pictures as rows', () => {
  it.each(nets)('compute what convolutions compute, ties included: $name', async (net) => {
    const exact = net.name.includes('strides') || net.name.includes('mean') ? 1e-5 : 0;
    const [usual, rows] = [await run(net, false), await run(net, true)];
    expect(rows.found).toBe(net.converted);
    expect(rows.results).toHaveLength(2 + net.weights.length);
    for (const [index, values] of usual.results.entries()) {
      const scale = Math.max(1, ...values.map(Math.abs));
      const worst = Math.max(...values.map((value, at) => Math.abs(value - rows.results[index]![at]!)));
      expect(worst / scale, `result ${index}`).toBeLessThanOrEqual(exact);
    }
  });
});
