import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
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
