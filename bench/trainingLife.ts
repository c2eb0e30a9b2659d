import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createEngineClient } from '../src/engine/process/client';
import { createTrainingClient } from '../src/engine/training/client';
import { DEFAULT_TRAINING } from '../src/training/options';
import type { TrainingLife } from './results';
import { randomSequence, spreadOf, type Spread } from './statistics';
import { BATCH } from './taskNames';
import { TRAINING_SIDE } from './trainingSetup';

/** Minibatches before memory is looked at for the first time, and between then and the second time. */
const SETTLED = 2000;
const WATCHED_OVER = 5000;
const LOOKS = 40;
const LOOK_EVERY_MS = 150;
const CLASSES = 10;
const IMAGES = 16_000;

/**
 * A training as the editor starts it, in a process of its own with 16 watched images: how long the attribution of one picture takes
 * beside it, and how the memory of its process grows.
 */
export async function measureTrainingLife(root: string, folder: string, threads: number): Promise<TrainingLife> {
  execFileSync(process.execPath, ['esbuild.mjs'], { cwd: root });
  const log = { info: ignore, warn: ignore, error: (line: string) => console.warn(line) };
  const engine = { enginePath: path.join(root, 'dist', 'engine.js'), log };
  const [looking, training] = [createEngineClient(engine), createTrainingClient(engine)];
  const samples = path.join(root, 'samples');
  const pictures = readdirSync(samples).filter((name) => name.endsWith('.png'));
  const look = async (): Promise<number> => {
    const start = performance.now();
    await looking.attribute({
      model: { path: path.join(root, 'media', 'models', 'fashion-mnist') },
      image: { path: path.join(samples, pictures[0]!) },
      method: 'gradient-x-input',
      threads,
    });
    return performance.now() - start;
  };
  const lookOften = async (): Promise<Spread> => {
    const times: number[] = [];
    for (let turn = 0; turn < LOOKS; turn++) {
      times.push(await look());
      await pause(LOOK_EVERY_MS);
    }
    return spreadOf(times);
  };
  try {
    await look();
    const alone = await lookOften();
    let step = 0;
    const stop = new AbortController();
    const record = training.train(
      {
        folder: path.join(folder, 'life'),
        name: 'bench',
        network: 'deep-network',
        dataset: { path: writeImages(folder) },
        options: { ...DEFAULT_TRAINING, batchSize: BATCH, epochs: 100, validationShare: 0 },
        watched: pictures.slice(0, BATCH).map((name) => ({ path: path.join(samples, name), label: 0 })),
        engine: 'onnx',
        threads,
      },
      {
        signal: stop.signal,
        progress: (event) => {
          if (event.kind === 'minibatches') step = event.firstStep + event.loss.length - 1;
        },
      },
    );
    const until = async (wanted: number): Promise<number | undefined> => {
      while (step < wanted) await pause(20);
      return residentBytes(training.trainingPid);
    };
    const first = await until(SETTLED);
    const beside = await lookOften();
    const last = await until(SETTLED + WATCHED_OVER);
    stop.abort();
    await record;
    return {
      alone,
      beside,
      minibatches: WATCHED_OVER,
      ...(first !== undefined && last !== undefined && { memory: { first, last } }),
    };
  } finally {
    await Promise.all([looking.dispose(), training.dispose()]);
  }
}

/** Seeded noise as IDX files. */
function writeImages(folder: string): string {
  const target = path.join(folder, 'images');
  mkdirSync(target);
  const random = randomSequence(5);
  for (const [part, count] of [
    ['train', IMAGES],
    ['t10k', BATCH],
  ] as const) {
    const bytes = (size: number, below: number): Uint8Array =>
      Uint8Array.from({ length: size }, () => below * random());
    const head = (kind: number, ...sides: readonly number[]): Buffer => {
      const numbers = [kind, count, ...sides];
      const buffer = Buffer.alloc(4 * numbers.length);
      numbers.forEach((number, place) => buffer.writeUInt32BE(number, 4 * place));
      return buffer;
    };
    const size = count * TRAINING_SIDE ** 2;
    writeFileSync(
      path.join(target, `${part}-images-idx3-ubyte`),
      Buffer.concat([head(0x803, TRAINING_SIDE, TRAINING_SIDE), bytes(size, 256)]),
    );
    writeFileSync(path.join(target, `${part}-labels-idx1-ubyte`), Buffer.concat([head(0x801), bytes(count, CLASSES)]));
  }
  return target;
}

/** Only Linux tells of other processes. */
function residentBytes(pid: number | undefined): number | undefined {
  try {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))!;
    return 1024 * Number(kilobytes);
  } catch {
    return undefined;
  }
}

function ignore(): void {
  // Nobody reads along.
}
