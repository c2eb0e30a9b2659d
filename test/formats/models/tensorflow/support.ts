import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { loadGraphModelSync } from '@tensorflow/tfjs-converter';
import { GraphBuilder } from '../../../../src/core/graph/builder';
import { differentiate } from '../../../../src/core/graph/differentiate';
import type { Graph } from '../../../../src/core/graph/graph';
import { operators } from '../../../../src/core/graph/ops/registry';
import { cancelTransposes } from '../../../../src/core/graph/passes/cancelTransposes';
import { removeIdentities } from '../../../../src/core/graph/passes/simplify';
import { readTensorFlowGraph } from '../../../../src/formats/models/tensorflow/graphModel';
import { specialise } from '../../../../src/core/graph/specialise';
import { floats, sizeOf, tensorOf, type Shape, type Tensor } from '../../../../src/core/graph/tensor';
import { createOnnxSession } from '../../../../src/runtime/onnx/session';
import { randomNumbers } from '../../../core/graph/support';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type Attributes = Record<string, Json>;

/** Attributes in the JSON form of AttrValue. */
export const attr = {
  text: (value: string): Json => ({ s: Buffer.from(value).toString('base64') }),
  texts: (values: readonly string[]): Json => ({
    list: { s: values.map((value) => Buffer.from(value).toString('base64')) },
  }),
  int: (value: number): Json => ({ i: String(value) }),
  ints: (values: readonly number[]): Json => ({ list: { i: values.map(String) } }),
  float: (value: number): Json => ({ f: value }),
  flag: (value: boolean): Json => ({ b: value }),
  type: (value: string): Json => ({ type: value }),
};

export interface GraphNodeJson {
  readonly name: string;
  readonly op: string;
  readonly input: readonly string[];
  readonly attr: Attributes;
}

/** Writes a graph model with one input `x`. */
export class GraphModelWriter {
  readonly nodes: GraphNodeJson[] = [];
  readonly weights = new Map<string, Tensor>();
  #counter = 0;

  constructor(readonly shape: Shape) {
    const dim = shape.map((size, axis) => ({ size: axis === 0 ? '-1' : String(size) }));
    this.nodes.push({
      name: 'x',
      op: 'Placeholder',
      input: [],
      attr: { dtype: attr.type('DT_FLOAT'), shape: { shape: { dim } } },
    });
  }

  node(op: string, input: readonly string[], attributes: Attributes = {}): string {
    const name = `n${this.#counter++}/${op}`;
    // TensorFlow.js asks for these where TensorFlow has defaults.
    const layout = { dilations: attr.ints([1, 1, 1, 1]), data_format: attr.text('NHWC') };
    const isSpatial = /Conv|Pool|DepthToSpace/i.test(op);
    const defaults = { T: attr.type('DT_FLOAT'), ...(isSpatial && layout) };
    this.nodes.push({ name, op, input, attr: { ...defaults, ...attributes } });
    return name;
  }

  constant(tensor: Tensor): string {
    const name = `c${this.#counter++}`;
    const type = { float32: 'DT_FLOAT', int32: 'DT_INT32', bool: 'DT_BOOL' }[tensor.type as 'float32'];
    const dim = tensor.shape.map((size) => ({ size: String(size) }));
    const value = { tensor: { dtype: type, tensorShape: { dim } } };
    this.nodes.push({ name, op: 'Const', input: [], attr: { dtype: attr.type(type), value } });
    this.weights.set(name, tensor);
    return name;
  }

