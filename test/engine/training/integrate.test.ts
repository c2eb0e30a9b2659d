import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createImageCache } from '../../../src/engine/usecases/images';
import { runIntegrate } from '../../../src/engine/training/integrate';
import type { IntegrateRequest } from '../../../src/engine/calls/training';
import { CancelledError } from '../../../src/core/errors';
import { loadClassifier } from '../../../src/runtime/loadClassifier';
import { makeFolder } from '../support/folder';
import type { LinearModel } from '../support/linearModel';
import { logitsOf, lossGradient, softmax, writeGreyPng, writeLinearModel } from '../support/linearModel';

const bytes = [255, 51, 102, 0];
const pixels = bytes.map((value) => value / 255);
/** A linear model at three moments. */
const models = [-1, 0.5, 2].map((scale): LinearModel => ({
  height: 2,
  width: 2,
  weights: [[2, -1, 0.5], [-3, 1, 0.25], [0.5, 2, -1], [1, -2, 1]].map((row) => row.map((weight) => scale * weight)), // prettier-ignore
  bias: [0.1, -0.2, 0.05],
  classes: ['cat', 'dog', 'owl'],
}));

const folder = makeFolder();
const at = (...parts: string[]) => path.join(folder.path, ...parts);

beforeAll(async () => {
  await writeGreyPng(at('x.png'), bytes, 2, 2);
  models.forEach((model, index) => writeLinearModel(at('checkpoints', String(5 ** index)), model));
});
afterAll(() => folder.remove());

function integrate(request: Partial<IntegrateRequest> = {}, job = {}) {
  return runIntegrate(
    { checkpoints: at('checkpoints'), image: { path: at('x.png') }, label: 'dog', engine: 'cpu', ...request },
    { images: createImageCache(), load: loadClassifier },
    job,
  );
}

describe('integrating over a folder of checkpoints', () => {
  it.each(['cpu', 'onnx'] as const)('sums the loss gradients in closed form (%s)', async (engine) => {
    const { record, map } = await integrate({ engine });
    expect(map).toMatchObject({ height: 2, width: 2, channels: 1 });
    const gradients = models.map((model) => lossGradient(model, pixels, 1));
    map.data.forEach(
      (value, index) =>
      expect(value).toBeCloseTo(gradients.reduce((sum, gradient) => sum + gradient[index]!, 0), 5), // prettier-ignore
    );
    expect(record).toMatchObject({
      kind: 'training-integrated',
      version: 1,
      label: { index: 1, name: 'dog', source: 'user' },
      image: { name: 'x.png', path: at('x.png') },
      parameters: { reduction: 'sum', absolute: false, timesInput: false },
      engine,
      warnings: [],
    });
    expect(record.checkpoints.map((checkpoint) => path.basename(checkpoint.path))).toEqual(['1', '5', '25']);
    expect(new Set(record.checkpoints.map(({ hash }) => hash)).size).toBe(3);
    record.checkpoints.forEach(({ loss, predicted }, index) => {
      const p = softmax(logitsOf(models[index]!, pixels));
      expect(loss).toBeCloseTo(-Math.log(p[1]!), 5);
      expect(predicted.probability).toBeCloseTo(Math.max(...p), 5);
      expect(predicted.index).toBe(p.indexOf(Math.max(...p)));
    });
    expect(record.statistics.sum).toBeCloseTo(map.data.reduce((sum, value) => sum + value, 0), 6); // prettier-ignore
  });

  it('takes parameters, reports progress, and refuses what there is not', async () => {
    const seen: number[] = [];
    const job = { progress: ({ done }: { done: number }) => seen.push(done) };
    const { map } = await integrate({ parameters: { reduction: 'mean', timesInput: true } }, job);
    const whole = await integrate();
    map.data.forEach((value, index) => expect(value).toBeCloseTo((whole.map.data[index]! / 3) * pixels[index]!, 6));
    expect(seen).toEqual([1, 2, 3]);
    await expect(integrate({ parameters: { reduction: 'median' } })).rejects.toMatchObject({ code: 'parameter' });
    await expect(integrate({ label: 'unicorn' })).rejects.toMatchObject({ code: 'unknown-class' });
    await expect(integrate({ image: { path: at('absent.png') } })).rejects.toMatchObject({ code: 'file-missing' });
  });

  it('hears a cancellation', async () => {
    const controller = new AbortController();
    const job = { signal: controller.signal, progress: () => controller.abort() };
    await expect(integrate({}, job)).rejects.toThrow(CancelledError);
  });

  it('leaves a truncated checkpoint out and says so', async () => {
    writeLinearModel(at('torn', '1'), models[0]!);
    writeLinearModel(at('torn', '2'), models[1]!);
    writeFileSync(at('torn', '2', 'weights.bin'), new Uint8Array(7));
    const { record, map } = await integrate({ checkpoints: at('torn') });
    expect(record.checkpoints).toHaveLength(1);
    expect(record.warnings.join()).toMatch(/"2" cannot be opened/);
    const expected = lossGradient(models[0]!, pixels, 1);
    map.data.forEach((value, index) => expect(value).toBeCloseTo(expected[index]!, 5));
  });
});
