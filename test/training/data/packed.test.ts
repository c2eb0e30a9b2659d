import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import type { DatasetRequest } from '../../../src/training/data/dataset';
import { openDataset } from '../../../src/training/data/openDataset';
import { noise, userErrorOf } from '../../formats/pictures/shared';
import { bytesOf, idx, npy, pixelsOf, temporaryFolder, write, zip } from './files';

const root = temporaryFolder();
let folders = 0;
const folder = () => path.join(root, `set${folders++}`);

/** Opens, looks, and closes. */
async function look<T>(
  request: DatasetRequest,
  what: (dataset: Awaited<ReturnType<typeof openDataset>>) => Promise<T>,
) {
  const dataset = await openDataset(request);
  try {
    return await what(dataset);
  } finally {
    await dataset.dispose();
  }
}

const infoOf = (request: DatasetRequest) => look(request, async ({ info }) => info);
const trainOf = (request: DatasetRequest) => look(request, (dataset) => bytesOf(dataset, dataset.train));

const PIXELS = [...noise(6 * 12, 1)];
const LABELS = [0, 1, 2, 0, 1, 2];

function writeIdx(set: string, zipped: boolean) {
  const put = (name: string, bytes: Buffer) =>
    write(path.join(set, zipped ? `${name}.gz` : name), zipped ? gzipSync(bytes) : bytes);
  put('train-images-idx3-ubyte', idx([6, 3, 4], PIXELS));
  put('train-labels-idx1-ubyte', idx([6], LABELS));
  put('t10k-images-idx3-ubyte', idx([2, 3, 4], PIXELS.slice(12, 36)));
  put('t10k-labels-idx1-ubyte', idx([2], [1, 0]));
}

/** Where this process unpacks what does not fit in memory. */
const unpackedFolders = () =>
  readdirSync(os.tmpdir()).filter((name) => name.startsWith(`gradient-lens-unpacked-${process.pid}-`));

afterAll(() => expect(unpackedFolders()).toEqual([]));