  /** Random floats in [−1, 1) times `scale`, plus `shift`. */
  weight(shape: Shape, scale = 1, shift = 0): string {
    const values = randomNumbers(sizeOf(shape), 100 + this.#counter);
    return this.constant(
      floats(
        shape,
        values.map((value) => value * scale + shift),
      ),
    );
  }

  ints(values: readonly number[], shape: Shape = [values.length]): string {
    return this.constant(tensorOf('int32', shape, values));
  }
}

function signatureOf(outputs: readonly string[]): Json {
  return { outputs: Object.fromEntries(outputs.map((name) => [name, { name }])) };
}

/** The graph as it is read, and with its Transposes cancelled. */
export function read(
  { nodes, weights }: Pick<GraphModelWriter, 'nodes' | 'weights'>,
  outputs: readonly string[],
): { readonly raw: Graph; readonly graph: Graph } {
  const raw = readTensorFlowGraph({ node: nodes as never }, signatureOf(outputs) as never, (name) => weights.get(name));
  return { raw, graph: removeIdentities(cancelTransposes(raw)) };
}

/** What TensorFlow.js's own GraphModel computes. */
export function runGraphModel(
  { nodes, weights }: Pick<GraphModelWriter, 'nodes' | 'weights'>,
  outputs: readonly string[],
  x: Float32Array,
  shape: Shape,
): Float32Array[] {
  const list = [...weights];
  const model = loadGraphModelSync({
    load: () => ({
      modelTopology: { node: nodes, versions: { producer: 1, minConsumer: 1 } },
      signature: signatureOf(outputs) as never,
      weightSpecs: list.map(([name, { shape: own, type }]) => ({ name, shape: [...own], dtype: type as 'float32' })),
      weightData: list.map(([, { data }]) => data.slice().buffer),
    }),
  });
  const results = model.execute({ x: tf.tensor(x, [...shape]) }, [...outputs]);
  return (Array.isArray(results) ? results : [results]).map((each) => Float32Array.from(each.dataSync()));
}

/** Float outputs of the graph; others are cast. */
export async function runGraph(graph: Graph, x: Float32Array, batch: number): Promise<Float32Array[]> {
  const forward = specialise(graph, batch, operators);
  const builder = GraphBuilder.from(forward, operators);
  const outputs = forward.outputs.map((name) => builder.add('Cast', [name], { to: 1 }));
  const session = await createOnnxSession(builder.build(outputs), 1);
  try {
    const { name, shape } = forward.inputs[0]!;
    const results = await session.run({ [name]: floats(shape, x) });
    return outputs.map((output) => results[output]!);
  } finally {
    await session.dispose();
  }
}

/** Value of the first output and ∂ Σ seed∘value / ∂ x. */
export async function runWithGradient(
  graph: Graph,
  x: Float32Array,
  batch: number,
  seedOf: (size: number) => Float32Array,
): Promise<{ readonly value: Float32Array; readonly gradient: Float32Array }> {
  const forward = specialise(graph, batch, operators);
  const builder = GraphBuilder.from(forward, operators);
  const output = forward.outputs[0]!;
  const { name, shape } = forward.inputs[0]!;
  const outputShape = builder.shape(output);
  const seed = builder.constant(floats(outputShape, seedOf(sizeOf(outputShape))));
  const { gradient } = differentiate(builder, forward, output, name, seed);
  const session = await createOnnxSession(builder.build([output, gradient!]), 1);
  try {
    const results = await session.run({ [name]: floats(shape, x) });
    return { value: results[output]!, gradient: results[gradient!]! };
  } finally {
    await session.dispose();
  }
}

/** Largest error of the graph's gradient against central differences of its values, relative to the largest gradient. */
export async function gradientError(graph: Graph, x: Float32Array, batch: number, step = 1e-2): Promise<number> {
  const seedOf = (size: number): Float32Array => randomNumbers(size, 77);
  const { gradient } = await runWithGradient(graph, x, batch, seedOf);
  const forward = specialise(graph, batch, operators);
  const session = await createOnnxSession(forward, 1);
  const { name, shape } = forward.inputs[0]!;
  const value = async (index: number, by: number): Promise<number> => {
    const point = x.slice();
    point[index]! += by;
    const result = (await session.run({ [name]: floats(shape, point) }))[forward.outputs[0]!]!;
    const seed = seedOf(result.length);
    return result.reduce((sum, each, at) => sum + each * seed[at]!, 0);
  };
  let worst = 0;
  const scale = Math.max(1e-6, ...gradient.map(Math.abs));
  try {
    for (let index = 0; index < x.length; index++) {
      const difference = ((await value(index, step)) - (await value(index, -step))) / (2 * step);
      worst = Math.max(worst, Math.abs(difference - gradient[index]!) / scale);
    }
  } finally {
    await session.dispose();
  }
  return worst;
}

/** max |a − b| / max |b|. */
export function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new Error(`${a.length} numbers against ${b.length}`);
  let [worst, largest] = [0, 1e-12];
  for (let index = 0; index < a.length; index++) {
    const difference = Math.abs(a[index]! - b[index]!);
    if (!(difference <= Infinity)) return Infinity;
    worst = Math.max(worst, difference);
    largest = Math.max(largest, Math.abs(b[index]!));
  }
  return worst / largest;
}

/** How many nodes of each operator there are. */
export function countOf(graph: Graph, op: string): number {
  return graph.nodes.filter((node) => node.op === op).length;
}

/** Folder of the published models; absent on most machines. */
export const MODELS = path.resolve(import.meta.dirname, '../../../../../shared/data/models');

interface Manifest {
  readonly paths: readonly string[];
  readonly weights: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly dtype: 'float32' | 'int32';
  }[];
}

/** A TensorFlow.js graph model whose weights are not quantised. */
export function readModelFolder(file: string): {
  readonly topology: Record<string, never>;
  readonly signature: Record<string, never>;
  readonly weights: ReadonlyMap<string, Tensor>;
} {
  const json = JSON.parse(readFileSync(file, 'utf8')) as {
    modelTopology: Record<string, never>;
    signature: Record<string, never>;
    weightsManifest: readonly Manifest[];
  };
  const weights = new Map<string, Tensor>();
  for (const group of json.weightsManifest) {
    const bytes = Buffer.concat(group.paths.map((name) => readFileSync(path.join(path.dirname(file), name))));
    let offset = bytes.byteOffset;
    for (const { name, shape, dtype } of group.weights) {
      const length = sizeOf(shape) * 4;
      const own = bytes.buffer.slice(offset, offset + length);
      offset += length;
      weights.set(name, tensorOf(dtype, shape, dtype === 'float32' ? new Float32Array(own) : new Int32Array(own)));
    }
  }
  return { topology: json.modelTopology, signature: json.signature, weights };
}
