import { readFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import type { TrainingEvent } from '../../../src/engine/calls/training';
import type { Picture, RawMap } from '../../../src/core/image/pixels';
import { DEFAULT_TRAINING } from '../../../src/training/options';
import type { DatasetInfo } from '../../../src/training/data/dataset';
import type { NetworkSummary } from '../../../src/training/architectures/architecture';
import type { RunContents, WatchedMaps } from '../../../src/training/run/contents';
import type { Frame } from '../../../src/training/frames/frames';
import type { RunRecord } from '../../../src/training/run/record';
import type { ToTraining, TrainingForm } from '../../../src/protocol/training';
import { CLASS_NAMES } from './results';

const SIDE = 28;
const SAMPLES = ['sandal', 'bag', 'coat', 'dress', 'ankle-boot', 'trouser', 'shirt', 'sneaker'];
const LABELS = [5, 8, 4, 3, 9, 1, 6, 7];

export const datasetInfo: DatasetInfo = {
  name: 'Fashion-MNIST',
  path: '/data/fashion-mnist',
  format: 'idx',
  classes: CLASS_NAMES,
  height: SIDE,
  width: SIDE,
  channels: 1,
  trainCount: 60_000,
  testCount: 10_000,
  classCounts: CLASS_NAMES.map(() => 6000),
  testSource: 'own',
  unreadable: [],
  unreadableCount: 0,
  hash: 'c'.repeat(64),
  warnings: [],
};

export const summary: NetworkSummary = {
  name: 'deep-network',
  layers: [
    { name: 'conv2d', type: 'Conv2D', output: [26, 26, 32], parameters: 320 },
    { name: 'flatten', type: 'Flatten', output: [21_632], parameters: 0 },
    { name: 'dense', type: 'Dense', output: [10], parameters: 216_330 },
  ],
  parameters: 216_650,
  trainableParameters: 216_650,
};

export const form: TrainingForm = {
  architectures: [
    {
      id: 'deep-network',
      label: 'Deep network',
      summary: 'Three convolutions and two dense layers.',
      source: 'The post.',
      minimumSide: 16,
    },
    { id: 'alexnet', label: 'AlexNet', summary: 'Five convolutions.', source: 'Krizhevsky 2012.', minimumSide: 64 },
  ],
  models: [{ name: 'mine', path: '/models/mine/model.json' }],
  defaults: DEFAULT_TRAINING,
  watched: [],
  folder: '/workspace/gradient-lens-runs',
};

export function formState(change: Partial<TrainingForm> = {}): ToTraining {
  return { type: 'state', state: { kind: 'form', form: { ...form, ...change } } };
}

export const sampleBytes = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(path.resolve(import.meta.dirname, `../../../samples/${name}.png`)));

async function samplePicture(name: string): Promise<Picture> {
  const { data } = await sharp(sampleBytes(name))
    .greyscale()
    .resize(SIDE, SIDE)
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data: new Uint8Array(data), height: SIDE, width: SIDE, channels: 1 };
}

/** Maps that move over the picture as the step grows, so that no two frames are alike. */
export function frameAt(step: number, steps: number, images: number): Frame {
  const progress = step / steps;
  return {
    step,
    images: Array.from({ length: images }, (_, image) => {
      const wave = (pixel: number): number => {
        const [x, y] = [pixel % SIDE, Math.floor(pixel / SIDE)];
        const distance = Math.hypot(x - SIDE * progress, y - 14 - 4 * Math.sin(image));
        return Math.exp(-(distance ** 2) / 40);
      };
      return {
        predicted: progress < 0.5 ? (LABELS[image]! + 1) % 10 : LABELS[image]!,
        probability: 0.1 + 0.89 * progress,
        loss: 2.3 * (1 - progress) + 0.01,
        gradientXInput: Uint8Array.from({ length: SIDE * SIDE }, (_, pixel) => 255 * wave(pixel)),
        gradientXInputScale: 0.001,
        lossGradient: Int8Array.from({ length: SIDE * SIDE }, (_, pixel) => 127 * wave(pixel) * Math.sin(pixel)),
        lossGradientScale: 0.002,
      };
    }),
  };
}

interface RunOptions {
  readonly step?: number;
  readonly steps?: number;
  readonly every?: number;
  readonly images?: number;
  readonly record?: Partial<RunRecord>;
  readonly continuable?: boolean;
}

