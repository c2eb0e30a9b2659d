import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../../../src/core/graph/builder';
import { operators } from '../../../../src/core/graph/ops/registry';
import { cancelTransposes } from '../../../../src/core/graph/passes/cancelTransposes';
import { floats, sizeOf, type Shape } from '../../../../src/core/graph/tensor';
import { randomNumbers } from '../../../core/graph/support';
import { countOf, relativeError, runGraph } from './support';

/** Steps from random numbers: each takes one of the values so far and adds another. */
type Step = readonly [kind: number, value: number, other: number, detail: number];

const SHAPE: Shape = [2, 3, 4, 5];

function permutationOf(rank: number, seed: number): number[] {
  const rest = Array.from({ length: rank }, (_, axis) => axis);
  let state = seed;
  return Array.from({ length: rank }, () => {
    const [taken] = rest.splice(state % rest.length, 1);
    state = Math.floor(state / 4);
    return taken!;
  });
}

function build(steps: readonly Step[]): { builder: GraphBuilder; values: string[] } {
  const builder = new GraphBuilder(operators);
  const values = [builder.input('x', { type: 'float32', shape: SHAPE })];
  const weights = (shape: Shape, seed: number): string =>
    builder.constant(floats(shape, randomNumbers(sizeOf(shape), seed)));
  for (const [kind, value, other, detail] of steps) {
    // Late values more often, so that chains grow.
    const x = values.at(-1 - (value % Math.min(3, values.length)))!;
    const shape = builder.shape(x);
    const rank = shape.length;
    if (rank === 0) continue;
    const axis = detail % rank;
    const same = values.filter((name) => builder.shape(name).join() === shape.join());
    const y = same[other % same.length]!;
    const add = (op: string, inputs: readonly string[], attributes = {}): number =>
      values.push(builder.add(op, inputs, attributes));
    switch (kind % 14) {
      case 0:
      case 1:
      case 2:
        add('Transpose', [x], { perm: permutationOf(rank, detail) });
        break;
      case 3:
        // Back again.
        add(
          'Transpose',
          [builder.add('Tanh', [builder.add('Transpose', [x], { perm: permutationOf(rank, detail) })])],
          {
            perm: permutationOf(rank, detail).map((_, each, list) => list.indexOf(each)),
          },
        );
        break;
      case 4:
        add('Sin', [x]);
        break;
      case 5:
        add('Add', [x, y]);
        break;
      case 6:
        add('Mul', [weights(shape.slice(axis), other + 1), x]);
        break;
      case 7:
        add('Concat', [x, y, weights(shape, other + 2)], { axis: axis - rank });
        break;
      case 8:
        if (shape[axis]! > 1)
          values.push(...builder.addMany('Split', [x, builder.indices([1, shape[axis]! - 1])], 2, { axis }));
        break;
      case 9:
        add('Slice', [
          x,
          builder.indices([-1]),
          builder.indices([-100]),
          builder.indices([axis]),
          builder.indices([-1]),
        ]);
        break;
      case 10: {
        const pads = Array.from({ length: 2 * rank }, (_, index) => (index % rank === axis ? (other + index) % 3 : 0));
        add('Pad', [x, builder.indices(pads), builder.scalar(0.5)], { mode: 'constant' });
        break;
      }
      case 11:
        add('ReduceMean', [x, builder.indices([axis])], { keepdims: other % 2 });
        break;
      case 12: {
        const one = builder.add('ReduceMax', [x, builder.indices([axis])], { keepdims: 1 });
        add('Squeeze', [one, builder.indices([axis - rank])]);
        break;
      }
      default:
        add('PRelu', [
          builder.add('Clip', [x, builder.scalar(-0.5), builder.scalar(0.7)]),
          weights([shape.at(-1)!], other),
        ]);
    }
    if (sizeOf(builder.shape(values.at(-1)!)) > 20_000) values.pop();
  }
  return { builder, values };
}

describe('cancelTransposes', () => {
  it('keeps every value of random networks', async () => {
    const number = fc.integer({ min: 0, max: 255 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(number, number, number, number), { minLength: 3, maxLength: 16 }),
        async (steps) => {
          const { builder, values } = build(steps);
          const outputs = values.slice(-4).filter((name) => name !== 'x');
          fc.pre(outputs.length > 0);
          const graph = builder.build(outputs);
          const after = cancelTransposes(graph);
          const x = randomNumbers(sizeOf(SHAPE), 7);
          const [expected, results] = [await runGraph(graph, x, 2), await runGraph(after, x, 2)];
          results.forEach((result, index) => expect(relativeError(result, expected[index]!)).toBeLessThan(1e-5));
        },
      ),
      { numRuns: 150 },
    );
  });

  it('ends with at most one Transpose in a chain of elementwise functions', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(255), { minLength: 1, maxLength: 12 }), (seeds) => {
        const builder = new GraphBuilder(operators);
        let value = builder.input('x', { type: 'float32', shape: SHAPE });
        let order: readonly number[] = [0, 1, 2, 3];
        for (const seed of seeds) {
          const perm = permutationOf(4, seed);
          order = perm.map((axis) => order[axis]!);
          value = builder.add('Sin', [builder.add('Transpose', [value], { perm })]);
        }
        const after = cancelTransposes(builder.build([value]));
        expect(countOf(after, 'Transpose')).toBe(order.every((axis, index) => axis === index) ? 0 : 1);
      }),
    );
  });
});
