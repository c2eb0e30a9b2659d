import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../../../src/core/graph/builder';
import { differentiateAll, NotDifferentiable } from '../../../../src/core/graph/differentiate';
import type { Graph, GraphNode, Origin, StaticGraph } from '../../../../src/core/graph/graph';
import { operators } from '../../../../src/core/graph/ops/registry';
import { valueOf } from '../../../../src/core/graph/origins';
import { transposedTensor } from '../../../../src/core/graph/permutation';
import { specialise } from '../../../../src/core/graph/specialise';
import { floats, sizeOf, type Tensor } from '../../../../src/core/graph/tensor';
import { aged } from '../random/ageing';
import { Draw } from '../random/draw';
import { randomNetwork, type Network } from '../random/network';
import { randomNumbers, runGraph } from '../support';
import { inTurn, truthOf, type Pass } from './agreement';
import { passes, passNamed, plain } from './registered';

// What a pass leaves of layers must be theirs: the value and, where the outputs stay what they were, the gradient with respect to
// it. A layer that no node has any more is merged, which is always right. `PASS_SEEDS=1001-4000` tries other networks.
const [FIRST, LAST] = (process.env.PASS_SEEDS ?? '1-80').split('-').map(Number) as [number, number];
const SEEDS = Array.from({ length: LAST - FIRST + 1 }, (_, index) => FIRST + index);
const LIMIT = 60_000 + 2_000 * SEEDS.length;
/** Passes that change neither inputs nor outputs, in the order of the product. */
const KEEPING = ['modernise', 'cancelTransposes', 'removeIdentities', 'foldBatchNormalization'].map(passNamed);

/** Every value of the network as a layer of its own. */
function layered(network: Network): Network {
  const nodes = network.graph.nodes.map((node): GraphNode => {
    const origins = node.outputs.flatMap((layer, output) =>
      layer === '' ? [] : [{ layer, kind: node.op, ...(output > 0 && { output }) }],
    );
    return { ...node, origins };
  });
  return { ...network, graph: { ...network.graph, nodes } };
}

interface Survivor {
  readonly value: string;
  readonly origin: Origin;
}

function survivors({ nodes }: Graph): readonly Survivor[] {
  return nodes.flatMap((node) => (node.origins ?? []).map((origin) => ({ value: valueOf(node, origin), origin })));
}

/** The graph with these outputs besides, as it is run. */
function withOutputs({ graph, feeds, opset }: Network, values: readonly string[]): Promise<readonly Tensor[]> {
  const outputs = [...new Set(values)];
  const types =
    opset === undefined || opset === 21 ? specialise({ ...graph, outputs }, 1, operators).types : graph.types;
  return runGraph({ ...graph, outputs, types }, feeds, opset, 'disabled').then((found) =>
    values.map((value) => found[outputs.indexOf(value)]!),
  );
}

function inFileOrder(tensor: Tensor, { permutation }: Origin): Tensor {
  return permutation === undefined ? tensor : transposedTensor(tensor, permutation);
}

function gap(found: Tensor, truth: Tensor): number {
  if (found.shape.join() !== truth.shape.join()) return Infinity;
  const values = Array.from(truth.data);
  const largest = values.reduce((most, each) => Math.max(most, Math.abs(each)), 0.1);
  let worst = 0;
  values.forEach((each, at) => {
    const difference = Object.is(each, found.data[at]) ? 0 : Math.abs(each - found.data[at]!);
    if (!(difference <= worst)) worst = difference;
  });
  return worst / largest;
}

interface Count {
  readonly wrong: string[];
  kept: number;
  merged: number;
}

/** Compares the value of each layer that the pass left with what it was. */
async function judge(pass: Pass, name: string, network: Network, count: Count): Promise<void> {
  const before = layered(network);
  const rewritten = pass.rewrite(before);
  if (rewritten === undefined) return;
  const left = survivors(rewritten.network.graph);
  const all = survivors(before.graph);
  expect(new Set(left.map(({ origin }) => origin.layer)).size, `${name}: each layer once`).toBe(left.length);
  count.kept += left.length;
  count.merged += all.length - left.length;
  if (left.length === 0) return;
  const truths = await withOutputs(
    before,
    left.map(({ origin }) => origin.layer),
  );
  const found = await withOutputs(
    rewritten.network,
    left.map(({ value }) => value),
  );
  for (const [index, { origin }] of left.entries())
    if (!(gap(inFileOrder(found[index]!, origin), truths[index]!) <= 1e-4))
      count.wrong.push(`${name}: ${pass.name} makes ${origin.layer} (${origin.kind}) another value`);
}

/** Values that depend on the picture: what does not is no layer but a weight. */
function madeOfPicture({ inputs, nodes }: Graph): ReadonlySet<string> {
  const seen = new Set([inputs[0]!.name]);
  for (const node of nodes)
    if (node.inputs.some((name) => seen.has(name))) node.outputs.forEach((name) => seen.add(name));
  return seen;
}

