import path from 'node:path';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ModelSpec } from '../../src/core/model/modelInfo';
import { loadClassifier } from '../../src/runtime/loadClassifier';

// Kinds of files that people have, against their makers' own runtimes (scripts/golden/opened.py).

const FOLDER = path.join(__dirname, '../golden/opened');
interface Expected {
  readonly spec: ModelSpec;
  readonly probabilities: readonly number[];
}
const expected = JSON.parse(readFileSync(path.join(FOLDER, 'expected.json'), 'utf8')) as Record<string, Expected>;

const load = (file: string, spec: ModelSpec) =>
  loadClassifier({ path: path.join(FOLDER, file), spec }, { engine: 'auto', threads: 1 });

/** The picture of the golden script, of whatever size. */
function pictureOf({ height, width, channels }: { height: number; width: number; channels: number }) {
  const data = Float32Array.from({ length: height * width * channels }, (_, at) => ((37 * at) % 101) / 101);
  return { data, count: 1, height, width, channels };
}

describe('files of every kind open by themselves', () => {
  it.each(Object.entries(expected))('%s', async (file, { spec, probabilities }) => {
    const classifier = await load(file, spec);
    try {
      const { info } = classifier;
      const images = pictureOf(info.input);
      const scores = await classifier.predict(images);
      expect(info.asFile).not.toBe(true);
      expect(scores.probabilities.length).toBe(probabilities.length);
      probabilities.forEach((value, at) => expect(scores.probabilities[at]).toBeCloseTo(value, 5));
      // The derivative of a logit along a direction, against a difference of its own scores.
      const { gradient } = await classifier.gradient(images, [{ kind: 'logit', classIndex: 1 }]);
      const direction = images.data.map((_, at) => Math.sin(at));
      const step = 1e-3;
      const at = async (sign: number) =>
        (await classifier.predict({ ...images, data: images.data.map((v, i) => v + sign * step * direction[i]!) }))
          .logits[1]!;
      const slope = ((await at(1)) - (await at(-1))) / (2 * step);
      const along = gradient.reduce((sum, value, i) => sum + value * direction[i]!, 0);
      expect(along).toBeCloseTo(slope, 2);
    } finally {
      await classifier.dispose();
    }
  });

  it('a list of numbers asks for the picture that it is', async () => {
    await expect(load('flat-grey.onnx', {})).rejects.toMatchObject({
      code: 'model-spec',
      message: expect.stringContaining('list of 64 numbers') as string,
      hint: expect.stringContaining('"height": 8, "width": 8') as string,
    });
    await expect(load('flat-grey.onnx', { input: { height: 7, width: 8 } })).rejects.toThrow(/not the 64 numbers/);
  });

  it('a list of colours whose order is not said is taken side by side, and said', async () => {
    const classifier = await load('flat-last.onnx', { input: { height: 4, width: 6, preset: 'unit' } });
    try {
      const { probabilities } = await classifier.predict(pictureOf(classifier.info.input));
      expect(probabilities[0]).toBeCloseTo(expected['flat-last.onnx']!.probabilities[0]!, 5);
      expect(classifier.info.warnings.join(' ')).toMatch(/side by side/);
    } finally {
      await classifier.dispose();
    }
  });

  it('a layout that the network contradicts is refused', async () => {
    const input = { height: 8, width: 10, layout: 'channels-last' } as const;
    await expect(load('open.onnx', { input })).rejects.toThrow(/read the channels first/);
  });
});
