import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import type * as FileSystem from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createTrainingService } from '../../../src/engine/training/localTrainingService';
import type { TrainingEvent } from '../../../src/engine/calls/training';
import { UserError } from '../../../src/core/errors';
import type { RunRecord } from '../../../src/training/run/record';
import { makeFolder } from '../support/folder';
import type { NewRun } from './support';
import { requestFor, resultOf, writeProject } from './support';

/** A disk that takes so many more writes; then it is full until there is room again. */
const disk = vi.hoisted(() => ({ room: Infinity, writes: 0, code: 'ENOSPC' }));

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof FileSystem>();
  const write = () => {
    disk.writes++;
    if (disk.writes > disk.room)
      throw Object.assign(new Error(`${disk.code}: no space left on device`), { code: disk.code });
  };
  const guarded = (handle: FileSystem.FileHandle): FileSystem.FileHandle =>
    new Proxy(handle, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key);
        if (typeof value !== 'function') return value;
        return (...values: unknown[]): unknown => {
          if (!['write', 'writeFile', 'sync'].includes(String(key))) return value.apply(target, values) as unknown;
          // Of a full disk half of the bytes may still fit.
          if (disk.writes + 1 > disk.room && key === 'writeFile')
            return real.writeFile(target, 'half').then(() => write());
          return Promise.resolve().then(() => (write(), value.apply(target, values) as unknown));
        };
      },
    });
  return {
    ...real,
    open: async (file: string, flags?: string | number, mode?: number) => {
      const writing =
        flags !== undefined && flags !== 'r' && flags !== 0 && (typeof flags === 'string' || (flags & 3) !== 0);
      if (writing) write();
      const handle = await real.open(file, flags, mode);
      return writing ? guarded(handle) : handle;
    },
    writeFile: async (file: string, content: string | Uint8Array, options?: object) => {
      await real.writeFile(file, content.slice(0, content.length / 2), options);
      await real.rm(file);
      write();
      await real.writeFile(file, content, options);
    },
    mkdir: async (folder: string, options?: object) => {
      write();
      return real.mkdir(folder, options);
    },
    rename: async (from: string, to: string) => {
      write();
      await real.rename(from, to);
    },
  };
});

const home = makeFolder();
const service = createTrainingService();
let project: { data: string; network: string };
let runs = 0;

function newRun(): NewRun {
  const request = requestFor(path.join(home.path, 'runs', String(runs++)), project);
  return {
    ...request,
    options: { ...request.options, epochs: 2, batchSize: 4, checkpoints: { kind: 'epochs', every: 1 } },
  };
}

beforeAll(async () => {
  project = await writeProject(home.path, 5);
  mkdirSync(path.join(home.path, 'runs'));
});
afterAll(async () => {
  await service.dispose();
  home.remove();
});

const filesIn = (folder: string) => readdirSync(folder, { recursive: true, encoding: 'utf8' });
const temporary = (folder: string) => filesIn(folder).filter((name) => /\.tmp|\.stale/.test(name));

/** The sentence that a training ends with when its disk is full after `room` writes. */
async function trainWith(room: number, request: NewRun): Promise<{ said: string; record?: RunRecord }> {
  Object.assign(disk, { room, writes: 0 });
  try {
    const record = await service.train(request);
    return { said: record.message ?? '', record };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { said: `${error.message} ${error.hint}` };
  } finally {
    disk.room = Infinity;
  }
}

