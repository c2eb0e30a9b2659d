import path from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { loadClassifier } from '../../src/runtime/loadClassifier';
import * as session from '../../src/runtime/onnx/session';

const bundled = path.resolve(__dirname, '../../media/models/fashion-mnist');
const picture = { data: new Float32Array(784), count: 1, height: 28, width: 28, channels: 1 } as const;

afterEach(() => {
  vi.restoreAllMocks();
});

/** Counts sessions; `fails` makes every run throw. */
function watch(fails = false): { made: number; disposed: number } {
  const counts = { made: 0, disposed: 0 };
  const original = session.createOnnxSession;
  vi.spyOn(session, 'createOnnxSession').mockImplementation(async (...given) => {
    const made = await original(...given);
    counts.made++;
    return {
      run: (feeds) => (fails ? Promise.reject(new Error('no memory')) : made.run(feeds)),
      dispose: () => {
        counts.disposed++;
        return made.dispose();
      },
    };
  });
  return counts;
}

it('predicts with the session that loading the model made', async () => {
  const counts = watch();
  const model = await loadClassifier({ path: bundled }, { engine: 'onnx' });
  await model.predict(picture);
  expect(counts).toEqual({ made: 1, disposed: 0 });
  await model.gradient(picture, [{ kind: 'logit', classIndex: 0 }]);
  expect(counts).toEqual({ made: 2, disposed: 0 });
  await model.dispose();
  expect(counts).toEqual({ made: 2, disposed: 2 });
});

it('leaves no session behind where the first run fails', async () => {
  const counts = watch(true);
  await expect(loadClassifier({ path: bundled }, { engine: 'onnx' })).rejects.toThrow();
  expect(counts).toEqual({ made: 1, disposed: 1 });
});

it('keeps two sessions that give layers beside the others, which they leave alone', async () => {
  const counts = watch();
  const model = await loadClassifier({ path: bundled }, { engine: 'onnx' });
  const objectives = [{ kind: 'logit', classIndex: 0 }] as const;
  await model.gradient(picture, objectives);
  expect(counts).toEqual({ made: 2, disposed: 0 });
  for (const layer of ['conv_1', 'conv_2', 'conv_3', 'conv_3'])
    await model.gradient(picture, objectives, { at: [layer] });
  expect(counts).toEqual({ made: 5, disposed: 1 });
  await model.gradient(picture, objectives);
  await model.predict(picture);
  expect(counts).toEqual({ made: 5, disposed: 1 });
  await model.dispose();
  expect(counts).toEqual({ made: 5, disposed: 5 });
});
