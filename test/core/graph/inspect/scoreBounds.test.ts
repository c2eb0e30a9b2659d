import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../../../src/core/graph/builder';
import { scoreBounds } from '../../../../src/core/graph/inspect/scoreBounds';
import { operators } from '../../../../src/core/graph/ops/registry';
import { floats } from '../../../../src/core/graph/tensor';

/** What bounds f(z) of a weighted sum z. */
function boundsOf(f: (builder: GraphBuilder, z: string, one: string) => string): unknown {
  const builder = new GraphBuilder(operators);
  const x = builder.input('x', { type: 'float32', shape: [1, 2] });
  const z = builder.add('MatMul', [x, builder.constant(floats([2, 3], [1, -2, 3, -4, 5, -6]))]);
  const graph = builder.build([f(builder, z, builder.scalar(1))]);
  return scoreBounds(graph, graph.outputs[0]!);
}

describe('a softsign in its parts', () => {
  it.each([
    ['1 + |z|', true],
    ['|z| + 1', false],
  ])('z / (%s) lies between −1 and 1', (_, isOneFirst) => {
    const bounds = boundsOf((builder, z, one) => {
      const magnitude = builder.add('Abs', [z]);
      return builder.add('Div', [z, builder.add('Add', isOneFirst ? [one, magnitude] : [magnitude, one])]);
    });
    expect(bounds).toEqual({ low: -1, high: 1, by: 'Softsign' });
  });

  it('is not seen where another number is divided, or another is added', () => {
    const divided = boundsOf((builder, z, one) =>
      builder.add('Div', [builder.add('Exp', [z]), builder.add('Add', [one, builder.add('Abs', [z])])]),
    );
    const added = boundsOf((builder, z) =>
      builder.add('Div', [z, builder.add('Add', [builder.scalar(0.5), builder.add('Abs', [z])])]),
    );
    expect([divided, added]).toEqual([undefined, undefined]);
  });
});
