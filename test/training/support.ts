import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach } from 'vitest';
import { createRandom, drawNormal } from '../../src/core/random';
import { createControl } from '../../src/training/control';
import type { ImageSet } from '../../src/training/data/dataset';
import type { TrainerEvent } from '../../src/training/events';
import type { TrainableNetwork } from '../../src/core/model/trainableNetwork';
import type { TrainingOptions } from '../../src/training/options';
import { DEFAULT_TRAINING } from '../../src/training/options';
import { lockRun } from '../../src/training/run/lock';
import type { RunRecord } from '../../src/training/run/record';
import { writeFiles } from '../../src/training/run/runOutput';
import type { TrainingSession } from '../../src/training/session';
import { runTraining } from '../../src/training/session';
import { stepsOf } from '../../src/training/steps';
import type { WatchedImages } from '../../src/training/watch/watcher';

export interface Size {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
}

/** Folders that are removed after each test. */
export function useFolders(): () => string {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });
  return () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'gradient-lens-run-'));
    folders.push(folder);
    return folder;
  };
}

/** Images that differ by class: noise around a level of their class. */
export function makeSet({ height, width, channels }: Size, classes: number, count: number, seed: number): ImageSet {
  const random = createRandom(seed);
  const values = height * width * channels;
  const labels = Uint16Array.from({ length: count }, (_, index) => index % classes);
  const images = Array.from(labels, (label) =>
    Float32Array.from({ length: values }, (_, place) => (place % classes === label ? 0.6 : 0.2) + 0.3 * random()),
  );
  return {
    count,
    labels,
    read: async (indices, target) => {
      // Not at once, as from a disk.
      await Promise.resolve();
      Array.from(indices).forEach((index, place) => target.set(images[index]!, place * values));
    },
    nameOf: (index) => ({ name: String(index) }),
  };
}

/** Softmax regression z = aᵀW + b with its gradients in closed form; float64 arithmetic, weights in float32. */
export function softmaxNetwork(input: Size, classes: number, seed = 1): TrainableNetwork {
  const pixels = input.height * input.width * input.channels;
  const random = createRandom(seed);
  const kernel = Float32Array.from({ length: pixels * classes }, () => 0.1 * drawNormal(random));
  const bias = new Float32Array(classes);
  const weights = [
    weightOf('dense/kernel', [pixels, classes], kernel),
    weightOf('dense/bias', [classes], bias),
  ] as const;
  const logitsOf = (image: Float32Array) =>
    Array.from(bias, (start, k) => image.reduce((sum, value, i) => sum + value * kernel[i * classes + k]!, start));
  const imageAt = (all: Float32Array, index: number) => all.subarray(index * pixels, (index + 1) * pixels);
  return {
    engine: 'cpu',
    engineReason: 'It is a test.',
    input,
    classes,
    weights,
    async step({ pixels: all, labels, count }) {
      const [forKernel, forBias] = [weights[0].gradient.fill(0), weights[1].gradient.fill(0)];
      let loss = 0;
      let correct = 0;
      for (let n = 0; n < count; n++) {
        const image = imageAt(all, n);
        const logits = logitsOf(image);
        const probabilities = softmax(logits);
        const label = labels[n]!;
        loss -= Math.log(probabilities[label]!) / count;
        if (logits.indexOf(Math.max(...logits)) === label) correct++;
        probabilities.forEach((p, k) => {
          const error = (p - (k === label ? 1 : 0)) / count;
          forBias[k]! += error;
          image.forEach((value, i) => (forKernel[i * classes + k]! += error * value));
        });
      }
      return { loss, correct };
    },
    predict: async (all, count) =>
      Float32Array.from(Array.from({ length: count }, (_, n) => logitsOf(imageAt(all, n))).flat()),
    async watch({ pixels: all, labels, count, scoreOf }) {
      const logits = Array.from({ length: count }, (_, n) => logitsOf(imageAt(all, n)));
      const scored = logits.map((z, n) => (scoreOf === 'label' ? labels[n]! : z.indexOf(Math.max(...z))));
      const along = (directions: readonly (readonly number[])[]) =>
        Float32Array.from(
          directions.flatMap((d) =>
            Array.from({ length: pixels }, (_, i) => d.reduce((sum, w, k) => sum + w * kernel[i * classes + k]!, 0)),
          ),
        );
      return {
        logits: Float32Array.from(logits.flat()),
        scoreGradient: along(scored.map((c) => Array.from(bias, (_, k) => (k === c ? 1 : 0)))),
        lossGradient: along(logits.map((z, n) => softmax(z).map((p, k) => p - (k === labels[n] ? 1 : 0)))),
      };
    },
    exportWeights: () => weights.map(({ name, shape, values }) => ({ name, shape, data: values.slice() })),
    dispose: async () => undefined,
  };
}

