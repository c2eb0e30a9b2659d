import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadClassifier } from '../../src/runtime/loadClassifier';
import { readTflite } from '../../src/formats/models/tflite/tflite';
import { evaluate } from '../formats/models/layers/support';

// Files of TensorFlow's converter against its interpreter (scripts/golden/tflite.py).

const FOLDER = path.join(__dirname, '../golden/tflite');
interface Expected {
  readonly values: readonly number[];
  /** Step of the output's quantisation. */
  readonly step: number;
}
const expected = JSON.parse(readFileSync(path.join(FOLDER, 'expected.json'), 'utf8')) as Record<string, Expected>;
const bytesOf = (file: string): Uint8Array => readFileSync(path.join(FOLDER, file));
const pixels = Float32Array.from({ length: 12 * 12 * 3 }, (_, at) => ((37 * at) % 101) / 101);

/** Files whose values TFLite itself computes with rounded numbers: steps by which ours may differ, or a share of the values. */
const ROUNDED: Readonly<Record<string, number>> = { 'dynamic-range.tflite': 0.02, 'float-ends.tflite': 2.01 / 256 };

const load = (file: string, spec = {}) =>
  loadClassifier({ path: path.join(FOLDER, file), spec }, { engine: 'auto', threads: 1 });
const images = (count: number) => ({
  data: Float32Array.from({ length: count * pixels.length }, (_, at) =>
    at < pixels.length ? pixels[at]! : (Math.sin(at) + 1) / 2,
  ),
  count,
  height: 12,
  width: 12,
  channels: 3,
});

describe('TFLite files give what TFLite gives', () => {
  it.each(Object.entries(expected))('%s', async (file, { values, step }) => {
    const { graph } = readTflite(bytesOf(file));
    const ours = await evaluate(graph, 1, pixels, (size) => new Float32Array(size).fill(1));
    const tolerance = step > 0 ? 2.01 * step : (ROUNDED[file] ?? 2e-6 * Math.max(...values.map(Math.abs), 1));
    expect(ours.values.length).toBe(values.length);
    values.forEach((value, at) => expect(Math.abs(ours.values[at]! - value)).toBeLessThanOrEqual(tolerance));
    expect(ours.gradient.every(Number.isFinite)).toBe(true);
  });
});

describe('TFLite models are classifiers like others', () => {
  it.each(['float.tflite', 'many.tflite', 'attention.tflite'])(
    '%s: gradients are those of differences, batches change nothing',
    async (file) => {
      const classifier = await load(file, { input: { preset: 'unit' } });
      try {
        const [alone, together] = [await classifier.predict(images(1)), await classifier.predict(images(3))];
        alone.logits.forEach((value, at) => expect(together.logits[at]).toBeCloseTo(value, 5));
        const { gradient } = await classifier.gradient(images(1), [{ kind: 'logit', classIndex: 2 }]);
        const direction = pixels.map((_, at) => Math.sin(3 * at));
        const step = 2e-3;
        const at = async (sign: number) => {
          const data = pixels.map((value, place) => value + sign * step * direction[place]!);
          return (await classifier.predict({ ...images(1), data })).logits[2]!;
        };
        const slope = ((await at(1)) - (await at(-1))) / (2 * step);
        const along = gradient.reduce((sum, value, place) => sum + value * direction[place]!, 0);
        expect(Math.abs(along - slope)).toBeLessThan(0.02 * Math.abs(slope) + 2e-3);
      } finally {
        await classifier.dispose();
      }
    },
  );

  it('whole numbers are said to be simulated, and their input is that of pixels', async () => {
    const classifier = await load('uint8.tflite');
    try {
      const { info } = classifier;
      expect(info.warnings.join(' ')).toMatch(/whole numbers of few bits/);
      expect(info.input.source).toMatch(/quantisation of its input/);
      const { probabilities } = await classifier.predict(images(1));
      const { values, step } = expected['uint8.tflite']!;
      values.forEach((value, at) => expect(Math.abs(probabilities[at]! - value)).toBeLessThanOrEqual(2.01 * step));
    } finally {
      await classifier.dispose();
    }
  });

  it('metadata say how pixels are scaled and what classes are called; lens.json goes before', async () => {
    const classifier = await load('described.tflite');
    try {
      expect(classifier.info.input).toMatchObject({
        range: [0, 255],
        mean: [127.5, 127.5, 127.5],
        std: [127.5, 127.5, 127.5],
      });
      expect(classifier.info.input.source).toBe("the file's own metadata");
      expect(classifier.info.classes).toEqual(['ant', 'bee', 'cat', 'dog', 'eel']);
      expect(classifier.info.classSource).toBe('labels.txt in the file');
    } finally {
      await classifier.dispose();
    }
    const other = await load('described.tflite', { input: { preset: 'unit' }, classes: ['a', 'b', 'c', 'd', 'e'] });
    try {
      expect(other.info.input).toMatchObject({ range: [0, 1], mean: [0, 0, 0] });
      expect(other.info.classes[0]).toBe('a');
    } finally {
      await other.dispose();
    }
  });
});

describe('a damaged TFLite file', () => {
  const valid = bytesOf('float.tflite');

  it.each([0, 8, 20, 100, 1000, 3000])('cut off after %i bytes is refused with an Error', (length) => {
    expect(() => readTflite(valid.slice(0, length))).toThrow(Error);
  });

  it('with any four bytes exchanged is read or refused, soon and without a failure of ours', () => {
    for (let at = 0; at + 4 <= valid.length; at += 36)
      for (const value of [0x00000000, 0x7fffffff, 0xffffffff, 0x00010000]) {
        const bytes = Uint8Array.from(valid);
        new DataView(bytes.buffer).setUint32(at, value, true);
        try {
          readTflite(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
          expect(error).not.toBeInstanceOf(TypeError);
          expect(error).not.toBeInstanceOf(RangeError);
        }
      }
  });
});
