import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { floats } from '../../src/core/graph/tensor';
import { loadClassifier } from '../../src/runtime/loadClassifier';
import { openIsolatedSession } from '../../src/runtime/onnx/isolated/isolatedSession';
import type { OnnxSession } from '../../src/runtime/onnx/session';
import { doubledFiveTimes, endless, insatiable } from './controlFlow';
import { makeFolder, removeFolders } from './support';

afterAll(removeFolders);

const MEGABYTE = 1024 ** 2;
const pixels = Float32Array.from({ length: 192 }, (_, index) => (index % 7) / 7);
const feeds = { x: floats([1, 3, 8, 8], pixels) };

/** Means over each channel. */
const means = [0, 1, 2].map(
  (channel) => pixels.slice(64 * channel, 64 * channel + 64).reduce((sum, value) => sum + value, 0) / 64,
);

describe('a model in a process of its own', () => {
  it('gives what it gives here', async () => {
    const session = await openIsolatedSession(doubledFiveTimes(), 1);
    for (let time = 0; time < 2; time++) {
      const { y } = await session.run(feeds);
      means.forEach((mean, channel) => expect(y![channel]).toBeCloseTo(32 * mean, 4));
    }
    await session.dispose();
  });

  it('is how a model with a loop is loaded', async () => {
    const file = path.join(await makeFolder(), 'loop.onnx');
    await writeFile(file, doubledFiveTimes());
    const classifier = await loadClassifier({ path: file }, { engine: 'auto' });
    const image = { data: new Float32Array(192).fill(0.5), count: 1, height: 8, width: 8, channels: 3 } as const;
    expect(Array.from((await classifier.predict(image)).logits)).toEqual([16, 16, 16]);
    await classifier.dispose();
  });

  it.each(Object.entries(insatiable))('is ended when it takes too much: %s', async (_, make) => {
    const bytes = make();
    expect(bytes.length).toBeLessThan(1000);
    const outcome = openIsolatedSession(bytes, 1, { memory: 200 * MEGABYTE }).then((session) => session.run(feeds));
    await expect(outcome).rejects.toMatchObject({
      code: 'model-unsupported',
      message: 'The model took more than 200 MB of memory while it ran.',
    });
  });

  it.each(Object.entries(endless))('leaves this process free, and can be ended: %s', async (_, make) => {
    const session = await openIsolatedSession(make(), 1);
    let outcome: unknown = 'none';
    const run = session.run(feeds).catch((error: unknown) => (outcome = error));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(outcome).toBe('none');
    await session.dispose();
    await run;
    expect(outcome).toMatchObject({ code: 'model-unsupported' });
  });

  it('says what the library says of a file that is none, and starts again after its process was killed', async () => {
    await expect(openIsolatedSession(new Uint8Array(100), 1)).rejects.toThrow();
    const session: OnnxSession = await openIsolatedSession(doubledFiveTimes(), 1);
    await session.dispose();
    expect((await session.run(feeds)).y).toHaveLength(3);
    await session.dispose();
  });
});