describe('a disk that is full', () => {
  it('after any number of writes costs a sentence, and nothing that was written before', async () => {
    disk.writes = 0;
    const whole = newRun();
    expect((await service.train(whole)).status).toBe('finished');
    const total = disk.writes;
    expect(total).toBeGreaterThan(60);
    const result = resultOf(whole.folder);
    const ends = { removed: 0, startAgain: 0, continued: 0, finished: 0 };
    for (let room = 0; room < total; room++) {
      const request = newRun();
      const { said, record } = await trainWith(room, request);
      if (record?.status === 'finished') {
        // The last writes only save room.
        ends.finished++;
        expect(resultOf(request.folder)).toEqual(result);
        continue;
      }
      expect(said).toMatch(
        /^The (run's folder|run's record|folder .*) could not be (written|made)( \(.*ENOSPC.*\))?\. [A-Z][^.]*\.$/,
      );
      if (!existsSync(path.join(request.folder, 'run.json'))) {
        expect(existsSync(request.folder)).toBe(false);
        ends.removed++;
        continue;
      }
      const { continuable } = await service.run(request);
      expect(said).toContain(continuable ? 'continue the run' : 'start again');
      if (!continuable) {
        ends.startAgain++;
        continue;
      }
      const after = await service.train({ folder: request.folder, continue: true });
      expect(after.status).toBe('finished');
      expect(resultOf(request.folder)).toEqual(result);
      expect(temporary(request.folder)).toEqual([]);
      ends.continued++;
    }
    expect(ends.removed + ends.startAgain + ends.continued + ends.finished).toBe(total);
    for (const count of Object.values(ends)) expect(count).toBeGreaterThan(0);
    expect(ends.continued).toBeGreaterThan(total / 3);
  }, 300_000);

  it.each(['EFBIG', 'EDQUOT', 'EIO', 'EROFS'])('is told by %s alike', async (code) => {
    disk.code = code;
    const { said, record } = await trainWith(50, newRun());
    disk.code = 'ENOSPC';
    expect(record?.status).toBe('failed');
    expect(said).toContain(`(${code})`);
  });

  it('while a run is continued leaves its state, whenever it happens', async () => {
    const whole = newRun();
    await service.train(whole);
    const stopped = async (): Promise<NewRun> => {
      const request = newRun();
      const stop = new AbortController();
      const report = (event: TrainingEvent) => {
        if (event.kind === 'checkpoint') stop.abort();
      };
      await service.train(request, { signal: stop.signal, progress: report });
      return request;
    };
    for (const room of [0, 1, 2, 3, 5, 8, 13, 21]) {
      const request = await stopped();
      Object.assign(disk, { room, writes: 0 });
      const first = await service.train({ folder: request.folder, continue: true }).then(
        (record) => record.message ?? record.status,
        (error: unknown) => (error instanceof UserError ? `${error.message} ${error.hint}` : String(error)),
      );
      disk.room = Infinity;
      expect(first).toMatch(/could not be written \(ENOSPC\)\. .*continue the run\.$/);
      expect((await service.train({ folder: request.folder, continue: true })).status).toBe('finished');
      expect(resultOf(request.folder)).toEqual(resultOf(whole.folder));
    }
  }, 120_000);
});

it('what a dead run left half written is removed when it goes on', async () => {
  const request = newRun();
  const stop = new AbortController();
  await service.train(request, {
    signal: stop.signal,
    progress: (event) => {
      if (event.kind === 'checkpoint') stop.abort();
    },
  });
  const stale = [
    '.run.json.4711.tmp',
    'state/.state.bin.4711.tmp',
    'maps/.00-0-last.npy.4711.tmp',
    'run.lock.4711.stale',
  ];
  for (const name of stale) writeFileSync(path.join(request.folder, name), 'half');
  mkdirSync(path.join(request.folder, 'checkpoints', '.00000009.4711.tmp'));
  writeFileSync(path.join(request.folder, 'checkpoints', '.00000009.4711.tmp', 'model.json'), '{');
  const own = ['notes.tmp', '.mine.tmp', 'state/keep.4711.tmp'];
  for (const name of own) writeFileSync(path.join(request.folder, name), 'mine');
  await service.train({ folder: request.folder, continue: true });
  expect(temporary(request.folder).sort()).toEqual([...own].sort());
});

it('a folder that is taken meanwhile is left as it is', async () => {
  const request = newRun();
  mkdirSync(request.folder);
  const report = (event: TrainingEvent) => {
    if (event.kind === 'preparing' && event.what === 'network')
      writeFileSync(path.join(request.folder, 'precious.txt'), 'precious');
  };
  await expect(service.train(request, { progress: report })).rejects.toMatchObject({ code: 'file-exists' });
  expect(readdirSync(request.folder)).toEqual(['precious.txt']);
});
