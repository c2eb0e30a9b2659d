import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngineClient } from '../../src/engine/process/client';
import { createService } from '../../src/engine/usecases/localService';
import type { JobProgress } from '../../src/engine/calls/service';
import type { EngineService } from '../../src/engine/calls/table';
import { CancelledError, UserError } from '../../src/core/errors';
import { GraphBuilder } from '../../src/core/graph/builder';
import type { Operator } from '../../src/core/graph/operator';
import { operators } from '../../src/core/graph/ops/registry';
import { floats, tensorOf } from '../../src/core/graph/tensor';
import { writeOnnx } from '../../src/formats/models/onnx/writeOnnx';
import type { CheckId, CheckItem, ModelCheck } from '../../src/core/result/modelCheck';
import { CHECK_TITLES } from '../../src/core/result/modelCheck';
import { bundleProgram, projectRoot, wasmFiles } from './support/bundle';
import { makeFolder } from './support/folder';
import type { LinearModel } from './support/linearModel';
import { writeGreyPng, writeLinearModel } from './support/linearModel';

const linear: LinearModel = {
  height: 2,
  width: 2,
  weights: [
    [2, -1, 0.5],
    [-3, 1, 0.25],
    [0.5, 2, -1],
    [1, -2, 1],
  ],
  bias: [0.1, -0.2, 0.05],
  classes: ['cat', 'dog', 'owl'],
};
const bundled = path.join(projectRoot, 'media/models/fashion-mnist/model.json');

const golden = path.join(projectRoot, 'test/golden/graph');
const architectures = readdirSync(golden).filter((name) => name.endsWith('.onnx'));

const folder = makeFolder();
const at = (...parts: string[]) => path.join(folder.path, ...parts);
let service: EngineService;
let modelPath: string;

beforeAll(async () => {
  service = createService();
  modelPath = writeLinearModel(at('linear'), linear);
  await writeGreyPng(at('x.png'), [255, 51, 102, 0], 2, 2);
});
afterAll(async () => {
  await service.dispose();
  folder.remove();
});

function items({ checks }: ModelCheck): Record<CheckId, CheckItem> {
  return Object.fromEntries(checks.map((item) => [item.id, item])) as Record<CheckId, CheckItem>;
}

/**
 * An ONNX model of 4 × 4 grey pixels: `make` between the pixels and a fully connected layer of three classes. `unknown`: an
 * operator that keeps the shape and that only ONNX Runtime knows.
 */
function writeOnnxModel(file: string, make: (builder: GraphBuilder, x: string) => string, unknown = 'unused'): string {
  const sameShape: Operator = { infer: (_node, { types: [x] }) => [x!] };
  const builder = new GraphBuilder(new Map([...operators, [unknown, sameShape]]));
  const x = builder.input('x', { type: 'float32', shape: [1, 1, 4, 4] });
  const flat = builder.add('Flatten', [make(builder, x)], { axis: 1 });
  const weights = Float32Array.from({ length: 48 }, (_, index) => Math.sin(7 * index + 1));
  const output = builder.add('Gemm', [flat, builder.constant(floats([16, 3], weights))], {});
  writeFileSync(at(file), writeOnnx(builder.build([output])));
  return at(file);
}

