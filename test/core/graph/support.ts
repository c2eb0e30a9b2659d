import { GraphBuilder } from '../../../src/core/graph/builder';
import { differentiate } from '../../../src/core/graph/differentiate';
import { InferenceSession, Tensor as OnnxTensor } from 'onnxruntime-node';
import type { Attributes, StaticGraph } from '../../../src/core/graph/graph';
import { operators } from '../../../src/core/graph/ops/registry';
import { floats, sizeOf, tensorOf, type Shape, type Tensor } from '../../../src/core/graph/tensor';
import { writeOnnx } from '../../../src/formats/models/onnx/writeOnnx';
import { createOnnxSession } from '../../../src/runtime/onnx/session';

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
    threads = 1,
  }: { seed?: number; x?: Float32Array; step?: number; threads?: number } = {},
): Promise<number> {
  const builder = new GraphBuilder(operators);
  const input = builder.input('x', { type: 'float32', shape });
  const output = make(builder, input);
  const forward: StaticGraph = builder.build([output]);
  const weights = randomNumbers(sizeOf(builder.shape(output)), seed + 1);
  const dy = builder.constant(floats(builder.shape(output), weights), 'seed');
  const { gradient } = differentiate(builder, forward, output, input, dy);
  const computed = await run(builder.build([gradient!]), gradient!, shape, x, threads);
  const session = await createOnnxSession(forward, threads);
  const value = async (point: Float32Array): Promise<number> => {
    const result = (await session.run({ x: floats(shape, point) }))[output]!;
    if (result.length !== weights.length) throw new Error(`The shape of ${output} was not inferred as it is`);
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

async function run(
  graph: StaticGraph,
  output: string,
  shape: Shape,
  x: Float32Array,
  threads: number,
): Promise<Float32Array> {
  const session = await createOnnxSession(graph, threads);
  const result = (await session.run({ x: floats(shape, x) }))[output]!;
  await session.dispose();
  return result;
}

/** 2⁶³ stands for 2⁶³ − 1. */
function toInt64(value: number): bigint {
  return value >= 2 ** 63 ? 2n ** 63n - 1n : BigInt(value);
}

/** Numbers at least `gap` apart from each other, in random order. */
export function distinctNumbers(count: number, seed: number, gap = 0.1): Float32Array {
  const keys = randomNumbers(count, seed);
  const order = Array.from(keys.keys()).sort((a, b) => keys[a]! - keys[b]!);
  const result = new Float32Array(count);
  order.forEach((at, rank) => (result[at] = (rank - count / 2 + 0.3) * gap));
  return result;
}

/** `numbers` moved away from points where a function bends. */
export function awayFrom(numbers: Float32Array, points: readonly number[], gap = 0.05): Float32Array {
  return numbers.map((value) => {
    const near = points.find((point) => Math.abs(value - point) < gap);
    return near === undefined ? value : near + (value < near ? -2 : 2) * gap;
  });
}

/** What ONNX Runtime makes of any graph; feeds and results of every element type. */
export async function runGraph(
  graph: StaticGraph,
  feeds: Readonly<Record<string, Tensor>>,
  opset?: number,
  graphOptimizationLevel: 'disabled' | 'basic' | 'all' = 'basic',
): Promise<readonly Tensor[]> {
  const session = await InferenceSession.create(writeOnnx(graph, opset), {
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
    graphOptimizationLevel,
  });
  const tensors = Object.fromEntries(
    Object.entries(feeds).map(([name, { type, shape, data }]) => [
      name,
      new OnnxTensor(type, (type === 'int64' ? BigInt64Array.from(data, toInt64) : data) as Float32Array, [...shape]),
    ]),
  );
  const results = await session.run(tensors);
  await session.release();
  return graph.outputs.map((name) => {
    const { type, dims, data } = results[name]!;
    return tensorOf(type as Tensor['type'], dims, Float64Array.from(data as unknown as ArrayLike<number>, Number));
  });
}

/** One node, run by ONNX Runtime with every input fed, so that nothing is folded. */
export async function runNode(
  op: string,
  inputs: readonly (Tensor | undefined)[],
  { attributes = {}, outputs = 1 }: { attributes?: Attributes; outputs?: number } = {},
): Promise<readonly Tensor[]> {
  const node = {
    op,
    attributes,
    inputs: inputs.map((tensor, index) => (tensor === undefined ? '' : `input${index}`)),
    outputs: Array.from({ length: outputs }, (_, index) => `output${index}`),
  };
  const given = inputs.flatMap((tensor, index) => (tensor === undefined ? [] : [[`input${index}`, tensor] as const]));
  const types = operators.get(op)!.infer(node, { types: inputs, constants: inputs });
  const graph: StaticGraph = {
    inputs: given.map(([name, { type, shape }]) => ({ name, type, shape })),
    outputs: node.outputs,
    nodes: [node],
    constants: new Map(),
    types: new Map(node.outputs.map((name, index) => [name, types[index]!])),
  };
  return runGraph(graph, Object.fromEntries(given));
}
