import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { TrainingClient } from '../../../src/engine/training/client';
import { createTrainingClient } from '../../../src/engine/training/client';
import type { TrainingEvent } from '../../../src/engine/calls/training';
import { bundleProgram, type Bundle } from '../support/bundle';
import { makeFolder } from '../support/folder';
import type { NewRun } from './support';
import { requestFor, resultOf, writeProject } from './support';

/** A program that trains in a process of its own and tells that process's id after the first minibatches. */
async function orphanMaker(): Promise<string> {
  parentProgram ??= await bundleProgram('test/engine/support/trainingParent.ts');
  return parentProgram.file;
}

let parentProgram: Bundle | undefined;
const home = makeFolder();
const clients: TrainingClient[] = [];
let engine: Bundle;
let project: { data: string; network: string };
let runs = 0;

beforeAll(async () => {
  [engine, project] = await Promise.all([bundleProgram('src/engine/main.ts'), writeProject(home.path)]);
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.dispose()));
});
afterAll(() => {
  engine.remove();
  parentProgram?.remove();
  home.remove();
});

function start(): TrainingClient {
  const ignore = () => undefined;
  const client = createTrainingClient({ enginePath: engine.file, log: { info: ignore, warn: ignore, error: ignore } });
  clients.push(client);
  return client;
}

/** Long enough to be interrupted: it ends when somebody ends it, after minutes at the earliest. */
function newRun(epochs = 4): NewRun {
  const request = requestFor(path.join(home.path, 'runs', String(runs++)), project);
  return { ...request, options: { ...request.options, epochs, checkpoints: { kind: 'epochs', every: 1 } } };
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('a training in a process of its own', () => {
  it('tells what happens while other requests are answered by another process', async () => {
    const client = start();
    const events: TrainingEvent[] = [];
    const request = newRun();
    let pid: number | undefined;
    const record = await client.train(request, {
      progress: (event) => {
        events.push(event);
        pid = client.trainingPid;
      },
    });
    expect(record.status).toBe('finished');
    expect(new Set(events.map(({ kind }) => kind))).toEqual(
      new Set(['preparing', 'record', 'minibatches', 'epoch', 'validating', 'frame', 'checkpoint']),
    );
    const steps = events.flatMap((event) => (event.kind === 'minibatches' ? event.loss.length : []));
    expect(steps.reduce((sum, count) => sum + count, 0)).toBe(record.steps);
    expect(pid).toBeDefined();
    expect(alive(pid!)).toBe(false);
    expect(client.trainingPid).toBeUndefined();
    const { frames } = await client.run(request);
    expect(frames.steps.at(-1)).toBe(record.steps);
    expect((await client.maps({ folder: request.folder, image: 0 })).integrated.data).toBeInstanceOf(Float32Array);
  });

  it('killed in the middle and continued ends as one that was not', async () => {
    const client = start();
    const [whole, broken] = [newRun(), newRun()];
    await client.train(whole);
    const dying = client.train(broken, {
      progress: (event) => {
        // Paused, its state is kept; it dies some minibatches later.
        if (event.kind === 'epoch' && event.result.epoch === 2)
          void client.control({ folder: broken.folder, action: 'pause' });
        if (event.kind === 'record' && event.record.status === 'paused')
          void client.control({ folder: broken.folder, action: 'resume' });
        if (event.kind === 'epoch' && event.result.epoch === 3) process.kill(client.trainingPid!, 'SIGKILL');
      },
    });
    await expect(dying).rejects.toMatchObject({ code: 'training-failed', message: /training process stopped.*killed/ });
    const { record, continuable } = await client.run(broken);
    expect(record.status).toBe('stopped');
    expect(continuable).toBe(true);
    const continued = await client.train({ folder: broken.folder, continue: true });
    expect(continued.status).toBe('finished');
    expect(resultOf(broken.folder)).toEqual(resultOf(whole.folder));
  });

  it('stops gracefully when it is aborted or controlled, and gives its record', async () => {
    const client = start();
    for (const how of ['abort', 'control'] as const) {
      const request = newRun(100_000);
      const controller = new AbortController();
      const record = await client.train(request, {
        signal: controller.signal,
        progress: ({ kind }) => {
          if (kind !== 'minibatches') return;
          if (how === 'abort') controller.abort();
          else client.control({ folder: request.folder, action: 'stop' }).catch(() => undefined);
        },
      });
      expect(record.status).toBe('stopped');
      expect(record.test?.count).toBeGreaterThan(0);
    }
    await expect(client.control({ folder: home.path, action: 'stop' })).rejects.toMatchObject({ code: 'usage' });
  });

  it('left by its client keeps its state and its process ends', async () => {
    const client = start();
    const request = newRun(100_000);
    let pid: number | undefined;
    const left = client.train(request, {
      progress: (event) => {
        if (event.kind !== 'minibatches' || pid !== undefined) return;
        pid = client.trainingPid;
        void client.dispose();
      },
    });
    expect((await left).status).toBe('stopped');
    expect(alive(pid!)).toBe(false);
    expect(existsSync(path.join(request.folder, 'run.lock'))).toBe(false);
    const { record, continuable } = await start().run(request);
    expect(record).toMatchObject({ status: 'stopped' });
    expect(record.step).toBeGreaterThan(0);
    expect(continuable).toBe(true);
  });

  it('keeps its state when its parent dies', async () => {
    const request = newRun(100_000);
    const parent = fork(await orphanMaker(), [engine.file, JSON.stringify(request)], { stdio: 'ignore' });
    const [pid] = (await once(parent, 'message')) as [number];
    parent.kill('SIGKILL');
    while (alive(pid)) await new Promise((resolve) => setTimeout(resolve, 20));
    const { record, continuable } = await start().run(request);
    expect(record.status).toBe('stopped');
    expect(record.step).toBeGreaterThan(0);
    expect(record.message).toBeUndefined();
    expect(continuable).toBe(true);
  });

  it('says what the user can mend', async () => {
    await expect(start().train({ ...newRun(), network: 'none' })).rejects.toMatchObject({ code: 'parameter' });
  });
});
