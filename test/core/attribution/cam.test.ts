import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findAttributionMethod } from '../../../src/core/attribution/registry';
import type { Attribution } from '../../../src/core/attribution/method';
import { writeOnnx } from '../../../src/formats/models/onnx/writeOnnx';
import { resolveParameters } from '../../../src/core/method/parameters';
import type { Classifier } from '../../../src/core/model/classifier';
import { loadClassifier } from '../../../src/runtime/loadClassifier';
import { classifierOf, linearNet } from '../nets';
import { oneConvolution, picture } from './oneConvolution';

// The answers for HiResCAM and LayerCAM are by hand from the same numbers as Captum's (test_grad_cam.py).

describe('class activation maps', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'cam-'));
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

  async function mapOf(method: string, given: Readonly<Record<string, unknown>>): Promise<Attribution> {
    const { parameters, run } = findAttributionMethod(method);
    const objective = { kind: 'logit' as const, classIndex: 0 };
    return run(model, picture, objective, resolveParameters(parameters, given), { seed: 0 });
  }

  it.each([
    ['grad-cam', { layer: 'relu1' }, [0, 4, 28, 32.5]],
    ['grad-cam', {}, [0, 4, 28, 32.5]],
    ['grad-cam', { layer: 'conv1', relu: false }, [11.25, 13.5, 20.25, 22.5]],
    ['hires-cam', { layer: 'relu1' }, [0, 4, 25, 25]],
    ['hires-cam', { layer: 'conv1' }, [0, 4, 25, 25]],
    ['layer-cam', { layer: 'relu1' }, [0, 4, 31, 40]],
    ['layer-cam', { layer: 'conv1' }, [0, 4, 31, 40]],
    ['recipro-cam', { layer: 'relu1' }, [0, 4, 25, 25]],
    ['recipro-cam', { layer: 'conv1' }, [0, 4, 25, 25]],
  ])('%s at %o', async (method, given, answer) => {
    const { map, layer, value } = await mapOf(method, given);
    expect(Array.from(map.data)).toEqual(answer);
    expect([map.height, map.width, map.channels]).toEqual([2, 2, 1]);
    const { layer: id = 'relu1' } = given as { readonly layer?: string };
    expect(layer).toMatchObject({ id, height: 2, width: 2, channels: 2 });
    expect(value).toBe(54);
  });

  it('HiResCAM behind the last rectifier sums to the logit of a linear head', async () => {
    const { map, value } = await mapOf('hires-cam', {});
    expect(map.data.reduce((sum, each) => sum + each, 0)).toBe(value);
  });

  it('Recipro-CAM is what is left of the score where all other places of the layer are 0', async () => {
    const conv = (await model.gradient({ ...picture, count: 1 }, [{ kind: 'logit', classIndex: 1 }], { at: ['conv1'] }))
      .layers![0]!;
    const { parameters, run } = findAttributionMethod('recipro-cam');
    const objective = { kind: 'log-probability' as const, classIndex: 1 };
    const { map, value } = await run(model, picture, objective, resolveParameters(parameters, { layer: 'conv1' }), {
      seed: 0,
    });
    // All four outputs are alike: whatever is kept, a class has a quarter.
    expect(value).toBeCloseTo(-Math.log(4), 6);
    for (const each of map.data) expect(each).toBeCloseTo(-Math.log(4), 6);
    // By hand: Σ_k w_k relu(conv_k) at the place, the first place's weights all 1, the second channel's others −1.
    const byPlace = Array.from({ length: 4 }, (_, place) =>
      [0, 1].reduce((sum, k) => sum + Math.max(0, conv.values[2 * place + k]!) * (k === 1 && place > 0 ? -1 : 1), 0),
    );
    expect(Array.from((await mapOf('recipro-cam', { layer: 'conv1' })).map.data)).toEqual(byPlace);
  });

  it('lists the layers of the file with what their axes mean', () => {
    expect(model.info.layers).toEqual([
      { id: 'conv1', kind: 'Conv', shape: [2, 2, 2], form: 'spatial', feedsScores: true },
      { id: 'relu1', kind: 'Relu', shape: [2, 2, 2], form: 'spatial', feedsScores: true },
      { id: 'flat', kind: 'Reshape', shape: [8], form: 'vector', feedsScores: true },
      { id: 'scores', kind: 'Gemm', shape: [4], form: 'vector', feedsScores: true },
    ]);
  });

  it('are those of each picture where the file takes two at once', async () => {
    const file = path.join(folder, 'two.onnx');
    writeFileSync(file, writeOnnx(oneConvolution(2)));
    const two = await loadClassifier({ path: file, spec: { input: { preset: 'unit' } } }, { engine: 'onnx' });
    const data = new Float32Array(48);
    data.set(picture.data, 0);
    data.set(
      picture.data.map((value) => 20 - value),
      16,
    );
    data.set(picture.data, 32);
    const objectives = [{ kind: 'logit', classIndex: 0 }] as const;
    const [joined] = (await two.gradient({ ...picture, count: 3, data }, objectives, { at: ['conv1'] })).layers!;
    expect(joined!.shape).toEqual([2, 2, 2]);
    for (let image = 0; image < 3; image++) {
      const own = data.slice(16 * image, 16 * (image + 1));
      const [alone] = (await model.gradient({ ...picture, count: 1, data: own }, objectives, { at: ['conv1'] }))
        .layers!;
      expect(joined!.values.slice(8 * image, 8 * (image + 1))).toEqual(alone!.values);
      expect(joined!.gradient.slice(8 * image, 8 * (image + 1))).toEqual(alone!.gradient);
    }
    await two.dispose();
  });

  it('refuse layers without places, layers that are not there and models that give none', async () => {
    await expect(mapOf('grad-cam', { layer: 'flat' })).rejects.toMatchObject({ code: 'parameter' });
    await expect(mapOf('grad-cam', { layer: 'conv' })).rejects.toMatchObject({
      code: 'unknown-layer',
      hint: 'Is it one of “conv1”?',
    });
    const { parameters, run } = findAttributionMethod('grad-cam');
    const plain = classifierOf(linearNet([[1, 2]]));
    const image = { data: Float32Array.of(1, 1), height: 1, width: 2, channels: 1 as const };
    await expect(
      run(plain, image, { kind: 'logit', classIndex: 0 }, resolveParameters(parameters, {}), { seed: 0 }),
    ).rejects.toMatchObject({ code: 'unknown-layer' });
  });
});
