import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { beforeEach, describe, expect, it } from 'vitest';
import { UserError } from '../../../src/core/errors';
import { spearman } from '../../../src/core/evaluation/rankCorrelation';
import { decodeNpy } from '../../../src/formats/npy/npy';
import { isHeld, lockRun } from '../../../src/training/run/lock';
import { openRun } from '../../../src/training/run/openRun';
import { readFrames } from '../../../src/training/run/readFrames';
import { readMaps } from '../../../src/training/run/readMaps';
import type { RunRecord } from '../../../src/training/run/record';
import { makeRunFolder } from '../../../src/training/run/setup';
import { CLASSES, SIZE, softmaxNetwork, trainSmall, useFolders, watchedOf } from '../support';

const newFolder = useFolders();
const watched = watchedOf(SIZE, CLASSES);
let folder: string;

async function writePictures(): Promise<void> {
  mkdirSync(path.join(folder, 'watched'));
  for (let index = 0; index < CLASSES; index++)
    await sharp(new Uint8Array(16).fill(50 * index), { raw: { width: 4, height: 4, channels: 1 } })
      .toColourspace('b-w')
      .png()
      .toFile(path.join(folder, 'watched', `0${index}-image-${index}.png`));
}

const at = (...names: string[]) => path.join(folder, ...names);

function edit(change: (record: Record<string, unknown>) => void): void {
  const record = JSON.parse(readFileSync(at('run.json'), 'utf8')) as Record<string, unknown>;
  change(record);
  writeFileSync(at('run.json'), JSON.stringify(record));
}

beforeEach(async () => {
  folder = newFolder();
  await trainSmall({
    folder,
    watched,
    options: { checkpoints: { kind: 'logarithmic', every: 1 } },
    onEvent: (event, { control }) => {
      if (event.kind === 'checkpoint' && event.step === 8) control.stop();
    },
  });
  await writePictures();
});

describe('an opened run', () => {
  it('has everything that the training left', async () => {
    const { record, history, pictures, frames, checkpoints, continuable } = await openRun(folder);
    expect(record).toMatchObject({ status: 'stopped', step: 8, steps: 9 });
    expect(history.loss).toHaveLength(8);
    expect(history.accuracy).toHaveLength(8);
    expect(record.epochs[0]!.loss).toBeCloseTo((history.loss[0]! + history.loss[1]! + history.loss[2]!) / 3, 6);
    expect(pictures.map(({ data }) => data[0])).toEqual([0, 50, 100]);
    expect(frames).toEqual({ size: { height: 4, width: 4 }, steps: [0, 1, 2, 3, 4, 5, 6, 7, 8] });
    expect(checkpoints).toEqual([0, 1, 2, 4, 8]);
    expect(continuable).toBe(true);
  });

  it('has maps whose sums are those over its configurations, and curves over its frames', async () => {
    // The configurations themselves, from checkpoints of an equal run at every step.
    const other = newFolder();
    await trainSmall({ folder: other, watched, options: { checkpoints: { kind: 'every', every: 1 } } });
    const maps = await readMaps(folder, 1);
    const sum = new Float64Array(16);
    const magnitudes = new Float64Array(16);
    for (let step = 0; step <= 8; step++) {
      const file = path.join(other, 'checkpoints', String(step).padStart(8, '0'), 'weights.json');
      const network = softmaxNetwork(SIZE, CLASSES);
      (JSON.parse(readFileSync(file, 'utf8')) as number[][]).forEach((data, i) => network.weights[i]!.values.set(data));
      const one = { pixels: watched.pixels.subarray(16, 32), labels: Uint16Array.of(1), count: 1 };
      (await network.watch({ ...one, scoreOf: 'label' })).lossGradient.forEach((value, i) => {
        sum[i]! += value;
        magnitudes[i]! += Math.abs(value);
      });
    }
    expect(maps.count).toBe(9);
    sum.forEach((value, i) => expect(maps.integrated.data[i]).toBeCloseTo(value, 6));
    magnitudes.forEach((value, i) => expect(maps.integratedAbsolute.data[i]).toBeCloseTo(value, 6));
    const frames = (await readFrames(folder, { from: 0, to: 9, stride: 1 })).map(({ images }) => images[1]!);
    expect(Array.from(maps.lossCurve)).toEqual(frames.map(({ loss }) => loss));
    expect(maps.rankCorrelation[8]).toBeCloseTo(1, 6);
    const magnitudesOf = (index: number) => Array.from(frames[index]!.lossGradient, Math.abs);
    expect(maps.rankCorrelation[2]).toBeCloseTo(spearman(magnitudesOf(2), magnitudesOf(8)), 6);
    const saved = decodeNpy(readFileSync(at('maps', '01-image-1-integrated.npy')), 'map');
    expect(saved).toEqual({ shape: [4, 4, 1], data: maps.integrated.data });
    await expect(readMaps(folder, 3)).rejects.toThrow(UserError);
  });

  it('is stopped, not running, when its process died without a word', async () => {
    edit((record) => Object.assign(record, { status: 'running', step: 8 }));
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    writeFileSync(at('run.lock'), JSON.stringify({ pid, host: hostname(), born: '' }));
    const { record, continuable } = await openRun(folder);
    expect(record.status).toBe('stopped');
    expect(record.message).toMatch(/continued from minibatch 8/);
    expect(continuable).toBe(true);
  });

  it('cannot be continued while another process trains it', async () => {
    const lock = await lockRun(folder);
    expect((await openRun(folder)).continuable).toBe(false);
    await expect(lockRun(folder)).rejects.toThrow(/another process/);
    await lock.release();
    expect((await openRun(folder)).continuable).toBe(true);
  });
});

