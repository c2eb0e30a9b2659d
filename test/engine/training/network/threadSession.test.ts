import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../../../src/core/graph/builder';
import type { StaticGraph } from '../../../../src/core/graph/graph';
import { operators } from '../../../../src/core/graph/ops/registry';
import { createThreadSession, sharedFloats } from '../../../../src/runtime/onnx/training/threadSession';

/** y = x · x, of four numbers. */
function square(): { readonly graph: StaticGraph; readonly x: string; readonly y: string } {
  const builder = new GraphBuilder(operators);
  const x = builder.input('x', { type: 'float32', shape: [4] });
  const y = builder.add('Mul', [x, x]);
  return { graph: builder.build([y]), x, y };
}

describe('a session in a thread of its own', () => {
  it('reads its inputs anew in every run', async () => {
    const { graph, x, y } = square();
    const [input, output] = [sharedFloats(4), sharedFloats(4)];
    const session = await createThreadSession(
      graph,
      new Map([
        [x, input],
        [y, output],
      ]),
      1,
    );
    input.set([1, -2, 3, 0.5]);
    await session.run();
    expect([...output]).toEqual([1, 4, 9, 0.25]);
    input.set([0, 5, 0, 0]);
    await session.run();
    expect([...output]).toEqual([0, 25, 0, 0]);
    await session.dispose();
  });

  it('says which memory it lacks', async () => {
    const { graph, x } = square();
    await expect(createThreadSession(graph, new Map([[x, sharedFloats(3)]]), 1)).rejects.toThrow(`memory for ${x}`);
  });

  it('fails with the reason of ONNX Runtime, and rejects a run that its end interrupts', async () => {
    const { graph, x, y } = square();
    const buffers = new Map([
      [x, sharedFloats(4)],
      [y, sharedFloats(4)],
    ]);
    const unknown = { ...graph, nodes: graph.nodes.map((node) => ({ ...node, op: 'NoSuchOperator' })) };
    await expect(createThreadSession(unknown, buffers, 1)).rejects.toThrow(/NoSuchOperator/);
    const session = await createThreadSession(graph, buffers, 1);
    await session.dispose();
    const outcome = await Promise.race([
      session.run().catch(String),
      new Promise((resolve) => setTimeout(() => resolve('silence'), 2000)),
    ]);
    expect(outcome).toContain('ended');
  });
});
