import { GraphBuilder } from '../../src/core/graph/builder';
import { differentiate, NotDifferentiable } from '../../src/core/graph/differentiate';
import type { StaticGraph } from '../../src/core/graph/graph';
import { operators } from '../../src/core/graph/ops/registry';
import { cancelTransposes } from '../../src/core/graph/passes/cancelTransposes';
import { modernise } from '../../src/core/graph/passes/modernise';
import { foldBatchNormalization, removeIdentities } from '../../src/core/graph/passes/simplify';
import { specialise } from '../../src/core/graph/specialise';
import { floats, sizeOf } from '../../src/core/graph/tensor';
import { unknownOperators } from '../../src/core/graph/unknownOperators';
import { readOnnx } from '../../src/formats/models/onnx/onnx';
import { createOnnxSession, type OnnxSession } from '../../src/runtime/onnx/session';
import { compareDerivative, type DerivativeVerdict } from './derivative';
import type { SuiteCase } from './suiteCase';

/**
 * What became of a case: `right`; `differs`: other values or shapes; `invalid`: ONNX Runtime refuses what we wrote; `refused`: we do,
 * by name; `failed`: any other error of ours.
 */
export type Verdict = 'right' | 'differs' | 'invalid' | 'refused' | 'failed';

export interface Outcome {
  readonly verdict: Verdict;
  readonly reason: string;
  /** Of a right case. */
  readonly derivative?: DerivativeVerdict;
}

/** Sends a case through reader, passes, inference, our writer and ONNX Runtime, and compares with what it expects. */
export async function runCase(given: SuiteCase): Promise<Outcome> {
  let graph: StaticGraph;
  try {
    graph = readAsOurs(given.model);
  } catch (error) {
    return { verdict: 'refused', reason: messageOf(error) };
  }
  let session: OnnxSession;
  try {
    session = await createOnnxSession(graph, 1);
  } catch (error) {
    return { verdict: 'invalid', reason: messageOf(error) };
  }
  try {
    const feeds =
      graph.inputs.length === 0 ? {} : { [given.input.name]: floats(given.input.shape, given.input.values) };
    const results = await session.run(feeds);
    for (const [index, expected] of given.outputs.entries()) {
      const name = graph.outputs[index]!;
      const shape = graph.types.get(name)!.shape;
      if (shape.join() !== expected.shape.join())
        return { verdict: 'differs', reason: `shape [${shape.join()}] for [${expected.shape.join()}]` };
      const difference = largestExcess(results[name]!, expected.values, given.rtol, given.atol);
      if (difference !== undefined) return { verdict: 'differs', reason: `${name}: ${difference}` };
    }
    return { verdict: 'right', reason: '', derivative: await derivativeOf(graph, given, session) };
  } catch (error) {
    return { verdict: 'failed', reason: messageOf(error) };
  } finally {
    await session.dispose();
  }
}

function readAsOurs(model: Uint8Array): StaticGraph {
  const { graph, opset } = readOnnx(model, () => {
    throw new Error('No data may lie outside');
  });
  const modern = modernise(graph, opset);
  const unknown = unknownOperators(modern, operators);
  if (unknown.size > 0) throw new Error(`unknown operator ${[...unknown.keys()].join(', ')}`);
  return specialise(cancelTransposes(foldBatchNormalization(removeIdentities(modern))), 1, operators);
}

/** Of the first output of floats that hangs on the input, weighed at random. */
async function derivativeOf(graph: StaticGraph, given: SuiteCase, session: OnnxSession): Promise<DerivativeVerdict> {
  const output = graph.outputs.find((name) => graph.types.get(name)!.type === 'float32');
  const input = graph.inputs[0]?.name;
  if (output === undefined || input === undefined || sizeOf(graph.types.get(output)!.shape) === 0)
    return { verdict: 'none', reason: 'no float depends on the input' };
  const builder = GraphBuilder.from(graph, operators);
  const weights = numbersBetween(sizeOf(builder.shape(output)), 0.5, 1.5);
  const seed = builder.constant(floats(builder.shape(output), weights), 'seed');
  let gradient: string | undefined;
  let flat: ReadonlyMap<string, number>;
  try {
    ({ gradient, flat } = differentiate(builder, graph, output, input, seed));
  } catch (error) {
    const reason = error instanceof NotDifferentiable ? [...error.operators.keys()].join(', ') : messageOf(error);
    return { verdict: 'refused', reason };
  }
  if (gradient === undefined)
    return flat.size > 0
      ? { verdict: 'zero', reason: [...flat.keys()].join(', ') }
      : { verdict: 'none', reason: 'no float depends on the input' };
  const made = await createOnnxSession(builder.build([gradient]), 1);
  try {
    const x = given.input.values;
    const { shape } = given.input;
    const computed = (await made.run({ [input]: floats(shape, x) }))[gradient]!;
    const value = async (point: Float32Array): Promise<number> => {
      const y = (await session.run({ [input]: floats(shape, point) }, [output]))[output]!;
      return y.reduce((sum, each, index) => sum + each * weights[index]!, 0);
    };
    return await compareDerivative(x, computed, value);
  } finally {
    await made.dispose();
  }
}

/** Numbers of a fixed irrational step: neither tidy nor repeated. */
function numbersBetween(count: number, low: number, high: number): Float32Array {
  return Float32Array.from({ length: count }, (_, index) => low + (high - low) * ((index * 0.618_033_988_7) % 1));
}

/** As numpy's assert_allclose has it; undefined: all close. */
function largestExcess(found: Float32Array, expected: Float64Array, rtol: number, atol: number): string | undefined {
  if (found.length !== expected.length) return `${found.length} values for ${expected.length}`;
  for (let index = 0; index < expected.length; index++) {
    const [is, wanted] = [found[index]!, expected[index]!];
    if (Object.is(is, wanted) || is === wanted || (Number.isNaN(is) && Number.isNaN(wanted))) continue;
    if (!(Math.abs(is - wanted) <= atol + rtol * Math.abs(wanted))) return `${is} for ${wanted} at ${index}`;
  }
  return undefined;
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!.slice(0, 160);
}
