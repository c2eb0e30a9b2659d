import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createService } from '../../../src/engine/usecases/localService';
import { createTrainingService } from '../../../src/engine/training/localTrainingService';
import type { TrainingEvent } from '../../../src/engine/calls/training';
import { CancelledError, UserError } from '../../../src/core/errors';
import { makeFolder } from '../support/folder';
import type { NewRun } from './support';
import { requestFor, resultOf, writeProject } from './support';

const home = makeFolder();
const service = createTrainingService();
let project: { data: string; network: string };
let runs = 0;

const newRun = (): NewRun => requestFor(path.join(home.path, 'runs', String(runs++)), project);

beforeAll(async () => {
  project = await writeProject(home.path);
});
afterAll(async () => {
  await service.dispose();
  home.remove();
});

describe('a training', () => {
  const events: TrainingEvent[] = [];
  let request: NewRun;

  beforeAll(async () => {
    request = newRun();
    await service.train(request, { progress: (event) => events.push(event) });
  });

  it('ends with a record, a network that the rest of the product opens, and test accuracy', async () => {
    const { record, continuable } = await service.run(request);
    expect(record).toMatchObject({ status: 'finished', name: 'small', engine: 'cpu' });
    expect(record.network.summary.parameters).toBe(34);
    expect(record.dataset.info.classes).toEqual(['above', 'below']);
    expect(record.test).toMatchObject({ accuracy: 1, count: record.dataset.info.testCount });
    expect(record.watched.map(({ label, labelSource }) => [label, labelSource])).toEqual([
      [0, 'folder name'],
      [0, 'user'],
    ]);
    expect(continuable).toBe(false);
    expect(events[0]).toMatchObject({ kind: 'preparing', what: 'data set' });

    const engine = createService();
    const model = { path: path.join(request.folder, 'model', 'model.json') };
    const image = { path: path.join(project.data, 'below', '1.png') };
    const { classes } = await engine.predict({ model, image });
    expect(classes[0]).toMatchObject({ name: 'below' });
    await engine.dispose();
  });

  it('has live sums that are those over its checkpoints', async () => {
    const { record } = await service.run(request);
    for (const image of [0, 1]) {
      const maps = await service.maps({ folder: request.folder, image });
      const { map, record: over } = await service.integrate({
        checkpoints: request.folder,
        image: { path: record.watched[image]!.path },
        label: record.watched[image]!.label,
        engine: 'cpu',
      });
      expect(over.checkpoints).toHaveLength(maps.count);
      expect(maps.count).toBe(record.steps + 1);
      const largest = Math.max(...map.data.map(Math.abs));
      map.data.forEach((value, i) =>
        expect(Math.abs(maps.integrated.data[i]! - value)).toBeLessThan(1e-5 * Math.max(1, largest)),
      );
    }
  });

  it('has frames by place', async () => {
    const { frames } = await service.run(request);
    const some = await service.frames({ folder: request.folder, from: 1, to: 6, stride: 2 });
    expect(some.map(({ step }) => step)).toEqual([1, 3, 5]);
    expect(frames.steps).toHaveLength(frames.steps.at(-1)! + 1);
  });

  it('is never begun in a folder that holds anything, nor continued when it is finished', async () => {
    await expect(service.train(request)).rejects.toMatchObject({ code: 'file-exists' });
    await expect(service.train({ folder: request.folder, continue: true })).rejects.toMatchObject({
      code: 'training-failed',
    });
    expect(existsSync(path.join(request.folder, 'run.lock'))).toBe(false);
  });

  it('stopped by its signal and continued is the same as without interruption', async () => {
    const other = newRun();
    const controller = new AbortController();
    const stopped = await service.train(other, {
      signal: controller.signal,
      progress: (event) => {
        if (event.kind === 'checkpoint' && event.step === 7) controller.abort();
      },
    });
    expect(stopped).toMatchObject({ status: 'stopped', step: 7 });
    expect(stopped.test).toBeDefined();
    expect((await service.run(other)).continuable).toBe(true);
    const done = await service.train({ folder: other.folder, continue: true });
    expect(done.status).toBe('finished');
    expect(resultOf(other.folder)).toEqual(resultOf(request.folder));
  });

  it('hears control, which knows what is trained here', async () => {
    const other = newRun();
    const control = (action: 'pause' | 'resume' | 'stop') => service.control({ folder: other.folder, action });
    await expect(control('pause')).rejects.toMatchObject({ code: 'usage' });
    const seen: string[] = [];
    const record = await service.train(other, {
      progress: (event) => {
        if (event.kind === 'checkpoint' && event.step === 2) void control('pause');
        if (event.kind !== 'record') return;
        seen.push(event.record.status);
        if (event.record.status === 'paused') void control('stop');
      },
    });
    expect(seen).toEqual(['running', 'paused', 'stopped']);
    expect(record.step).toBe(2);
  });
});

