import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import type { EngineId } from '../src/core/model/modelInfo';
import { compareCheckouts } from './against/compare';
import { startContender, type Contender } from './contender';
import { measureFirstGradient } from './firstGradient';
import { describeMachine, loadAverage } from './machine';
import { measureTask } from './measure';
import { benchModels, type BenchModel } from './models';
import { readOptions, USAGE, type Options } from './options';
import { bundleProduct, type ProductBundle } from './productBundle';
import { startProduct } from './productContender';
import { exportForPyTorch } from './pytorchNetwork';
import { CALM, lifeSummary, report, summary } from './report';
import { resultsFile, saveResults, type FirstGradient, type Measurement, type Results } from './results';
import { measureTraining, TRAINING_MODEL, TRAINING_MODEL_WORDS } from './training';
import { measureTrainingLife } from './trainingLife';

const ROOT = path.resolve(__dirname, '..');
/** Images that PyTorch takes at once. */
const PYTORCH_CHUNK = 10;

const PYTORCH = { eager: 'PyTorch eager', fused: 'PyTorch fused' } as const;

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) {
    console.log(USAGE);
    return;
  }
  const load = loadAverage();
  if (load > CALM) {
    const busy = `The load average is ${load.toFixed(1)}: other programs would be measured too.`;
    if (!options.force) throw new Error(`${busy} Wait until it is below ${CALM}, or say --force.`);
    console.warn(busy);
  }
  const folder = mkdtempSync(path.join(os.tmpdir(), 'bench-'));
  try {
    if (options.against !== undefined) {
      const passes = await compareCheckouts(ROOT, options.against, options, folder, (line) => console.log(line));
      if (options.against.fail && !passes) process.exitCode = 1;
      return;
    }
    const product = await bundleProduct(ROOT, ROOT, path.join(folder, 'product'));
    await (options.training === 'only' ? trainAll(options, product, folder) : measureAll(options, product, folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureAll(options: Options, product: ProductBundle, folder: string): Promise<void> {
  const machine = describeMachine();
  const withTorch = hasTorch(options.python);
  if (!withTorch) console.warn(`${options.python} cannot import torch: PyTorch does not take part.`);
  for (const model of benchModels(ROOT, folder, options.paths, options.models)) {
    console.log(`${model.name} (${model.words})`);
    const contenders = await startAll(model, options, product, withTorch, folder);
    const torch = contenders.find(({ name }) => name.startsWith('PyTorch'))?.ready.version;
    const results = (measurements: Measurement[], firstGradients: FirstGradient[]): Results => ({
      machine,
      threads: options.threads,
      ...(torch !== undefined && { torch }),
      models: { [model.name]: model.words },
      measurements,
      firstGradients,
    });
    try {
      if (contenders.length === 0) continue;
      const gradients = new Map<string, number>();
      for (const task of options.tasks) {
        const measured = await measureTask(model.name, task, contenders, options.rounds, gradients, folder);
        console.log(`  ${task} (load ${measured.load.toFixed(1)}–${measured.loadAfter.toFixed(1)})`);
        for (const entry of measured.entries) console.log(summary(entry));
        for (const { name, why } of measured.skipped) console.log(`    ${name.padEnd(16)} left out: ${why}`);
        if (measured.entries.length > 0) await save(options, results([measured], []));
      }
    } finally {
      for (const contender of contenders) contender.close();
    }
    if (contenders[0]?.name !== 'onnx') continue;
    const first = await measureFirstGradient(model.name, () => startOurs('onnx', model, options, product));
    const [loading, gradient] = [first.loading, first.first].map(({ median }) => median.toFixed(0));
    console.log(`  before the first gradient: loading ${loading} ms, first map ${gradient} ms`);
    await save(options, results([], [first]));
  }
}

async function trainAll(options: Options, product: ProductBundle, folder: string): Promise<void> {
  const machine = describeMachine();
  const common = { machine, threads: options.threads, models: { [TRAINING_MODEL]: TRAINING_MODEL_WORDS } };
  await measureTraining(ROOT, product, folder, options, hasTorch(options.python), {
    said: (line) => console.log(line),
    async measured(measured, torch) {
      console.log(`${measured.task} (load ${measured.load.toFixed(1)}–${measured.loadAfter.toFixed(1)})`);
      for (const entry of measured.entries) console.log(summary(entry));
      for (const { name, why } of measured.skipped) console.log(`    ${name.padEnd(16)} left out: ${why}`);
      await save(options, {
        ...common,
        ...(torch !== undefined && { torch }),
        measurements: [measured],
        firstGradients: [],
      });
    },
  });
  if (options.quick) return;
  const trainingLife = await measureTrainingLife(ROOT, folder, options.threads);
  console.log(lifeSummary(trainingLife));
  await save(options, { ...common, measurements: [], firstGradients: [], trainingLife });
}

async function save(options: Options, results: Results): Promise<void> {
  if (options.quick) return;
  const file = resultsFile(path.join(ROOT, 'bench', 'results'), results.machine, results.threads);
  const all = saveResults(file, results);
  const style = await resolveConfig(file);
  writeFileSync(file, await format(JSON.stringify(all), { ...style, parser: 'json' }));
  const text = await format(report(all, path.relative(ROOT, file)), { ...style, parser: 'markdown' });
  writeFileSync(path.join(ROOT, 'docs', 'performance.md'), text);
}

/** The product's engine as a contender. */
function startOurs(
  engine: EngineId,
  model: BenchModel,
  { threads, tensorflowModule }: Options,
  product: ProductBundle,
): Promise<Contender> {
  const reference = engine === 'onnx' ? model.onnx : model.tensorflow!;
  const how = { reference, engine, threads, ...(tensorflowModule !== undefined && { tensorflowModule }) };
  return startProduct(engine, product, 'worker', how);
}

/** Starts every contender that can run the model; ours first. */
async function startAll(
  model: BenchModel,
  options: Options,
  product: ProductBundle,
  withTorch: boolean,
  folder: string,
): Promise<Contender[]> {
  const { threads, python } = options;
  const contenders: Contender[] = [];
  const wanted = (name: string): boolean => options.engines.length === 0 || options.engines.includes(name);
  const tryStart = async (name: string, start: () => Promise<Contender>): Promise<void> => {
    try {
      contenders.push(await start());
    } catch (error) {
      console.log(`  ${name} cannot take part: ${messageOf(error)}`);
    }
  };
  await tryStart('onnx', () => startOurs('onnx', model, options, product));
  const input = contenders[0]?.ready.input;
  if (withTorch && input !== undefined && (wanted('eager') || wanted('fused'))) {
    const problem = await exportForPyTorch(model.onnx, input, folder).catch((error: unknown) => messageOf(error));
    if (problem !== undefined) console.log(`  PyTorch cannot take part: ${problem}`);
    const script = path.join(ROOT, 'bench', 'pytorch', 'worker.py');
    for (const variant of ['eager', 'fused'] as const)
      if (problem === undefined && wanted(variant))
        await tryStart(PYTORCH[variant], () =>
          startContender(PYTORCH[variant], python, [script, folder, variant, String(threads), String(PYTORCH_CHUNK)]),
        );
  }
  if (model.tensorflow !== undefined)
    for (const engine of ['tensorflow', 'wasm', 'cpu'] as const)
      if (wanted(engine)) await tryStart(engine, () => startOurs(engine, model, options, product));
  return contenders;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function hasTorch(python: string): boolean {
  try {
    execFileSync(python, ['-c', 'import torch'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

main().catch((error: unknown) => {
  console.error(messageOf(error));
  process.exitCode = 1;
});
