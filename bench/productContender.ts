import { startContender, type Contender } from './contender';
import type { Program, ProductBundle } from './productBundle';
import type { TrainingWorkerOptions } from './trainingWorker';
import type { WorkerOptions } from './worker';

/** Starts a process that runs a bundled product; rejects with its reason if it cannot take part. */
export function startProduct<Name extends Program>(
  name: string,
  bundle: ProductBundle,
  program: Name,
  options: Name extends 'worker' ? WorkerOptions : TrainingWorkerOptions,
): Promise<Contender> {
  return startContender(name, process.execPath, [bundle.program(program), JSON.stringify(options)]);
}