export async function runContents(options: RunOptions = {}): Promise<RunContents> {
  const { steps = 1000, step = steps, every = 1, images = SAMPLES.length, record = {}, continuable = false } = options;
  const names = SAMPLES.slice(0, images);
  return {
    folder: '/workspace/gradient-lens-runs/deep-network-1',
    record: {
      kind: 'training',
      version: 1,
      id: 'run-1',
      name: 'Deep network on Fashion-MNIST',
      created: '2026-01-02T03:04:05.000Z',
      status: step === steps ? 'finished' : 'running',
      network: { source: 'deep-network', summary },
      dataset: { request: { path: datasetInfo.path }, info: datasetInfo },
      options: { ...DEFAULT_TRAINING, epochs: 10, watch: { ...DEFAULT_TRAINING.watch, every } },
      engine: 'onnx',
      engineReason: 'ONNX Runtime.',
      watched: names.map((name, index) => ({
        name: `${name}.png`,
        path: `/samples/${name}.png`,
        hash: 'a'.repeat(64),
        label: LABELS[index]!,
        labelSource: 'file name',
      })),
      step,
      steps,
      epochs: Array.from({ length: Math.floor((10 * step) / steps) }, (_, index) => ({
        epoch: index + 1,
        loss: 2 / (index + 1),
        accuracy: 1 - 0.6 / (index + 1),
        validation: { loss: 2.1 / (index + 1), accuracy: 1 - 0.65 / (index + 1) },
        seconds: 12.3,
      })),
      ...(step === steps ? { test: { loss: 0.31, accuracy: 0.9134, count: 10_000 } } : {}),
      imagesPerSecond: 1834,
      seconds: 321,
      warnings: [],
      ...record,
    },
    history: historyOf(1, step),
    pictures: await Promise.all(names.map(samplePicture)),
    frames: {
      size: { height: SIDE, width: SIDE },
      steps: Array.from({ length: Math.floor(step / every) + 1 }, (_, index) => index * every),
    },
    checkpoints: [],
    continuable,
  };
}

function historyOf(firstStep: number, count: number) {
  const at = (index: number): number => firstStep + index;
  const noise = (step: number): number => 0.25 * Math.sin(37.7 * step * step);
  return {
    loss: Float32Array.from({ length: count }, (_, index) => 0.3 + 2 * Math.exp(-at(index) / 150) + noise(at(index))),
    accuracy: Float32Array.from({ length: count }, (_, index) =>
      Math.min(1, Math.max(0, 0.9 - 0.8 * Math.exp(-at(index) / 150) + 0.4 * noise(at(index)))),
    ),
  };
}

export function runState(run: RunContents, live: boolean): ToTraining {
  return { type: 'state', state: { kind: 'run', run, live } };
}

export function minibatches(firstStep: number, count: number): ToTraining {
  const event: TrainingEvent = {
    kind: 'minibatches',
    firstStep,
    ...historyOf(firstStep, count),
    imagesPerSecond: 1700,
    remainingSeconds: 200,
  };
  return { type: 'event', event };
}

export function mapsOf(run: RunContents, image: number): ToTraining {
  const picture = run.pictures[image]!;
  const map = (value: (pixel: number) => number): RawMap => ({
    data: Float32Array.from(picture.data, (_, pixel) => value(pixel)),
    height: SIDE,
    width: SIDE,
    channels: 1,
  });
  const count = run.frames.steps.length;
  const maps: WatchedMaps = {
    image,
    integrated: map((pixel) => (picture.data[pixel]! / 255) * Math.sin(pixel / 9)),
    integratedAbsolute: map((pixel) => 3 + Math.cos(pixel / 5)),
    count,
    last: map((pixel) => Math.sin(pixel)),
    lossCurve: Float32Array.from({ length: count }, (_, index) => 2.3 * Math.exp((-4 * index) / count)),
    rankCorrelation: Float32Array.from({ length: count }, (_, index) => 1 - 0.9 * (1 - index / count) ** 2),
  };
  return {
    type: 'maps',
    maps,
    finals: [
      { method: 'gradient-x-input', map: map((pixel) => Math.abs(Math.sin(pixel / 11)) * picture.data[pixel]!) },
      { method: 'integrated-gradients', map: map((pixel) => Math.cos(pixel / 7) * picture.data[pixel]!) },
    ],
  };
}