/** ∂ Σ w∘output / ∂ each value, by our own derivative; undefined: it has none. */
async function gradientsAt(
  { graph, feeds }: Network,
  values: readonly string[],
): Promise<readonly (Tensor | undefined)[] | undefined> {
  const [output] = graph.outputs as [string];
  const fixed: StaticGraph = specialise({ ...graph, outputs: [output] }, 1, operators);
  const builder = GraphBuilder.from(fixed, operators);
  const shape = fixed.types.get(output)!.shape;
  const seed = builder.constant(floats(shape, randomNumbers(sizeOf(shape), 5)));
  try {
    const { gradients } = differentiateAll(builder, fixed, output, values, seed);
    const wanted = [...new Set(gradients.values())];
    if (wanted.length === 0) return undefined;
    const given = Object.fromEntries(
      Object.entries(feeds).filter(([name]) => fixed.inputs.some((each) => each.name === name)),
    );
    const found = await runGraph(builder.build(wanted), given, 21, 'disabled');
    return values.map((value) => found[wanted.indexOf(gradients.get(value) ?? '')]);
  } catch (error) {
    if (error instanceof NotDifferentiable || (error as Error).message.includes('no derivative')) return undefined;
    throw error;
  }
}

describe('layers of random networks', () => {
  const networks = SEEDS.map((seed) => [`seed ${seed}`, randomNetwork(seed)] as const);

  async function counted(pass: Pass, all: readonly (readonly [string, Network])[] = networks): Promise<Count> {
    const count: Count = { wrong: [], kept: 0, merged: 0 };
    for (const [name, network] of all) await judge(pass, name, network, count);
    return count;
  }

  it.each(passes)('$name leaves layers their values', { timeout: LIMIT }, async (pass) => {
    const { wrong, kept, merged } = await counted(pass);
    expect(wrong).toEqual([]);
    expect(kept / (kept + merged)).toBeGreaterThan(0.5);
  });

  it('all as a model is made ready', { timeout: LIMIT }, async () => {
    const ready = [...KEEPING.slice(0, 3), 'stripActivation', 'foldBatchNormalization', 'takePixels', 'specialise'].map(
      (pass) => (typeof pass === 'string' ? passNamed(pass) : pass),
    );
    const { wrong, kept, merged } = await counted(inTurn(ready));
    expect(wrong).toEqual([]);
    expect(kept / (kept + merged)).toBeGreaterThan(0.5);
    expect(merged).toBeGreaterThan(0);
  });

  it('nodes of older operator sets', { timeout: LIMIT }, async () => {
    const older: (readonly [string, Network])[] = [];
    for (const [index, [name, network]] of networks.entries()) {
      const old = aged(network, new Draw(-SEEDS[index]!));
      const values = network.graph.nodes.flatMap(({ outputs }) => outputs.filter((each) => each !== ''));
      const modern = passNamed('modernise').rewrite(network)!.network.graph;
      const { types } = specialise({ ...modern, outputs: values }, 1, operators);
      // ONNX Runtime does not take all of them.
      const isRun = await truthOf(old, name).catch(() => undefined);
      if (isRun !== undefined) older.push([name, { ...old, graph: { ...old.graph, types } }]);
    }
    expect(older.length).toBeGreaterThan(0.8 * SEEDS.length);
    const { wrong, kept, merged } = await counted(passNamed('modernise'), older);
    expect(wrong).toEqual([]);
    expect(kept / (kept + merged)).toBeGreaterThan(0.9);
  });

  it.each([...KEEPING, inTurn(KEEPING)])('$name leaves layers their gradients', { timeout: LIMIT }, async (pass) => {
    const wrong: string[] = [];
    let compared = 0;
    for (const [name, network] of networks) {
      const before = layered(passNamed('modernise').rewrite(network)!.network);
      const after = pass.rewrite(before)!.network;
      const seen = madeOfPicture(before.graph);
      const left = survivors(after.graph).filter(
        ({ origin }) => seen.has(origin.layer) && before.graph.types.get(origin.layer)?.type === 'float32',
      );
      const truths = await gradientsAt(
        before,
        left.map(({ origin }) => origin.layer),
      );
      const found = await gradientsAt(
        after,
        left.map(({ value }) => value),
      );
      if (truths === undefined || found === undefined) continue;
      for (const [index, { origin }] of left.entries()) {
        const [truth, own] = [truths[index], found[index]];
        if (truth === undefined && own === undefined) continue;
        compared++;
        if (truth === undefined || own === undefined || !(gap(inFileOrder(own, origin), truth) <= 1e-3))
          wrong.push(`${name}: ${pass.name}, ${origin.layer} (${origin.kind})`);
      }
    }
    expect(wrong).toEqual([]);
    expect(compared).toBeGreaterThan(SEEDS.length);
  });

  it('finds a layer that is another', { timeout: LIMIT }, async () => {
    const forgetful = plain('forgetful', (graph) => {
      const folded = passNamed('cancelTransposes').rewrite({ graph: { ...graph, types: new Map() }, feeds: {} })!;
      const nodes = folded.network.graph.nodes.map((node) => {
        const origins = node.origins?.map(({ layer, kind }) => ({ layer, kind }));
        return origins === undefined ? node : { ...node, origins };
      });
      return { ...graph, nodes, constants: folded.network.graph.constants };
    });
    expect((await counted(forgetful)).wrong.length).toBeGreaterThan(SEEDS.length / 20);
  });
});