export function weightOf(name: string, shape: readonly number[], values: Float32Array) {
  return { name, shape, trainable: true, values, gradient: new Float32Array(values.length) };
}

export function softmax(logits: readonly number[]): number[] {
  const exponentials = logits.map((logit) => Math.exp(logit - Math.max(...logits)));
  const total = exponentials.reduce((sum, value) => sum + value, 0);
  return exponentials.map((value) => value / total);
}

export interface SmallRun {
  readonly folder: string;
  readonly options?: Partial<TrainingOptions>;
  readonly network?: TrainableNetwork;
  readonly count?: number;
  readonly watched?: WatchedImages;
  readonly sets?: TrainingSession['sets'];
  readonly continues?: boolean;
  /** Does not collect the events. */
  readonly forgets?: boolean;
  readonly onEvent?: (event: TrainerEvent, session: TrainingSession) => void;
}

export const SIZE: Size = { height: 4, width: 4, channels: 1 };
export const CLASSES = 3;

const smallOptions: TrainingOptions = {
  ...DEFAULT_TRAINING,
  epochs: 3,
  batchSize: 4,
  optimizer: { ...DEFAULT_TRAINING.optimizer, learningRate: 0.01 },
};

/** Trains softmax regression (or what is given) on made-up images in a folder. */
export async function trainSmall(run: SmallRun): Promise<{ record: RunRecord; events: TrainerEvent[] }> {
  const options = { ...smallOptions, ...run.options };
  const network = run.network ?? softmaxNetwork(SIZE, CLASSES);
  const sets = run.sets ?? {
    train: makeSet(network.input, network.classes, run.count ?? 10, 7),
    validation: makeSet(network.input, network.classes, 5, 8),
    test: makeSet(network.input, network.classes, 6, 9),
  };
  const events: TrainerEvent[] = [];
  const lock = await lockRun(run.folder);
  const session: TrainingSession = {
    folder: run.folder,
    lock,
    network,
    sets,
    watched: run.watched,
    options,
    saveModel: (folder, weights) =>
      writeFiles(folder, { 'weights.json': JSON.stringify(weights.map(({ data }) => Array.from(data))) }),
    control: createControl(),
    report: (event) => {
      if (!run.forgets) events.push(event);
      run.onEvent?.(event, session);
    },
  };
  try {
    const record = recordOf(options, network, run.watched?.labels ?? new Uint16Array(), sets.train.count);
    return { record: await runTraining(session, record, { continues: run.continues ?? false }), events };
  } finally {
    await lock.release();
  }
}

/** A watched image of every class. */
export function watchedOf({ height, width, channels }: Size, classes: number): WatchedImages {
  const random = createRandom(99);
  return {
    pixels: Float32Array.from({ length: classes * height * width * channels }, () => random()),
    labels: Uint16Array.from({ length: classes }, (_, k) => k),
    count: classes,
  };
}

function recordOf(
  options: TrainingOptions,
  { input, classes }: TrainableNetwork,
  watchedLabels: Uint16Array,
  trainCount: number,
): RunRecord {
  return {
    kind: 'training',
    version: 1,
    id: '20260101T000000Z-00000000',
    name: 'test',
    created: '2026-01-01T00:00:00Z',
    status: 'running',
    network: { source: 'softmax', summary: { name: 'softmax', layers: [], parameters: 0, trainableParameters: 0 } },
    dataset: {
      request: { path: '/nowhere' },
      info: {
        name: 'made up',
        path: '/nowhere',
        format: 'folders',
        classes: Array.from({ length: classes }, (_, k) => `class ${k}`),
        ...input,
        trainCount,
        testCount: 6,
        classCounts: [],
        testSource: 'own',
        unreadable: [],
        unreadableCount: 0,
        hash: '',
        warnings: [],
      },
    },
    options,
    engine: 'cpu',
    engineReason: 'It is a test.',
    watched: Array.from(watchedLabels, (label, index) => ({
      name: `image ${index}.png`,
      path: `/nowhere/image ${index}.png`,
      hash: '',
      label,
      labelSource: 'user' as const,
    })),
    step: 0,
    steps: stepsOf(trainCount, options),
    epochs: [],
    seconds: 0,
    warnings: [],
  };
}
