import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { externalDataIn } from '../../../src/runtime/onnx/externalData';
import {
  goldenArray,
  goldenBytes,
  goldenJson,
  goldenPath,
  gradientsOf,
  largestDifference,
  prepare,
} from './goldenSupport';

// One network in every operator set and way of storing numbers, against PyTorch (scripts/golden/onnx_variants.py).

const OPSETS = Array.from({ length: 16 }, (_, index) => `opset-${index + 7}`);
const STORED = [
  'float-typed',
  'float16-raw',
  'float16-typed',
  'bfloat16-raw',
  'bfloat16-typed',
  'double-raw',
  'double-typed',
];
const SHAPE = [2, 3, 12, 12];
const SIZE = 2 * 3 * 12 * 12;
const { logits: truth } = goldenJson('variants/variants.json') as {
  readonly logits: Readonly<Record<'plain' | 'quantised', readonly (readonly number[])[]>>;
};

async function check(prepared: ReturnType<typeof prepare>, expected: 'plain' | 'quantised'): Promise<void> {
  const pictures = goldenArray('variants/inputs.npy');
  const gradients = goldenArray(`variants/${expected}-gradients.npy`);
  expect(prepared.head.activation).toBe('softmax');
  for (let classIndex = 0; classIndex < 5; classIndex++) {
    const found = await gradientsOf(prepared, pictures, SHAPE, () => [classIndex, classIndex]);
    const own = gradients.subarray(classIndex * SIZE, (classIndex + 1) * SIZE);
    expect(largestDifference(found.logits, truth[expected].flat())).toBeLessThan(1e-5);
    expect(
      largestDifference(found.gradients.logit, own) / own.reduce((m, each) => Math.max(m, Math.abs(each)), 0),
    ).toBeLessThan(1e-5);
  }
}

describe('the same network in another form has the same scores and gradient', () => {
  for (const name of [...OPSETS, ...STORED])
    it(name, async () => {
      await check(prepare(goldenBytes(`variants/${name}.onnx`)), 'plain');
    });

  it('weights in a file beside the model', async () => {
    await check(prepare(goldenBytes('variants/external.onnx'), externalDataIn(goldenPath('variants'))), 'plain');
  });

  it('weights and activations of 8 bits', async () => {
    await check(prepare(readFileSync(goldenPath('variants/quantised.onnx'))), 'quantised');
  });
});