describe('IDX', () => {
  it.each([false, true])('reads the four official names (gzip: %s)', async (zipped) => {
    const set = folder();
    writeIdx(set, zipped);
    await look({ path: set }, async (dataset) => {
      expect(dataset.info).toMatchObject({ format: 'idx', height: 3, width: 4, channels: 1, testSource: 'own' });
      expect(dataset.info.classes).toEqual(['0', '1', '2']);
      expect(await bytesOf(dataset, dataset.train)).toEqual(PIXELS);
      expect(await bytesOf(dataset, dataset.test, [1, 0])).toEqual([...PIXELS.slice(24, 36), ...PIXELS.slice(12, 24)]);
      expect([...dataset.test.labels]).toEqual([1, 0]);
      expect(dataset.test.nameOf(1).name).toBe('t10k 1');
    });
  });

  it('removes what a dead process left unpacked, and nothing else', async () => {
    const dead = spawnSync(process.execPath, ['-e', '0']).pid;
    const [stale, living] = [dead, process.ppid].map((pid) => path.join(os.tmpdir(), `gradient-lens-unpacked-${pid}-test`)) as [string, string]; // prettier-ignore
    write(path.join(stale, 'unpacked'), 'half');
    write(path.join(living, 'unpacked'), 'in use');
    const set = folder();
    writeIdx(set, true);
    await infoOf({ path: set, cacheBytes: 0 });
    expect([existsSync(stale), existsSync(living)]).toEqual([false, true]);
    rmSync(living, { recursive: true });
  });

  it.each([false, true])('reads what does not fit in memory from disk (gzip: %s)', async (zipped) => {
    const set = folder();
    writeIdx(set, zipped);
    const before = unpackedFolders();
    await look({ path: set, cacheBytes: 10 }, async (dataset) => {
      expect(await bytesOf(dataset, dataset.train)).toEqual(PIXELS);
      expect(unpackedFolders().length - before.length).toBe(zipped ? 2 : 0);
    });
    expect(unpackedFolders()).toEqual(before);
  });

  it('tells the same of a data set however it is read', async () => {
    const set = folder();
    writeIdx(set, false);
    expect((await infoOf({ path: set, cacheBytes: 10 })).hash).toBe((await infoOf({ path: set })).hash);
  });

  it('reads colour, splits a single pair, and takes names from a file', async () => {
    const set = folder();
    write(path.join(set, 'my-images'), idx([4, 2, 2, 3], noise(48, 3)));
    write(path.join(set, 'my-labels'), idx([4], [0, 1, 0, 1]));
    write(path.join(set, 'classes.txt'), 'cat\ndog\n');
    const info = await infoOf({ path: set, testShare: 0.5 });
    expect(info).toMatchObject({
      channels: 3,
      classes: ['cat', 'dog'],
      testSource: 'split',
      trainCount: 2,
      testCount: 2,
    });
  });

  it.each([
    ['is cut off', (set: string) => truncateSync(path.join(set, 'train-images-idx3-ubyte'), 50), /declares 6 × 3 × 4/],
    [
      'declares 2^31 images',
      (set: string) => void write(path.join(set, 'train-images-idx3-ubyte'), idx([2 ** 31, 28, 28], PIXELS)),
      /beyond what is read/,
    ],
    [
      'declares huge pictures',
      (set: string) => void write(path.join(set, 'train-images-idx3-ubyte'), idx([6, 2 ** 31, 2 ** 31], PIXELS)),
      /beyond what is read/,
    ],
    [
      'has other labels than images',
      (set: string) => void write(path.join(set, 'train-labels-idx1-ubyte'), idx([5], LABELS.slice(1))),
      /6 images and 5 labels/,
    ],
    [
      'has a label that the names lack',
      (set: string) => void write(path.join(set, 'labels.txt'), 'only\ntwo\n'),
      /A label is 2, and labels.txt names 2/,
    ],
    [
      'has two files of images',
      (set: string) => void write(path.join(set, 'train-more-images'), idx([6, 3, 4], PIXELS)),
      /do not make a data set/,
    ],
  ])('refuses what %s', async (_, spoil, message) => {
    const set = folder();
    writeIdx(set, false);
    spoil(set);
    const error = await userErrorOf(() => openDataset({ path: set }));
    expect(error.code).toBe('dataset-unreadable');
    expect(error.message).toMatch(message);
  });

  it.each([
    [
      'unpacks to more than it declares',
      gzipSync(Buffer.concat([idx([6, 3, 4], PIXELS), Buffer.alloc(50_000_000)])),
      /more than it declares/,
    ],
    ['unpacks to less', gzipSync(idx([6, 3, 4], PIXELS.slice(9))), /less than it declares/],
    ['declares what it cannot hold', gzipSync(idx([1_000_000, 28, 28], PIXELS)), /cannot hold/],
    ['is cut off', gzipSync(idx([6, 3, 4], PIXELS)).subarray(0, 60), /cannot be unpacked/],
  ])('refuses a gzip file that %s, to memory and to disk', async (_, bytes, message) => {
    const set = folder();
    writeIdx(set, true);
    write(path.join(set, 'train-images-idx3-ubyte.gz'), bytes);
    for (const cacheBytes of [1e9, 10])
      expect((await userErrorOf(() => openDataset({ path: set, cacheBytes }))).message).toMatch(message);
  });
});

