import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadClassifier } from '../../src/runtime/loadClassifier';
import { handMadeGraph } from './graphSupport';
import { makeFolder, removeFolders } from './support';

afterAll(removeFolders);

/** A model with an operation that the wasm backend lacks, and at its end perhaps one that only TensorFlow.js knows. */
async function einsumModel(end = 'Identity'): Promise<string> {
  const { json, bytes } = handMadeGraph(
    [2, 2, 1],
    {
      shape: { shape: [2], values: [-1, 4], integer: true },
      weights: { shape: [4, 3], values: Array.from({ length: 12 }, (_, i) => i / 16) },
    },
    [
      { name: 'flat', op: 'Reshape', input: ['image', 'shape'] },
      {
        name: 'product',
        op: 'Einsum',
        input: ['flat', 'weights'],
        attr: { equation: { s: Buffer.from('ni,io->no').toString('base64') }, N: { i: '2' } },
      },
      { name: 'out', op: end, input: ['product'] },
    ],
  );
  const folder = await makeFolder();
  await writeFile(path.join(folder, 'model.json'), JSON.stringify(json));
  await writeFile(path.join(folder, 'weights.bin'), bytes);
  return folder;
}

describe('engines', () => {
  it('auto takes ONNX Runtime where it can run and differentiate the model', async () => {
    const classifier = await loadClassifier({ path: await einsumModel() }, { engine: 'auto' });
    expect(classifier.info.engine).toBe('onnx');
    const image = { data: Float32Array.of(1, 0, 0, 0.5), count: 1, height: 2, width: 2, channels: 1 } as const;
    const { scores, gradient } = await classifier.gradient(image, [{ kind: 'logit', classIndex: 1 }]);
    expect([...scores.logits]).toEqual([4.5 / 16, 6 / 16, 7.5 / 16]);
    expect([...gradient]).toEqual([1 / 16, 4 / 16, 7 / 16, 10 / 16]);
    await classifier.dispose();
  });

  it('auto goes on to the next where one is missing or lacks an operation, and says why', async () => {
    const listeners = process.listenerCount('unhandledRejection');
    const classifier = await loadClassifier(
      { path: await einsumModel('Atanh') },
      { engine: 'auto', tensorflowModule: path.join(await makeFolder(), 'nowhere') },
    );
    expect(classifier.info.engine).toBe('cpu');
    expect(classifier.info.engineReason).toMatch(/WebAssembly lacks an operation.*ONNX Runtime is not used: .*Atanh/);
    const { logits } = await classifier.predict({
      data: Float32Array.of(1, 0, 0, 0.5),
      count: 1,
      height: 2,
      width: 2,
      channels: 1,
    });
    for (const [index, value] of [4.5, 6, 7.5].entries()) expect(logits[index]).toBeCloseTo(Math.atanh(value / 16), 5);
    await classifier.dispose();
    expect(process.listenerCount('unhandledRejection')).toBe(listeners);
  });

  it('a chosen engine that lacks an operation is not replaced, but said', async () => {
    await expect(loadClassifier({ path: await einsumModel() }, { engine: 'wasm' })).rejects.toMatchObject({
      code: 'engine-unavailable',
      message: expect.stringContaining('Einsum') as unknown,
    });
  });

  it('says which operator ONNX Runtime does not know', async () => {
    await expect(loadClassifier({ path: await einsumModel('Atanh') }, { engine: 'onnx' })).rejects.toMatchObject({
      code: 'model-unsupported',
      message: expect.stringContaining('Atanh') as unknown,
    });
  });

  it('progress rises to its end', async () => {
    const steps: [number, number][] = [];
    const classifier = await loadClassifier(
      { path: await einsumModel() },
      { engine: 'cpu', progress: (done, total) => steps.push([done, total]) },
    );
    expect(steps).toEqual([
      [1, 2],
      [2, 2],
    ]);
    await classifier.dispose();
  });
});
