import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { cancelTransposes } from '../../../../src/core/graph/passes/cancelTransposes';
import { foldBatchNormalization } from '../../../../src/core/graph/passes/simplify';
import { readOnnx } from '../../../../src/formats/models/onnx/onnx';
import { specialise } from '../../../../src/core/graph/specialise';
import { modernise } from '../../../../src/core/graph/passes/modernise';
import { operators } from '../../../../src/core/graph/ops/registry';
import { floats, sizeOf, type Tensor } from '../../../../src/core/graph/tensor';
import { goldenBytes, goldenPath } from '../goldenSupport';
import { aged } from '../random/ageing';
import { Draw } from '../random/draw';
import { randomNetwork, type Network } from '../random/network';
import { randomNumbers } from '../support';
import { difference, inTurn, truthOf, type Pass, type Truth } from './agreement';
import { passes, passNamed, plain } from './registered';

// Each pass, alone and after others, must leave what a network computes as it was. `PASS_SEEDS=1001-4000` tries other networks.
const [FIRST, LAST] = (process.env.PASS_SEEDS ?? '1-80').split('-').map(Number) as [number, number];
const SEEDS = Array.from({ length: LAST - FIRST + 1 }, (_, index) => FIRST + index);
const LIMIT = 60_000 + 2_000 * SEEDS.length;

/** As a model is made ready to run: the passes in the order of the product. */
const READY = [
  'modernise',
  'cancelTransposes',
  'removeIdentities',
  'stripActivation',
  'foldBatchNormalization',
  'takePixels',
  'specialise',
].map(passNamed);
const onGraphs = READY.slice(1, -1);

async function failures(
  truths: readonly Truth[],
  passOf: (truth: Truth, index: number) => Pass,
): Promise<{ readonly found: readonly string[]; readonly applied: number }> {
  const found: string[] = [];
  let applied = 0;
  for (const [index, truth] of truths.entries()) {
    const result = await difference(passOf(truth, index), truth);
    if (result !== 'none') applied++;
    if (result !== undefined && result !== 'none') found.push(`${truth.name}: ${result}`);
  }
  return { found, applied };
}

const truths = async (networks: readonly (readonly [string, Network])[]): Promise<readonly Truth[]> => {
  const all: Truth[] = [];
  for (const [name, network] of networks) all.push(await truthOf(network, name));
  return all;
};

/** In an older operator set, where ONNX Runtime takes it so. */
async function olderTruth(truth: Truth, draw: Draw): Promise<Truth> {
  const network = aged(truth.network, draw);
  try {
    return await truthOf(network, `${truth.name}, operator set ${network.opset ?? 21}`);
  } catch {
    return truth;
  }
}

describe('passes on random networks', () => {
  const networks = SEEDS.map((seed) => [`seed ${seed}`, randomNetwork(seed)] as const);
  const known = truths(networks);
  const older = known.then(async (all) => {
    const found: Truth[] = [];
    for (const [index, truth] of all.entries()) found.push(await olderTruth(truth, new Draw(-SEEDS[index]!)));
    return found;
  });

  it.each(passes)('$name leaves what they compute', { timeout: LIMIT }, async (pass) => {
    const { found, applied } = await failures(await (pass.name === 'modernise' ? older : known), () => pass);
    expect(found).toEqual([]);
    expect(applied).toBeGreaterThan(SEEDS.length / 10);
  });

  it.skipIf(SEEDS.length < 80)('are of all kinds', { timeout: LIMIT }, async () => {
    const used = new Set(networks.flatMap(([, { graph }]) => graph.nodes.map(({ op }) => op)));
    expect(used.size).toBeGreaterThan(50);
    const opsets = new Set((await older).map(({ network }) => network.opset));
    expect(opsets.size).toBeGreaterThan(8);
    const outputs = (await known).flatMap((truth) => truth.outputs);
    const isLively = ({ data }: Tensor): boolean => data.every(Number.isFinite) && new Set(data).size > 1;
    expect(outputs.filter(isLively).length).toBeGreaterThan(0.9 * outputs.length);
  });

  it('one after the other as a model is made ready', { timeout: LIMIT }, async () => {
    expect((await failures(await older, () => inTurn(READY))).found).toEqual([]);
  });

  it('one after the other in any order', { timeout: LIMIT }, async () => {
    const inAnyOrder = (_: Truth, index: number): Pass => inTurn(new Draw(SEEDS[index]!).shuffled(onGraphs));
    expect((await failures(await known, inAnyOrder)).found).toEqual([]);
  });

  it('finds a bias that is dropped', { timeout: LIMIT }, async () => {
    const dropping = plain('dropping', (graph) => {
      const before = new Set(graph.nodes);
      const folded = foldBatchNormalization(graph);
      const nodes = folded.nodes.map((node) =>
        node.op === 'Conv' && !before.has(node) ? { ...node, inputs: node.inputs.slice(0, 2) } : node,
      );
      return { ...folded, nodes };
    });
    const { found } = await failures(await known, () => dropping);
    expect(found.length).toBeGreaterThan(SEEDS.length / 20);
  });

  it('finds an axis that is another', { timeout: LIMIT }, async () => {
    const turning = plain('turning', (graph) => {
      const turned = cancelTransposes(graph);
      const nodes = turned.nodes.map((node) => {
        const { axis } = node.attributes;
        return /Softmax|Concat|Split|Gather|Arg/.test(node.op) && typeof axis === 'number'
          ? { ...node, attributes: { ...node.attributes, axis: axis === 0 ? 1 : axis - 1 } }
          : node;
      });
      return { ...turned, nodes };
    });
    const { found } = await failures(await known, () => turning);
    expect(found.length).toBeGreaterThan(SEEDS.length / 20);
    // Among them such as have every shape right.
    expect(found.filter((each) => each.includes('is off by')).length).toBeGreaterThan(0);
  });
});

describe('passes on whole architectures', () => {
  const FOLDER = goldenPath('.');
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.onnx'));

  it.each(files)('%s, each alone and all as a model is made ready', { timeout: LIMIT }, async (file) => {
    const { graph, opset } = readOnnx(goldenBytes(file), () => {
      throw new Error('Its weights are in the file');
    });
    const inputs = graph.inputs.map((input) => ({ ...input, shape: input.shape.map((size) => (size < 0 ? 2 : size)) }));
    const { types } = specialise(modernise(graph, opset), 2, operators);
    const feeds = inputs.map(({ name, shape }) => [name, floats(shape, randomNumbers(sizeOf(shape), 1))] as const);
    const network = { graph: { ...graph, inputs, types }, feeds: Object.fromEntries(feeds), opset };
    const truth = await truthOf(network, file);
    for (const pass of [...passes, inTurn(READY)])
      expect(await difference(pass, truth), pass.name).toSatisfy((found) => found === undefined || found === 'none');
  });
});

describe('the list of passes', () => {
  it('has every function that a file of the folder of passes exports', async () => {
    const folder = path.resolve(import.meta.dirname, '../../../../src/core/graph/passes');
    const exported: string[] = [];
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.ts'))) {
      const module = (await import(path.join(folder, file))) as Record<string, unknown>;
      exported.push(...Object.keys(module).filter((name) => typeof module[name] === 'function'));
    }
    expect(exported.length).toBeGreaterThan(6);
    expect(exported.filter((name) => passes.every((pass) => pass.name !== name))).toEqual([]);
  });
});
