import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { createNetwork } from '../src/engine/training/network/createNetwork';
import type { TrainableNetwork, WatchResult } from '../src/core/model/trainableNetwork';
import { createOptimizer } from '../src/training/optimizer';
import type { EngineChoice } from '../src/core/model/modelInfo';
import type { Ready, Timing } from './contender';
import { peakBytes } from './memory';
import { MINIBATCHES, type TrainingTask } from './taskNames';
import { trainingBatches, trainingModel } from './trainingSetup';

/** What the process is told on its command line, as JSON. */
export interface TrainingWorkerOptions {
  readonly engine: EngineChoice;
  readonly threads: number;
  readonly tensorflowModule?: string;
}

const RATE = 0.001;

const say = (reply: object): boolean => process.stdout.write(`${JSON.stringify(reply)}\n`);
const fail = (error: unknown): boolean => say({ error: error instanceof Error ? error.message : String(error) });

/** An engine of ours as a contender that trains: asked for a task, it takes all minibatches once. */
async function main(options: TrainingWorkerOptions): Promise<void> {
  const model = trainingModel();
  const networks: Readonly<Record<TrainingTask, TrainableNetwork>> = {
    training: await createNetwork(model, options),
    'training-watched': await createNetwork(model, { ...options, watchShare: 1 }),
  };
  const batches = trainingBatches();
  const watched = { ...batches[0]!, scoreOf: 'predicted' } as const;
  const initial = networks.training.weights.map(({ values }) => values.slice());
  const optimizers = {
    training: createOptimizer(networks.training.weights, adam),
    'training-watched': createOptimizer(networks['training-watched'].weights, adam),
  };
  say({ version: process.version, engine: networks.training.engine } satisfies Ready);
  for await (const line of createInterface({ input: process.stdin })) {
    const { task, output } = JSON.parse(line) as { task: TrainingTask; output?: string };
    const network = networks[task];
    try {
      if (output !== undefined) {
        network.weights.forEach(({ values }, index) => values.set(initial[index]!));
        optimizers[task] = createOptimizer(network.weights, adam);
      }
      const start = performance.now();
      // As the trainer does it: the next minibatch does not wait for what is seen after this one.
      let seen: Promise<WatchResult> | undefined;
      for (const batch of batches) {
        await network.step(batch);
        optimizers[task].update(RATE);
        await seen;
        if (task === 'training-watched') seen = network.watch(watched);
      }
      const gradient = (await seen)?.lossGradient;
      const ms = (performance.now() - start) / MINIBATCHES;
      if (output !== undefined) write(output, gradient ?? changes(network, initial));
      say({ ms, peakBytes: peakBytes() } satisfies Timing);
    } catch (error) {
      fail(error);
    }
  }
  await Promise.all(Object.values(networks).map((network) => network.dispose()));
}

const adam = { kind: 'adam', learningRate: RATE, momentum: 0, weightDecay: 0, schedule: 'constant' } as const;

/** How far the weights have come, one after the other as the model file has them. */
function changes(network: TrainableNetwork, initial: readonly Float32Array[]): Float32Array {
  return Float32Array.from(
    network.weights.flatMap(({ values }, index) => Array.from(values, (value, at) => value - initial[index]![at]!)),
  );
}

function write(file: string, numbers: Float32Array): void {
  writeFileSync(file, new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));
}

main(JSON.parse(process.argv[2]!) as TrainingWorkerOptions).catch((error: unknown) => {
  fail(error);
  process.exitCode = 1;
});
