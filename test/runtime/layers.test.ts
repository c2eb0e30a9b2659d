import { describe, expect, it } from 'vitest';
import type { LayerGradient } from '../../src/core/model/classifier';
import { loadClassifier } from '../../src/runtime/loadClassifier';
import { goldenArray, goldenJson, goldenPath } from '../core/graph/goldenSupport';

// Every layer of whole architectures against PyTorch in float64 (scripts/golden/layers.py): its value and the gradient of a logit
// with respect to it. Half of the networks keep batch normalisation, which is folded in what runs otherwise.

interface Golden {
  readonly class: number;
  readonly layers: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    /** Of the values, of the gradient, and the sum of the gradient. */
    readonly largest: readonly [number, number, number];
  }[];
}

const GOLDEN = goldenJson('layers.json') as Readonly<Record<string, Golden>>;
const SAMPLES = goldenArray('layers.npy');
const POSITIONS = 12;
/** Of networks whose pictures lie channels last within. */
const CHANNELS_LAST = new Set(['swin']);
const SIDE = 32;

/** The first golden picture, height × width × channels. */
function picture(): Float32Array {
  const given = goldenArray('inputs.npy');
  return Float32Array.from({ length: 3 * SIDE * SIDE }, (_, at) => given[(at % 3) * SIDE * SIDE + Math.floor(at / 3)]!);
}

/** Where element `at` of the file's array is in ours, channels last. */
function ownPlace(at: number, file: readonly number[], own: readonly number[], isLast: boolean): number {
  const [channels, ...sides] = file.slice(1);
  const isPlain = file.slice(1).join() === own.join();
  const isTurned = [...sides, channels].join() === own.join();
  // Where every side is alike, the network tells.
  if (!isTurned || (isPlain && (isLast || file.length < 4))) return at;
  const positions = sides.reduce((product, side) => product * side, 1);
  return (at % positions) * channels! + Math.floor(at / positions);
}

describe('the gradient at every layer is that of PyTorch', () => {
  let start = 0;
  for (const [name, golden] of Object.entries(GOLDEN)) {
    const offset = start;
    start += 2 * POSITIONS * golden.layers.length;
    it(name, { timeout: 120_000 }, async () => {
      const reference = { path: goldenPath(`${name}.onnx`), spec: { input: { preset: 'unit' as const } } };
      const classifier = await loadClassifier(reference, { engine: 'onnx' });
      const known = new Set(classifier.info.layers!.map(({ id }) => id));
      expect(golden.layers.filter((layer) => !known.has(layer.name))).toEqual([]);
      const images = { data: picture(), count: 1, height: SIDE, width: SIDE, channels: 3 as const };
      const at = golden.layers.map((layer) => layer.name);
      const objectives = [{ kind: 'logit' as const, classIndex: golden.class }];
      const { layers, gradient } = await classifier.gradient(images, objectives, { at });
      expect(layers!.map(({ layer }) => layer)).toEqual(at);
      const errors = golden.layers.map(({ shape, largest }, index) => {
        const found = layers![index]!;
        const first = offset + 2 * POSITIONS * index;
        return worst(found, shape, largest, first, CHANNELS_LAST.has(name));
      });
      expect(Math.max(...errors)).toBeLessThan(1e-4);
      const plain = await classifier.gradient(images, objectives);
      const scale = Math.max(...plain.gradient.map(Math.abs));
      expect(Math.max(...plain.gradient.map((each, index) => Math.abs(each - gradient[index]!)))).toBeLessThan(
        1e-4 * scale,
      );
      await classifier.dispose();
    });
  }
});

/** The worst error of a layer over its largest value and largest gradient. */
function worst(
  { values, gradient, shape: own }: LayerGradient,
  file: readonly number[],
  [value, slope, sum]: readonly [number, number, number],
  first: number,
  isLast: boolean,
): number {
  const size = values.length;
  expect(own.reduce((product, side) => product * side, 1)).toBe(size);
  let error = Math.abs(gradient.reduce((total, each) => total + each, 0) - sum) / (slope * size);
  for (let index = 0; index < POSITIONS; index++) {
    const place = ownPlace((index * 997) % size, file, own, isLast);
    const [trueValue, trueSlope] = [SAMPLES[first + index]!, SAMPLES[first + POSITIONS + index]!];
    const apart = Math.abs(values[place]! - trueValue) / value;
    const slopeApart = slope === 0 ? Math.abs(gradient[place]!) : Math.abs(gradient[place]! - trueSlope) / slope;
    error = Math.max(error, apart, slopeApart);
  }
  return error;
}
