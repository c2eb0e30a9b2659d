import path from 'node:path';
import type { EngineId } from '../src/core/model/modelInfo';
import { startContender, type Contender } from './contender';
import { measureTask } from './measure';
import type { Options } from './options';
import type { ProductBundle } from './productBundle';
import { startProduct } from './productContender';
import type { Measurement } from './results';
import { TRAINING_TASKS } from './taskNames';
import { exportTraining } from './trainingSetup';
import type { TrainingWorkerOptions } from './trainingWorker';

export const TRAINING_MODEL = 'deep-network';
export const TRAINING_MODEL_WORDS = '179,728 parameters, 28 × 28';

/** Measures training with and without watching; `heard` is told of each measurement and of who cannot take part. */
export async function measureTraining(
  root: string,
  product: ProductBundle,
  folder: string,
  options: Options,
  withTorch: boolean,
  heard: {
    readonly measured: (result: Measurement, torch: string | undefined) => Promise<void>;
    readonly said: (line: string) => void;
  },
): Promise<void> {
  const { threads, tensorflowModule, python, engines } = options;
  exportTraining(folder);
  const contenders: Contender[] = [];
  const start = async (name: string, starting: () => Promise<Contender>): Promise<void> => {
    if (name !== 'onnx' && engines.length > 0 && !engines.includes(name.replace('PyTorch ', ''))) return;
    try {
      contenders.push(await starting());
    } catch (error) {
      heard.said(`  ${name} cannot take part: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const ours = (engine: EngineId): Promise<void> => {
    const worker: TrainingWorkerOptions = {
      engine,
      threads,
      ...(tensorflowModule !== undefined && { tensorflowModule }),
    };
    return start(engine, () => startProduct(engine, product, 'trainingWorker', worker));
  };
  try {
    await ours('onnx');
    const torch = path.join(root, 'bench', 'pytorch', 'training.py');
    const eager = 'PyTorch eager';
    if (withTorch) await start(eager, () => startContender(eager, python, [torch, folder, String(threads)]));
    for (const engine of ['tensorflow', 'wasm', 'cpu'] as const) await ours(engine);
    const version = contenders.find(({ name }) => name.startsWith('PyTorch'))?.ready.version;
    for (const task of TRAINING_TASKS)
      await heard.measured(
        await measureTask(TRAINING_MODEL, task, contenders, options.rounds, new Map(), folder),
        version,
      );
  } finally {
    for (const contender of contenders) contender.close();
  }
}