describe('CIFAR', () => {
  const record = (labels: readonly number[], seed: number) => Buffer.concat([Buffer.from(labels), noise(3072, seed)]);
  /** Channels last, as a picture is kept. */
  const expected = (seed: number) => {
    const values = noise(3072, seed);
    return Array.from({ length: 3072 }, (_, i) => values[(i % 3) * 1024 + Math.floor(i / 3)]!);
  };

  it('reads the binary batches of CIFAR-10 in their order', async () => {
    const set = folder();
    write(path.join(set, 'data_batch_2.bin'), Buffer.concat([record([9], 3)]));
    write(path.join(set, 'data_batch_1.bin'), Buffer.concat([record([3], 1), record([0], 2)]));
    write(path.join(set, 'test_batch.bin'), record([3], 4));
    write(
      path.join(set, 'batches.meta.txt'),
      'airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n',
    );
    for (const cacheBytes of [1e9, 0])
      await look({ path: set, cacheBytes }, async (dataset) => {
        expect([...dataset.train.labels]).toEqual([3, 0, 9]);
        expect(dataset.info).toMatchObject({
          format: 'cifar-10',
          trainCount: 3,
          testCount: 1,
          height: 32,
          channels: 3,
        });
        expect(dataset.info.classes[9]).toBe('truck');
        expect(await bytesOf(dataset, dataset.train, [2, 0])).toEqual([...expected(3), ...expected(1)]);
      });
  });

  it('takes the fine labels of CIFAR-100', async () => {
    const set = folder();
    write(path.join(set, 'train.bin'), Buffer.concat([record([7, 1], 1), record([7, 0], 2)]));
    await look({ path: set }, async (dataset) => {
      expect([...dataset.train.labels]).toEqual([1, 0]);
      expect(await bytesOf(dataset, dataset.train, [1])).toEqual(expected(2));
    });
  });

  it('refuses a batch that is cut off', async () => {
    const set = folder();
    write(path.join(set, 'data_batch_1.bin'), record([3], 1).subarray(5));
    expect((await userErrorOf(() => openDataset({ path: set }))).message).toContain('3068 bytes');
  });
});

const bytesOfFloats = (values: readonly number[]) => new Uint8Array(Float32Array.from(values).buffer);
const bytesOfLongs = (values: readonly number[]) => new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer);