describe('a lock', () => {
  it('of a number that was given to another process is stale', async () => {
    writeFileSync(at('run.lock'), JSON.stringify({ pid: process.pid, host: hostname(), born: 'earlier' }));
    expect(await isHeld(folder)).toBe(false);
    await (await lockRun(folder)).release();
  });

  it('of another machine holds while it is touched', async () => {
    const file = at('run.lock');
    writeFileSync(file, JSON.stringify({ pid: 1, host: 'another', born: '' }));
    expect(await isHeld(folder)).toBe(true);
    const before = new Date(Date.now() - 600_000);
    utimesSync(file, before, before);
    expect(await isHeld(folder)).toBe(false);
  });

  it('that says nothing is stale after a while', async () => {
    const file = at('run.lock');
    writeFileSync(file, '');
    expect(await isHeld(folder)).toBe(true);
    const before = new Date(Date.now() - 60_000);
    utimesSync(file, before, before);
    await (await lockRun(folder)).release();
  });
});

describe('a damaged or foreign folder', () => {
  const failure = async (work: Promise<unknown>) => expect(work).rejects.toBeInstanceOf(UserError);

  it('is refused by its record', async () => {
    const whole = readFileSync(at('run.json'), 'utf8');
    for (const text of [
      '',
      '{',
      '[]',
      '{"kind":"training"}',
      whole.slice(0, -200),
      whole.replace('"training"', '"x"'),
    ]) {
      writeFileSync(at('run.json'), text);
      await failure(openRun(folder));
    }
    rmSync(at('run.json'));
    await failure(openRun(folder));
  });

  it('is refused where a field has another type or names what is not there', async () => {
    const changes: ((record: RunRecord) => object)[] = [
      ({ options }) => ({ options: { ...options, batchSize: 0 } }),
      ({ options }) => ({ options: { ...options, watch: 3 } }),
      () => ({ steps: -1 }),
      ({ watched: [first] }) => ({ watched: new Array<unknown>(65).fill(first) }),
      ({ watched: [first] }) => ({ watched: [{ ...first, label: 99 }] }),
      ({ dataset }) => ({ dataset: { ...dataset, info: { classes: 'all' } } }),
    ];
    const whole = readFileSync(at('run.json'), 'utf8');
    for (const change of changes) {
      writeFileSync(at('run.json'), whole);
      edit((record) => Object.assign(record, change(record as unknown as RunRecord)));
      await failure(openRun(folder));
    }
  });

  it('does not lead out of itself by names or links', async () => {
    const secret = path.join(newFolder(), 'secret.png');
    writeFileSync(secret, readFileSync(at('watched', '00-image-0.png')));
    edit((record) => Object.assign((record.watched as object[])[0]!, { name: '../../secret.png' }));
    await failure(openRun(folder));
    edit((record) => Object.assign((record.watched as object[])[0]!, { name: 'image 0.png' }));
    rmSync(at('watched', '00-image-0.png'));
    symlinkSync(secret, at('watched', '00-image-0.png'));
    await failure(openRun(folder));
  });

  it('is not written through links when it is continued', async () => {
    const outside = path.join(newFolder(), 'outside.csv');
    writeFileSync(outside, 'mine');
    rmSync(at('minibatches.csv'));
    symlinkSync(outside, at('minibatches.csv'));
    await expect(trainSmall({ folder, watched, continues: true })).rejects.toThrow();
    expect(readFileSync(outside, 'utf8')).toBe('mine');
  });

  it('with a state that is cut or of something else cannot be continued', async () => {
    const file = at('state', 'state.bin');
    const whole = readFileSync(file);
    for (const size of [0, 10, 40, whole.length - 1]) {
      truncateSync(file, size);
      expect((await openRun(folder)).continuable).toBe(false);
      await failure(trainSmall({ folder, watched, continues: true }));
      writeFileSync(file, whole);
    }
    const larger = softmaxNetwork({ ...SIZE, width: 5 }, CLASSES);
    await failure(trainSmall({ folder, network: larger, continues: true }));
  });

  it('shows of half-written lines what is whole', async () => {
    truncateSync(at('minibatches.csv'), statSync(at('minibatches.csv')).size - 5);
    expect((await openRun(folder)).history.loss).toHaveLength(7);
    await failure(trainSmall({ folder, watched, continues: true }));
  });
});

it('a new run takes an empty folder only', async () => {
  await expect(makeRunFolder(folder)).rejects.toMatchObject({ code: 'file-exists' });
  await expect(makeRunFolder(at('run.json'))).rejects.toMatchObject({ code: 'file-exists' });
  await makeRunFolder(path.join(newFolder(), 'a', 'b'));
});
