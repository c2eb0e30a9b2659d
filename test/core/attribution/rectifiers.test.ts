import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findAttributionMethod } from '../../../src/core/attribution/registry';
import type { Classifier } from '../../../src/core/model/classifier';
import { writeOnnx } from '../../../src/formats/models/onnx/writeOnnx';
import { loadClassifier } from '../../../src/runtime/loadClassifier';
import { classifierOf, linearNet } from '../nets';
import { oneConvolution, picture } from './oneConvolution';

// Captum: test_guided_backprop.py and test_deconvolution.py, test_simple_input_conv_gb and test_simple_input_conv_deconv.

describe('another derivative of rectifiers', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'rectifiers-'));
  const objective = { kind: 'logit', classIndex: 0 } as const;
  let model: Classifier;

  beforeAll(async () => {
    const file = path.join(folder, 'one-convolution.onnx');
    writeFileSync(file, writeOnnx(oneConvolution()));
    model = await loadClassifier({ path: file, spec: { input: { preset: 'unit' } } }, { engine: 'onnx' });
  });
  afterAll(async () => {
    await model.dispose();
    rmSync(folder, { recursive: true });
  });

  it.each([
    ['guided-backprop', [0, 1, 1, 1, 1, 3, 3, 2, 1, 3, 3, 2, 1, 2, 2, 1], /Adebayo et al\. 2018/],
    ['deconvolution', [2, 3, 3, 1, 3, 5, 5, 2, 3, 5, 5, 2, 1, 2, 2, 1], /Adebayo et al\. 2018, Sixt et al\. 2020/],
    ['gradient', [0, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 0], undefined],
  ] as const)('%s', async (method, answer, remark) => {
    const { run } = findAttributionMethod(method);
    const { map, value, warnings } = await run(model, picture, objective, {}, { seed: 0 });
    expect(Array.from(map.data)).toEqual(answer);
    expect(value).toBe(54);
    expect(warnings.filter((warning) => !model.info.warnings.includes(warning))).toEqual(
      remark === undefined ? [] : [expect.stringMatching(remark)],
    );
  });

  it('is refused by an engine that has its own, and a run that was cancelled makes no variant', async () => {
    const { run } = findAttributionMethod('guided-backprop');
    const plain = classifierOf(linearNet([[1, 2]]));
    const image = { data: Float32Array.of(1, 1), height: 1, width: 2, channels: 1 as const };
    await expect(run(plain, image, objective, {}, { seed: 0 })).rejects.toMatchObject({
      code: 'gradient-unavailable',
      message: 'The engine cpu runs a model as it is, so the derivative of its ReLUs cannot be changed.',
      hint: 'Choose the engine onnx, or another method.',
    });
    await expect(run(plain, image, objective, {}, { seed: 0, signal: { aborted: true } })).rejects.toThrow('Cancelled');
  });
});