describe('checkModel', () => {
  it('has two engines agree on the closed form', async () => {
    const check = await service.checkModel({ model: { path: modelPath }, engine: 'cpu' });
    expect(check).toMatchObject({ kind: 'model-check', version: 1, verdict: 'passed', seed: 0, secondEngine: 'onnx' });
    expect(check.checks.map(({ id }) => id)).toEqual(Object.keys(CHECK_TITLES));
    const measured = items(check)['finite-differences'].numbers['logit directional derivative'];
    const norms = [0, 1, 2].map((column) => Math.hypot(...linear.weights.map((row) => row[column]!)));
    expect(Math.min(...norms.map((norm) => Math.abs(norm - measured!)))).toBeLessThan(1e-5);
    expect(check.model.operators).toEqual({ Flatten: 1, Dense: 1 });
    expect(JSON.parse(JSON.stringify(check))).toEqual(check);
  });

  it('tries an image of the user, and other probe pictures for another seed', async () => {
    const request = { model: { path: modelPath }, engine: 'cpu' } as const;
    const own = await service.checkModel({ ...request, image: { path: at('x.png') }, seed: 3 });
    expect(own.image).toMatchObject({ name: 'x.png', decoding: { format: 'PNG', bits: 8, colours: 'grey' } });
    expect(own).not.toHaveProperty('imageWarnings');
    await writeGreyPng(at('labels.png'), [0, 1, 2, 1], 2, 2);
    const labels = await service.checkModel({ ...request, image: { path: at('labels.png') } });
    expect(labels.imageWarnings).toEqual([
      expect.stringMatching(/^labels\.png: the brightest pixel .* 0\.8 % of white/),
    ]);
    expect(own.seed).toBe(3);
    expect(items(own).runs.numbers.pictures).toBe(4);
    const other = await service.checkModel(request);
    expect(items(own).logits.numbers).not.toEqual(items(other).logits.numbers);
  });

  it('finds the bundled model in order on ONNX Runtime', async () => {
    const check = await service.checkModel({ model: { path: bundled } });
    expect(check.checks.filter(({ status }) => status !== 'passed')).toEqual([]);
    expect(check.model.engine).toBe('onnx');
    expect(check.secondEngine).not.toBe('onnx');
    expect(check.model.operators).toMatchObject({ Conv: 9 });
    expect(check.model.derivative).toEqual({ missing: {}, zero: {} });
  });

  it.each(architectures)('finds the gradient of %s to be what its scores do', async (name) => {
    const check = await service.checkModel({ model: { path: path.join(golden, name) } });
    const found = items(check);
    for (const id of ['operators', 'deterministic', 'batch', 'gradient', 'finite-differences'] as const)
      expect([id, found[id].status, found[id].sentence]).toEqual([id, 'passed', found[id].sentence]);
  });

  it('names the operators that a gradient does not pass', async () => {
    const rounded = writeOnnxModel('round.onnx', (builder, x) =>
      builder.add('Round', [builder.add('Mul', [x, builder.scalar(3)])]),
    );
    const check = await service.checkModel({ model: { path: rounded } });
    expect(check.verdict).toBe('failed');
    expect(items(check).operators).toMatchObject({ status: 'warning', numbers: { zeroDerivative: 1 } });
    expect(items(check).gradient).toMatchObject({ status: 'failed', numbers: { zero: 6 } });
    expect(items(check)['second-engine'].sentence).toContain('ONNX');
    expect(check.model.warnings.join()).toContain('Round (1 ×)');
    const smooth = writeOnnxModel('smooth.onnx', (builder, x) =>
      builder.add('Where', [builder.add('Greater', [x, builder.scalar(0.5)]), x, builder.add('Tanh', [x])]),
    );
    const fine = await service.checkModel({ model: { path: smooth } });
    expect(items(fine).operators.status).toBe('passed');
    expect(items(fine).gradient.status).toBe('passed');
    expect(items(fine)['finite-differences'].status).toBe('passed');
  });

  it.each([
    ['Compress', 'passed', { axis: 0 }],
    ['RandomNormalLike', 'warning', {}],
  ])(
    'says of a model with %s that it predicts without a gradient; repeatable: %s',
    async (op, deterministic, attributes) => {
      const make = (builder: GraphBuilder, x: string): string => {
        const inputs = op === 'Compress' ? [x, builder.constant(tensorOf('bool', [1], [1]))] : [x];
        return builder.add('Add', [x, builder.add(op, inputs, attributes)]);
      };
      const file = writeOnnxModel(`${op}.onnx`, make, op);
      const check = await service.checkModel({ model: { path: file } });
      const found = items(check);
      expect(found.operators).toMatchObject({ status: 'failed', numbers: { withoutDerivative: 1 } });
      expect(found.operators.sentence).toContain(`${op} (1 ×)`);
      expect(found.runs.status).toBe('passed');
      expect(found.deterministic.status).toBe(deterministic);
      expect(found.gradient.status).toBe('failed');
      expect(found['finite-differences'].status).toBe('skipped');
      expect(check.verdict).toBe('failed');
    },
  );

  it('refuses what cannot be loaded, and stops when told to', async () => {
    const failure = await service.checkModel({ model: { path: at('absent.onnx') } }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UserError);
    const controller = new AbortController();
    const progress = ({ stage, done }: JobProgress) => {
      if (stage === 'compute' && done === 1) controller.abort();
    };
    const request = { model: { path: modelPath }, engine: 'cpu' } as const;
    await expect(service.checkModel(request, { signal: controller.signal, progress })).rejects.toBeInstanceOf(
      CancelledError,
    );
    await expect(service.checkModel(request)).resolves.toMatchObject({ verdict: 'passed' });
  });

  it('is the same in a process of its own', async () => {
    const engine = await bundleProgram('src/engine/main.ts', wasmFiles());
    const ignore = () => undefined;
    const client = createEngineClient({ enginePath: engine.file, log: { info: ignore, warn: ignore, error: ignore } });
    try {
      const stages = new Set<string>();
      const request = { model: { path: modelPath }, engine: 'cpu' } as const;
      const there = await client.checkModel(request, { progress: ({ stage }) => stages.add(stage) });
      const here = await service.checkModel(request);
      expect(there.checks).toEqual(here.checks);
      expect(stages).toContain('compute');
    } finally {
      await client.dispose();
      engine.remove();
    }
  });

  it('leaves the files of the model alone', async () => {
    const before = readFileSync(modelPath, 'utf8');
    await service.checkModel({ model: { path: modelPath } });
    expect(readFileSync(modelPath, 'utf8')).toBe(before);
  });
});
