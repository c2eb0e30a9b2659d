import { GraphBuilder } from '../../../src/core/graph/builder';
import { differentiate } from '../../../src/core/graph/differentiate';
import type { StaticGraph } from '../../../src/core/graph/graph';
import { operators } from '../../../src/core/graph/ops/registry';
import { floats, sizeOf, type Shape } from '../../../src/core/graph/tensor';
import { createOnnxSession } from '../../../src/core/runtime/onnx/session';

/** Deterministic numbers in [−1, 1) that are neither tidy nor repeated (mulberry32). */
export function randomNumbers(count: number, seed: number): Float32Array {
  let state = seed >>> 0;
  return Float32Array.from({ length: count }, () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 31 - 1;
  });
}

/**
 * Largest difference between the graph's own derivative and central finite differences, relative to the largest gradient.
 * `make` builds the network on input `x`; the scalar is a random weighting of its output.
 */
export async function derivativeError(
  shape: Shape,
  make: (builder: GraphBuilder, x: string) => string,
  {
    seed = 1,
    x = randomNumbers(sizeOf(shape), seed),
    step = 1e-2,
  }: { seed?: number; x?: Float32Array; step?: number } = {},
): Promise<number> {
  const builder = new GraphBuilder(operators);
  const input = builder.input('x', { type: 'float32', shape });
  const output = make(builder, input);
  const forward: StaticGraph = builder.build([output]);
  const weights = randomNumbers(sizeOf(builder.shape(output)), seed + 1);
  const dy = builder.constant(floats(builder.shape(output), weights), 'seed');
  const { gradient } = differentiate(builder, forward, output, input, dy);
  const computed = await run(builder.build([gradient!]), gradient!, shape, x);
  const session = await createOnnxSession(forward, 1);
  const value = async (point: Float32Array): Promise<number> => {
    const result = (await session.run({ x: floats(shape, point) }))[output]!;
    return result.reduce((sum, each, index) => sum + each * weights[index]!, 0);
  };
  let worst = 0;
  const scale = Math.max(1e-6, ...computed.map(Math.abs));
  for (let index = 0; index < x.length; index++) {
    const [up, down] = [x.slice(), x.slice()];
    up[index]! += step;
    down[index]! -= step;
    const difference = ((await value(up)) - (await value(down))) / (up[index]! - down[index]!);
    worst = Math.max(worst, Math.abs(difference - computed[index]!) / scale);
  }
  await session.dispose();
  return worst;
}

async function run(graph: StaticGraph, output: string, shape: Shape, x: Float32Array): Promise<Float32Array> {
  const session = await createOnnxSession(graph, 1);
  const result = (await session.run({ x: floats(shape, x) }))[output]!;
  await session.dispose();
  return result;
}
