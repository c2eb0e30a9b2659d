import { readFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { attackMethods } from '../../../src/core/attack/registry';
import { attributionMethods } from '../../../src/core/attribution/registry';
import { metrics } from '../../../src/core/metric/registry';
import type { AttackResult, AttributionResult, MethodCatalog } from '../../../src/engine/calls/service';
import type { PixelImage, RawMap } from '../../../src/core/image/pixels';
import type { AttackRecord } from '../../../src/core/result/kinds/attack';
import type { AttributionRecord } from '../../../src/core/result/kinds/attribution';
import type { PixelMapping, ClassScore, MapStatistics } from '../../../src/core/result/record';
import type { ToPanel } from '../../../src/protocol/panel';

export const CLASS_NAMES = [
  'T-shirt/top',
  'Trouser',
  'Pullover',
  'Dress',
  'Coat',
  'Sandal',
  'Shirt',
  'Sneaker',
  'Bag',
  'Ankle boot',
];
const SANDAL = 5;

/** As the engine describes its methods; their functions are lost on the way to the page. */
const catalog: MethodCatalog = { attribution: attributionMethods, attack: attackMethods, metric: metrics };

/** Scores by class index, most probable first. */
export function scores(probabilities: Readonly<Record<number, number>>): readonly ClassScore[] {
  return CLASS_NAMES.map((name, index) => {
    const probability = probabilities[index] ?? 0.0001;
    return { index, name, logit: Math.log(probability) + 10, probability };
  }).sort((a, b) => b.probability - a.probability);
}

const sandalScores = scores({ 5: 0.9934, 7: 0.0042, 9: 0.0021, 8: 0.0002, 0: 0.00004 });

const model = {
  name: 'Fashion-MNIST',
  path: '/models/fashion-mnist/model.json',
  hash: 'b'.repeat(64),
  format: 'tfjs-layers',
  engine: 'wasm',
  engineReason: 'TensorFlow.js on WebAssembly with SIMD; the native library is not installed.',
  input: { height: 28, width: 28, channels: 1 },
} as const;

interface AttributionOptions {
  /** The picture; as large as the map unless `mapping` says otherwise. */
  readonly picture: PixelImage;
  readonly input?: PixelImage;
  readonly map: RawMap;
  readonly mapping?: PixelMapping;
  readonly record?: Partial<AttributionRecord>;
}

export async function attributionResult(options: AttributionOptions): Promise<AttributionResult> {
  const { picture, map } = options;
  const input = options.input ?? picture;
  const record: AttributionRecord = {
    kind: 'attribution',
    version: 1,
    id: 'result-1',
    created: '2026-01-02T03:04:05.000Z',
    image: imageFacts(picture, options.mapping),
    model: { ...model, input: { height: input.height, width: input.width, channels: input.channels } },
    classes: sandalScores,
    label: { index: SANDAL, name: 'Sandal', source: 'file name' },
    parameters: {},
    seed: 0,
    timings: { model: 212, image: 4.2, compute: 11.3 },
    warnings: [],
    method: 'input-x-gradient',
    objective: { kind: 'logit', classIndex: SANDAL, className: 'Sandal', value: 12.41 },
    statistics: statisticsOf(map),
    ...options.record,
  };
  return { record, map, input, picture: await preview(picture), classNames: CLASS_NAMES };
}

export function attributionState(result: AttributionResult): ToPanel {
  return { type: 'state', state: { kind: 'attribution', catalog, result } };
}

/** A small picture and a map whose values are easy to check by hand. */
export const tinyPicture = greyImage(4, 3, [0, 0.2, 0.4, 0.6, 0.8, 1, 0.5, 0.3, 0.1, 0.7, 0.9, 0]);
export const tinyMap: RawMap = {
  width: 4,
  height: 3,
  channels: 1,
  data: Float32Array.of(0, 1, 0, -1, 0, 0, 0.5, 0, -0.25, 0, 0, 0),
};

/** A sandal and a signed map around its strap, for pictures of the page. */
export async function sandalResult(record: Partial<AttributionRecord> = {}): Promise<AttributionResult> {
  const picture = await sandalImage();
  return attributionResult({ picture, map: mapOn(picture), record });
}

async function sandalImage(): Promise<PixelImage> {
  const file = readFileSync(path.resolve(import.meta.dirname, '../../../samples/sandal.png'));
  const { data, info } = await sharp(file).greyscale().raw().toBuffer({ resolveWithObject: true });
  return greyImage(
    info.width,
    info.height,
    Array.from(data, (byte) => byte / 255),
  );
}

function mapOn({ data, width, height }: PixelImage): RawMap {
  const values = data.map((pixel, index) => {
    const [x, y] = [index % width, Math.floor(index / width)];
    return pixel * 0.31 * Math.sin(x * 0.9 + y * 0.35) * Math.exp(-((x - 15) ** 2 + (y - 14) ** 2) / 90);
  });
  return { data: values, width, height, channels: 1 };
}

interface AttackOptions {
  readonly epsilon?: number;
  readonly record?: Partial<AttackRecord>;
}

/** A sandal moved by ε · sign of a fixed pattern. */
export async function attackResult({ epsilon = 0.01, record = {} }: AttackOptions = {}): Promise<AttackResult> {
  const input = await sandalImage();
  const { width, height } = input;
  const data = input.data.map((_, index) => epsilon * Math.sign(Math.sin(1.7 * index + 0.05 * index * index)));
  const adversarial = {
    ...input,
    data: input.data.map((pixel, index) => Math.min(1, Math.max(0, pixel + data[index]!))),
  };
  const after = scores({ 7: 0.612, 5: 0.342, 9: 0.039, 8: 0.004, 0: 0.002 });
  const norms = { l0: 713, l1: 5.91, l2: 0.2574, linf: epsilon };
  return {
    record: {
      kind: 'attack',
      version: 1,
      id: 'result-2',
      created: '2026-01-02T03:04:05.000Z',
      image: imageFacts(input),
      model,
      classes: sandalScores,
      label: { index: SANDAL, name: 'Sandal', source: 'file name' },
      parameters: { epsilon, clamp: true },
      seed: 0,
      timings: { model: 0, image: 3.1, compute: 9.8 },
      warnings: [],
      attack: 'fgsm',
      epsilon,
      goal: { direction: 'away', label: { index: SANDAL, name: 'Sandal', source: 'file name' } },
      perturbationClasses: scores({ 8: 0.77, 6: 0.12, 0: 0.06 }),
      adversarialClasses: after,
      norms,
      success: true,
      startedRight: true,
      saved: { classes: scores({ 7: 0.597, 5: 0.355, 9: 0.04 }), norms: { ...norms, linf: 0.01176 }, success: true },
      ...record,
    },
    input,
    perturbation: { data, width, height, channels: 1 },
    adversarial,
    picture: await preview(input),
    classNames: CLASS_NAMES,
  };
}

export function attackState(result: AttackResult): ToPanel {
  return { type: 'state', state: { kind: 'attack', catalog, result } };
}

export function greyImage(width: number, height: number, values: readonly number[]): PixelImage {
  return { width, height, channels: 1, data: Float32Array.from(values) };
}

function imageFacts(picture: PixelImage, mapping: PixelMapping = { x: 0, y: 0, scaleX: 1, scaleY: 1 }) {
  const { width, height } = picture;
  return { name: 'sandal.png', path: '/samples/sandal.png', hash: 'a'.repeat(64), width, height, mapping };
}

function statisticsOf({ data }: RawMap): MapStatistics {
  const finite = data.filter((value) => Number.isFinite(value));
  const minimum = finite.reduce((least, value) => Math.min(least, value), Infinity);
  const maximum = finite.reduce((most, value) => Math.max(most, value), -Infinity);
  const nonFinite = data.length - finite.length;
  return {
    minimum,
    maximum,
    sum: finite.reduce((sum, value) => sum + value, 0),
    absoluteSum: finite.reduce((sum, value) => sum + Math.abs(value), 0),
    nonFinite,
    state:
      nonFinite > 0
        ? 'non-finite'
        : maximum === 0 && minimum === 0
          ? 'zero'
          : maximum === minimum
            ? 'constant'
            : 'ordinary',
  };
}

async function preview({ data, width, height, channels }: PixelImage) {
  const bytes = Uint8Array.from(data, (value) => Math.round(255 * value));
  const png = await sharp(bytes, { raw: { width, height, channels } }).png().toBuffer();
  return { png: new Uint8Array(png), width, height };
}
