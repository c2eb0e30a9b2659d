import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineClient } from '../../src/engine/process/client';
import { createEngineClient } from '../../src/engine/process/client';
import { createService } from '../../src/engine/usecases/localService';
import type { AttributionResult, JobProgress } from '../../src/engine/calls/service';
import { CancelledError, UserError } from '../../src/core/errors';
import { endless } from '../runtime/controlFlow';
import type { Bundle } from './support/bundle';
import { bundleProgram, projectRoot, wasmFiles } from './support/bundle';
import { makeFolder } from './support/folder';

const modelPath = path.join(projectRoot, 'media/models/fashion-mnist/model.json');
const imagePath = path.join(projectRoot, 'samples/sandal.png');
const shared = path.resolve(projectRoot, '../shared/data');
const mobileNet = path.join(shared, 'models/mobilenet_v1_0.25_128/tfjs_layers/model.json');
const photo = path.join(shared, 'photos/0-coral_egyptian_cat.jpg');

let engine: Bundle;
let client: EngineClient;

beforeAll(async () => {
  engine = await bundleProgram('src/engine/main.ts', wasmFiles());
  const ignore = () => undefined;
  client = createEngineClient({ enginePath: engine.file, log: { info: ignore, warn: ignore, error: ignore } });
});
afterAll(async () => {
  await client.dispose();
  engine.remove();
});

describe('the engine process', () => {
  const request = { model: { path: modelPath }, image: { path: imagePath }, engine: 'cpu' } as const;

  it('gives what the service gives in this process', async () => {
    const local = createService();
    const attribute = { ...request, method: 'gradient-x-input' };
    const there = await client.attribute(attribute);
    const here = await local.attribute(attribute);
    expect(there.map.data).toBeInstanceOf(Float32Array);
    expect(there.input.data).toBeInstanceOf(Float32Array);
    expect(there.picture.png).toBeInstanceOf(Uint8Array);
    expect(Array.from(there.map.data)).toEqual(Array.from(here.map.data));
    expect(there.record.classes).toEqual(here.record.classes);
    expect(there.record.classes[0]?.name).toBe('Sandal');
    await local.dispose();
  });

  it('hands out what a refining method has so far, each result whole, before the last', async () => {
    const parameters = { steps: 2, refine: 1e-6, mostSteps: 8 };
    const attribute = { ...request, method: 'integrated-gradients', parameters };
    const partials: AttributionResult[] = [];
    const progress: JobProgress[] = [];
    const there = await client.attribute(attribute, {
      partial: (result) => void partials.push(result),
      progress: (each) => void progress.push(each),
    });
    expect(partials.map(({ record }) => record.parameters.steps)).toEqual([2, 4]);
    expect(there.record.parameters).toMatchObject({ steps: 8, refine: 1e-6 });
    const stages = [...partials, there].map(({ record }) => record.stage);
    expect(stages).toEqual([expect.stringMatching(/^after 2 steps, delta [\d.e-]+ %$/), expect.stringMatching(/^after 4 /), undefined]); // prettier-ignore
    const local = createService();
    const here: AttributionResult[] = [];
    const last = await local.attribute(attribute, { partial: (result) => void here.push(result) });
    for (const [index, result] of [...partials, there].entries()) {
      const same = [...here, last][index]!;
      expect(result.map.data).toEqual(same.map.data);
      expect(result.picture.png).toEqual(same.picture.png);
      expect(result.record.delta).toBe(same.record.delta);
      expect(result.record.id).toBe(there.record.id);
    }
    expect(new Set([...partials, there].map(({ record }) => record.delta)).size).toBe(3);
    // 2, 4 and 8 steps with two ends each: known before the first call.
    expect(progress.find(({ total }) => total === 20)).toEqual({ stage: 'compute', done: 0, total: 20 });
    await local.dispose();
  });

  it('answers a moved ε slider as an attack from scratch does', async () => {
    const attack = { ...request, attack: 'fgsm' };
    await client.attack({ ...attack, epsilon: 0.01 });
    const live = await client.attack({ ...attack, epsilon: 0.05 });
    const local = createService();
    const scratch = await local.attack({ ...attack, epsilon: 0.05 });
    expect(Array.from(live.adversarial.data)).toEqual(Array.from(scratch.adversarial.data));
    await local.dispose();
  });

  it('reports progress, hears cancellation, and says what the user can mend', async () => {
    const seen: JobProgress[] = [];
    await client.attribute({ ...request, method: 'gradient' }, { progress: (progress) => seen.push(progress) });
    expect([...new Set(seen.map(({ stage }) => stage))]).toEqual(['model', 'image', 'compute']);
    const controller = new AbortController();
    const cancelled = client.attribute(
      { ...request, method: 'gradient' },
      { signal: controller.signal, progress: () => controller.abort() },
    );
    await expect(cancelled).rejects.toBeInstanceOf(CancelledError);
    await expect(client.attribute({ ...request, method: 'astrology' })).rejects.toBeInstanceOf(UserError);
  });
});

it('a model that never ends: its request is cancelled, and nothing of it goes on', async () => {
  const folder = makeFolder();
  const file = path.join(folder.path, 'endless.onnx');
  writeFileSync(file, endless['a loop without a number of rounds']());
  const ignore = () => undefined;
  const own = createEngineClient({
    enginePath: engine.file,
    log: { info: ignore, warn: ignore, error: ignore },
    cancelGraceMilliseconds: 300,
  });
  const cancelled = new AbortController();
  const hangs = own.predict({ model: { path: file }, image: { path: imagePath } }, { signal: cancelled.signal });
  // Its process has started when something is to be heard of it.
  const children = (pid: number) => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  let runs = '';
  if (process.platform === 'linux') await expect.poll(() => (runs = children(own.pid!))).not.toBe('');
  const before = own.pid;
  cancelled.abort();
  await expect(hangs).rejects.toBeInstanceOf(CancelledError);
  const { classes } = await own.predict({ model: { path: modelPath }, image: { path: imagePath } });
  expect(classes[0]?.name).toBe('Sandal');
  // The engine itself was free all the time, and keeps its models.
  expect(own.pid).toBe(before);
  if (runs !== '') await expect.poll(() => existsSync(`/proc/${runs}`)).toBe(false);
  await own.dispose();
  folder.remove();
});

it.skipIf(!existsSync(mobileNet) || !existsSync(photo))(
  'leaves the event loop of its parent free while MobileNet runs',
  async () => {
    const watcher = await bundleProgram('test/engine/support/watchEventLoop.ts');
    try {
      const { stdout } = await promisify(execFile)(process.execPath, [watcher.file, engine.file, mobileNet, photo]);
      // The best round: a collection of garbage now and then is not what is measured.
      const rounds = JSON.parse(stdout) as { busy: number }[];
      expect(Math.min(...rounds.map(({ busy }) => busy))).toBeLessThan(50);
    } finally {
      watcher.remove();
    }
  },
);