it('on ONNX Runtime, a convolutional network that was interrupted is bit for bit that which was not', async () => {
  const wish = (): NewRun => {
    const { options, ...rest } = newRun();
    const dataset = { ...rest.dataset, height: 28, width: 28 };
    return { ...rest, dataset, network: 'deep-network', engine: 'auto', options: { ...options, epochs: 2 } };
  };
  const [whole, broken] = [wish(), wish()];
  const uninterrupted = await service.train(whole);
  expect(uninterrupted).toMatchObject({ status: 'finished', engine: 'onnx' });
  const controller = new AbortController();
  await service.train(broken, {
    signal: controller.signal,
    progress: (event) => {
      if (event.kind === 'checkpoint' && event.step === 3) controller.abort();
    },
  });
  const { test } = await service.train({ folder: broken.folder, continue: true });
  expect(resultOf(broken.folder)).toEqual(resultOf(whole.folder));
  expect(test).toEqual(uninterrupted.test);

  const maps = await service.maps({ folder: whole.folder, image: 0 });
  const image = { path: uninterrupted.watched[0]!.path };
  const { map } = await service.integrate({ checkpoints: whole.folder, image, label: 0 });
  const largest = Math.max(...map.data.map(Math.abs));
  map.data.forEach((value, i) =>
    expect(Math.abs(maps.integrated.data[i]! - value)).toBeLessThan(1e-5 * Math.max(1, largest)),
  );
});

describe('before the first minibatch', () => {
  it('what is wrong is said, and nothing is left', async () => {
    const wrong: [Partial<NewRun>, string][] = [
      [{ network: 'no-such-network' }, 'parameter'],
      [{ dataset: { path: path.join(home.path, 'nowhere') } }, 'file-missing'],
      [{ watched: [{ path: path.join(home.path, 'none.png') }] }, 'file-missing'],
      [{ watched: [{ path: path.join(project.data, 'above', '0.png'), label: 'cat' }] }, 'unknown-class'],
    ];
    for (const [change, code] of wrong) {
      const request = { ...newRun(), ...change };
      await expect(service.train(request)).rejects.toMatchObject({ code });
      expect(existsSync(request.folder)).toBe(false);
    }
    const { options, ...rest } = newRun();
    for (const change of [{ epochs: 0 }, { batchSize: 1.5 }, { validationShare: 1 }, { seed: -1 }])
      await expect(service.train({ ...rest, options: { ...options, ...change } })).rejects.toBeInstanceOf(UserError);
    const watched = new Array<{ path: string }>(65).fill({ path: 'x.png' });
    await expect(service.train({ ...rest, options, watched })).rejects.toMatchObject({ code: 'parameter' });
  });

  it('it can be cancelled', async () => {
    const request = newRun();
    const controller = new AbortController();
    const cancelled = service.train(request, {
      signal: controller.signal,
      progress: ({ kind }) => {
        if (kind === 'preparing') controller.abort();
      },
    });
    await expect(cancelled).rejects.toBeInstanceOf(CancelledError);
    expect(existsSync(request.folder)).toBe(false);
  });
});

it('does not continue on a data set that changed', async () => {
  const own = path.join(home.path, 'changing');
  mkdirSync(own);
  const small = await writeProject(own, 6);
  const request = requestFor(path.join(own, 'run'), small);
  const controller = new AbortController();
  await service.train(request, {
    signal: controller.signal,
    progress: ({ kind }) => {
      if (kind === 'checkpoint') controller.abort();
    },
  });
  const [first] = readdirSync(path.join(small.data, 'above'));
  writeFileSync(path.join(small.data, 'above', 'another.png'), '');
  const { writeGreyPng } = await import('../support/linearModel');
  await writeGreyPng(path.join(small.data, 'above', first!), new Array<number>(16).fill(1), 4, 4);
  await expect(service.train({ folder: request.folder, continue: true })).rejects.toMatchObject({
    code: 'dataset-unreadable',
  });
});

it('describes its architectures and the layers of a network', async () => {
  const described = await service.architectures();
  expect(described.map(({ id }) => id)).toContain('deep-network');
  expect(() => structuredClone(described)).not.toThrow();
  const size = { height: 28, width: 28, channels: 1, classes: 10, seed: 0 } as const;
  expect((await service.network({ network: 'deep-network', ...size })).parameters).toBe(179_728);
});
