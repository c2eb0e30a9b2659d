import { expect, it } from 'vitest';
import { GraphBuilder } from '../../src/core/graph/builder';
import { gradientGraph } from '../../src/core/graph/gradientGraph';
import { operators } from '../../src/core/graph/ops/registry';
import { floats } from '../../src/core/graph/tensor';
import { createOnnxSession } from '../../src/runtime/onnx/session';

const head = { activation: 'logits', binary: false } as const;
const pixels = Float32Array.from([0.25, -3, 7.5, 1e-3]);

type Link = (builder: GraphBuilder, x: string) => string;

/** Each value is read twice. */
const LINKS = {
  /** ½x + ½x: the scores are the pixels, and their derivative is the seed. */
  halves: (builder, x) => {
    const half = builder.scalar(0.5);
    return builder.add('Add', [builder.add('Mul', [x, half]), builder.add('Mul', [x, half])]);
  },
  gates: (builder, x) => {
    const y = builder.add('Tanh', [x]);
    return builder.add('Mul', [y, builder.add('Sigmoid', [y])]);
  },
} satisfies Readonly<Record<string, Link>>;

/** A chain with its derivative, and the processor time in milliseconds that making it ready took. */
async function prepare(link: Link, count: number) {
  const builder = new GraphBuilder(operators);
  let x = builder.input('x', { type: 'float32', shape: [1, 4] });
  for (let made = 0; made < count; made++) x = link(builder, x);
  const made = gradientGraph(builder.build([builder.add('Flatten', [x], { axis: 1 })]), 1, head, operators);
  const before = process.cpuUsage();
  const session = await createOnnxSession(made.graph, 1);
  const { user, system } = process.cpuUsage(before);
  return { made, session, milliseconds: (user + system) / 1000 };
}

it('a long chain of values with two readers has its scores and derivative', { timeout: 300_000 }, async () => {
  const { made, session } = await prepare(LINKS.halves, 2000);
  expect(made.graph.nodes.length).toBeGreaterThan(10_000);
  const seed = Float32Array.from([0, 0, 1, 0]);
  const number = (value: number) => floats([1, 1], [value]);
  const results = await session.run({
    [made.input]: floats([1, 4], pixels),
    [made.oneHot]: floats([1, 4], seed),
    [made.coefficients.a]: number(1),
    [made.coefficients.b]: number(0),
    [made.coefficients.k]: number(0),
  });
  await session.dispose();
  expect(results[made.raw]).toEqual(pixels);
  expect(results[made.gradient]).toEqual(seed);
});

// Looking for what is computed twice, ONNX Runtime took five times as long for 40,000 nodes as without, and ever more for more.
it('getting one ready takes time that grows with its length', { timeout: 300_000 }, async () => {
  const times: number[] = [];
  for (const count of [1000, 3000]) {
    const { session, milliseconds } = await prepare(LINKS.gates, count);
    await session.dispose();
    times.push(milliseconds);
  }
  expect(times[1]! / times[0]!).toBeLessThan(6);
});
