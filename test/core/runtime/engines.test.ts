import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadClassifier } from '../../../src/core/runtime/loadClassifier';
import { handMadeGraph } from './graphSupport';
import { makeFolder, removeFolders } from './support';

afterAll(removeFolders);

/** A model with an operation that the wasm backend lacks. */
async function einsumModel(): Promise<string> {
  const { json, bytes } = handMadeGraph(
    [2, 2, 1],
    {
      shape: { shape: [2], values: [-1, 4], integer: true },
      weights: { shape: [4, 3], values: Array.from({ length: 12 }, (_, i) => i) },
    },
    [
      { name: 'flat', op: 'Reshape', input: ['image', 'shape'] },
      {
        name: 'out',
        op: 'Einsum',
        input: ['flat', 'weights'],
        attr: { equation: { s: Buffer.from('ni,io->no').toString('base64') }, N: { i: '2' } },
      },
    ],
  );
  const folder = await makeFolder();
  await writeFile(path.join(folder, 'model.json'), JSON.stringify(json));
  await writeFile(path.join(folder, 'weights.bin'), bytes);
  return folder;
}

describe('engines', () => {
  it('auto goes on to the next where one is missing or lacks an operation, and says why', async () => {
    const listeners = process.listenerCount('unhandledRejection');
    const classifier = await loadClassifier(
      { path: await einsumModel() },
      { engine: 'auto', tensorflowModule: path.join(await makeFolder(), 'nowhere') },
    );
    expect(classifier.info.engine).toBe('cpu');
    expect(classifier.info.engineReason).toMatch(/WebAssembly lacks an operation/);
    const { logits } = await classifier.predict({
      data: Float32Array.of(1, 0, 0, 0.5),
      count: 1,
      height: 2,
      width: 2,
      channels: 1,
    });
    expect([...logits]).toEqual([4.5, 6, 7.5]);
    await classifier.dispose();
    expect(process.listenerCount('unhandledRejection')).toBe(listeners);
  });

  it('a chosen engine that lacks an operation is not replaced, but said', async () => {
    await expect(loadClassifier({ path: await einsumModel() }, { engine: 'wasm' })).rejects.toMatchObject({
      code: 'engine-unavailable',
      message: expect.stringContaining('Einsum') as unknown,
    });
  });

  it('onnx is not there yet', async () => {
    await expect(loadClassifier({ path: await einsumModel() }, { engine: 'onnx' })).rejects.toMatchObject({
      code: 'engine-unavailable',
    });
  });

  it('progress rises to its end', async () => {
    const steps: [number, number][] = [];
    const classifier = await loadClassifier(
      { path: await einsumModel() },
      { engine: 'cpu', progress: (done, total) => steps.push([done, total]) },
    );
    expect(steps).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
    await classifier.dispose();
  });
});