describe('NumPy', () => {
  const images = npy('|u1', [6, 3, 4], Uint8Array.from(PIXELS));
  const labels = npy('<i8', [6], bytesOfLongs(LABELS));

  it.each([false, true])('reads an archive (deflated: %s)', async (deflated) => {
    const members = [
      { name: 'x_train.npy', content: images, deflated },
      { name: 'y_train.npy', content: labels, deflated },
      { name: 'x_test.npy', content: npy('|u1', [2, 3, 4], Uint8Array.from(PIXELS.slice(0, 24))), deflated },
      { name: 'y_test.npy', content: npy('|u1', [2, 1], Uint8Array.from([2, 1])), deflated },
      { name: '../../../evil.npy', content: images, deflated },
    ];
    const file = write(path.join(folder(), 'set.npz'), zip(members));
    for (const cacheBytes of [1e9, 10])
      await look({ path: file, cacheBytes }, async (dataset) => {
        expect(dataset.info).toMatchObject({ format: 'npz', testSource: 'own', height: 3, width: 4, channels: 1 });
        expect(await bytesOf(dataset, dataset.train)).toEqual(PIXELS);
        expect([...dataset.test.labels]).toEqual([2, 1]);
      });
    expect((await infoOf({ path: path.dirname(file) })).trainCount).toBe(6);
  });

  it('reads a pair of files, channels first, one-hot labels, unrounded numbers', async () => {
    const set = folder();
    const values = Array.from({ length: 2 * 3 * 2 * 2 }, (_, i) => i / 24);
    write(path.join(set, 'X.npy'), npy('<f4', [2, 3, 2, 2], bytesOfFloats(values)));
    write(path.join(set, 'y.npy'), npy('<f4', [2, 3], bytesOfFloats([0, 0, 1, 1, 0, 0])));
    await look({ path: set }, async (dataset) => {
      expect([...dataset.train.labels]).toEqual([2, 0]);
      expect(dataset.info).toMatchObject({ height: 2, width: 2, channels: 3, testCount: 0 });
      expect(dataset.info.warnings[0]).toContain('1 was taken for white');
      const wanted = Float32Array.from({ length: 12 }, (_, i) => values[(i % 3) * 4 + Math.floor(i / 3)]!);
      expect(await pixelsOf(dataset, dataset.train, [0])).toEqual(wanted);
    });
  });

  it('finds white at 255, and rounds to 8 bits what it resizes', async () => {
    const set = folder();
    write(path.join(set, 'images.npy'), npy('<f4', [2, 1, 2], bytesOfFloats([0, 52, 103, 255])));
    write(path.join(set, 'labels.npy'), npy('|u1', [2], Uint8Array.from([0, 1])));
    expect(await trainOf({ path: set })).toEqual([0, 52, 103, 255]);
    expect(await trainOf({ path: set, height: 1, width: 1 })).toEqual([26, 179]);
  });

  it.each([
    ['other ranges', { 'x.npy': npy('<f4', [2, 1, 1], bytesOfFloats([-1, 1])) }, /values from -1 to 1/],
    ['not-a-number', { 'x.npy': npy('<f4', [2, 1, 1], bytesOfFloats([NaN, 1])) }, /not finite/],
    ['flat pictures', { 'x.npy': npy('|u1', [2, 784], new Uint8Array(1568)) }, /shape 2 × 784/],
    ['two channels', { 'x.npy': npy('|u1', [2, 4, 4, 2], new Uint8Array(64)) }, /shape 2 × 4 × 4 × 2/],
    ['files cut off', { 'x.npy': npy('|u1', [2, 4, 4], new Uint8Array(31)) }, /declares 32 bytes/],
    ['impossible shapes', { 'x.npy': npy('|u1', [99999999999, 4, 4], new Uint8Array(31)) }, /declares/],
    ['labels out of range', { 'y.npy': npy('<i8', [2], bytesOfLongs([0, 70000])) }, /hold 70000/],
    ['negative labels', { 'y.npy': npy('<i8', [2], bytesOfLongs([0, -1])) }, /hold -1/],
    ['labels between classes', { 'y.npy': npy('<f4', [2], bytesOfFloats([0, 0.5])) }, /hold 0.5/],
    ['rows that are not one-hot', { 'y.npy': npy('<f4', [2, 2], bytesOfFloats([0, 1, 1, 1])) }, /row 1 is not one-hot/],
  ])('refuses %s', async (_, files, message) => {
    const set = folder();
    write(path.join(set, 'x.npy'), npy('|u1', [2, 1, 1], Uint8Array.from([0, 1])));
    write(path.join(set, 'y.npy'), npy('|u1', [2], Uint8Array.from([0, 1])));
    for (const [name, bytes] of Object.entries(files)) write(path.join(set, name), bytes);
    const error = await userErrorOf(() => openDataset({ path: set }));
    expect(error.code).toBe('dataset-unreadable');
    expect(error.message).toMatch(message);
  });

  it.each([
    [
      'a bomb',
      [
        {
          name: 'x.npy',
          content: npy('|u1', [50_000, 100, 10], new Uint8Array(50_000_000)),
          deflated: true,
          size: 60_000,
        },
      ],
      /more than it declares/,
    ],
    [
      'an impossible size',
      [{ name: 'x.npy', content: images, deflated: true, size: 3_000_000_000 }],
      /impossible size/,
    ],
    // Unpacked, each would be found to hold less than it claims.
    [
      'more values than its header tells of',
      [{ name: 'x.npy', content: Buffer.concat([images, Buffer.alloc(30e6)]), deflated: true, size: 31e6 }],
      /"x.npy" declares 72 bytes of values and holds 309\d{5}/,
    ],
    [
      'much out of next to nothing',
      [
        {
          name: 'x.npy',
          content: npy('|u1', [100_000, 10, 100], new Uint8Array(95e6)),
          deflated: true,
          size: npy('|u1', [100_000, 10, 100], new Uint8Array(0)).length + 100e6,
        },
      ],
      /unpacks to 95 MB, more than the 6\d MB that are unpacked of \d+ kB/,
    ],
    ['no pictures', [{ name: 'weights.npy', content: images }], /its arrays are weights, y/],
  ])('refuses an archive with %s', async (_, members, message) => {
    const file = write(path.join(folder(), 'set.npz'), zip([...members, { name: 'y.npy', content: labels }]));
    for (const cacheBytes of [1e9, 10])
      expect((await userErrorOf(() => openDataset({ path: file, cacheBytes }))).message).toMatch(message);
  });

  it('refuses an archive cut off anywhere', async () => {
    const file = path.join(folder(), 'set.npz');
    const whole = zip([
      { name: 'x.npy', content: images },
      { name: 'y.npy', content: labels, deflated: true },
    ]);
    expect((await infoOf({ path: write(file, whole) })).trainCount).toBe(3);
    for (let length = 0; length < whole.length; length += 41) {
      write(file, whole.subarray(0, length));
      expect((await userErrorOf(() => openDataset({ path: file }))).code).toBe('dataset-unreadable');
    }
  });
});
