import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/errors';
import type { ImageSet } from '../../src/training/data/dataset';
import { createLeftOut, readReadable } from '../../src/training/data/leftOut';
import { openDataset } from '../../src/training/data/openDataset';
import { evaluate } from '../../src/training/evaluate';
import { createMinibatchReader } from '../../src/training/minibatches';
import { DEFAULT_TRAINING } from '../../src/training/options';
import { readRecord } from '../../src/training/run/recordFile';
import { writePicture } from './data/files';
import { CLASSES, makeSet, SIZE, softmaxNetwork, trainSmall, useFolders } from './support';

const newFolder = useFolders();
const VALUES = SIZE.height * SIZE.width * SIZE.channels;

/** `set` of which the pictures in `damaged` cannot be read. */
function withDamaged(set: ImageSet, damaged: (index: number) => boolean): ImageSet {
  return {
    ...set,
    read: async (indices, target) => {
      const bad = Array.from(indices).find((index) => damaged(index));
      if (bad !== undefined) throw new UserError('dataset-unreadable', `picture ${bad} is damaged.`, 'Mend it.');
      await set.read(indices, target);
    },
    nameOf: (index) => ({ name: `${index}.png`, path: `/data/${index}.png` }),
  };
}

async function pixelsOf(set: ImageSet, index: number): Promise<number[]> {
  const target = new Float32Array(VALUES);
  await set.read([index], target);
  return [...target];
}

describe('reading what can be read', () => {
  it('closes the gaps, and says which places are kept', async () => {
    const set = makeSet(SIZE, CLASSES, 6, 1);
    const leftOut = createLeftOut(100);
    const target = new Float32Array(5 * VALUES);
    const kept = await readReadable(withDamaged(set, (index) => index === 2 || index === 5), [5, 1, 2, 0, 4], target, leftOut); // prettier-ignore
    expect(kept).toEqual([1, 3, 4]);
    for (const [row, index] of [1, 0, 4].entries())
      expect([...target.subarray(row * VALUES, (row + 1) * VALUES)]).toEqual(await pixelsOf(set, index));
    expect(leftOut.files).toEqual([
      { path: '/data/5.png', reason: 'picture 5 is damaged.' },
      { path: '/data/2.png', reason: 'picture 2 is damaged.' },
    ]);
  });

  it('goes on with what is no fault of a picture', async () => {
    const closed: ImageSet = { ...makeSet(SIZE, CLASSES, 2, 1), read: async () => Promise.reject(new Error('closed')) };
    await expect(readReadable(closed, [0], new Float32Array(VALUES), createLeftOut(2))).rejects.toThrow('closed');
  });

  it('ends where more than a tenth of many pictures is gone', () => {
    const leftOut = createLeftOut(200);
    const add = (from: number, to: number) => {
      for (let i = from; i < to; i++) leftOut.add({ path: `${i}.png`, reason: 'gone' });
    };
    add(0, 20);
    add(0, 20);
    expect(leftOut.count).toBe(20);
    expect(() => add(20, 21)).toThrow('21 of 200 pictures can no longer be read, the last of them 20.png (gone).');
  });

  it('measures over the rest', async () => {
    const set = makeSet(SIZE, CLASSES, 9, 2);
    const network = softmaxNetwork(SIZE, CLASSES);
    const rest = await evaluate(
      network,
      withDamaged(set, (index) => index === 4 || index === 8),
    );
    const sums = await Promise.all([0, 1, 2, 3, 5, 6, 7].map(async (index) => evaluate(network, { ...set, count: 1, labels: set.labels.slice(index, index + 1), read: (_, target) => set.read([index], target) }))); // prettier-ignore
    expect(rest!.count).toBe(7);
    expect(rest!.loss).toBeCloseTo(sums.reduce((sum, each) => sum + each!.loss, 0) / 7, 12);
    expect(rest!.accuracy).toBeCloseTo(sums.reduce((sum, each) => sum + each!.accuracy, 0) / 7, 12);
    expect(
      await evaluate(
        network,
        withDamaged(set, () => true),
      ),
    ).toBeUndefined();
  });

  it('takes the next picture for a minibatch of which nothing is left, the same each time', async () => {
    const set = makeSet(SIZE, CLASSES, 5, 3);
    const options = { ...DEFAULT_TRAINING, batchSize: 1, epochs: 2 };
    const read = async () => {
      const reader = createMinibatchReader(
        withDamaged(set, (index) => index === 1),
        SIZE,
        options,
      );
      const batches: number[][] = [];
      for (let index = 0; index < 10; index++) {
        const { pixels, labels, count } = await reader.read(index);
        expect(count).toBe(1);
        batches.push([labels[0]!, ...pixels]);
      }
      await reader.dispose();
      return batches;
    };
    const batches = await read();
    const all = await Promise.all(
      [0, 2, 3, 4].map(async (index) => [set.labels[index]!, ...(await pixelsOf(set, index))]),
    );
    for (const epoch of [batches.slice(0, 5), batches.slice(5)])
      expect(new Set(epoch.map(String))).toEqual(new Set(all.map(String)));
    expect(await read()).toEqual(batches);
    const gone = createMinibatchReader(
      withDamaged(set, () => true),
      SIZE,
      options,
    );
    await expect(gone.read(0)).rejects.toMatchObject({ code: 'dataset-unreadable' });
  });
});

describe('a training with damaged pictures', () => {
  const sets = () => ({
    train: withDamaged(makeSet(SIZE, CLASSES, 10, 7), (index) => index === 3 || index === 6),
    validation: withDamaged(makeSet(SIZE, CLASSES, 5, 8), () => false),
    test: makeSet(SIZE, CLASSES, 6, 9),
  });

  it('leaves them out, counts each once, and says which', async () => {
    const folder = newFolder();
    const { record, events } = await trainSmall({ folder, sets: sets() });
    expect(record.status).toBe('finished');
    expect(record.leftOut?.count).toBe(2);
    expect(new Set(record.leftOut?.files.map(({ path: file }) => file))).toEqual(
      new Set(['/data/3.png', '/data/6.png']),
    );
    expect(record.warnings).toEqual(['2 pictures could not be read during the training and are left out.']);
    expect(await readRecord(folder)).toEqual(record);
    expect(events.some((event) => event.kind === 'record' && event.record.leftOut !== undefined)).toBe(true);
    const lines = readFileSync(path.join(folder, 'minibatches.csv'), 'utf8').trim().split('\n').slice(1);
    const images = lines.map((line) => Number(line.split(',')[2]));
    for (const epoch of [0, 1, 2]) expect(images.slice(3 * epoch, 3 * epoch + 3).reduce((sum, n) => sum + n)).toBe(8);
  });

  it('is, stopped and continued, the same as without interruption', async () => {
    const [whole, broken] = [newFolder(), newFolder()];
    const before = await trainSmall({ folder: whole, sets: sets() });
    let epochs = 0;
    await trainSmall({
      folder: broken,
      sets: sets(),
      options: { checkpoints: { kind: 'every', every: 1 } },
      onEvent: (event, { control }) => {
        if (event.kind === 'checkpoint' && ++epochs === 5) control.stop();
      },
    });
    const after = await trainSmall({ folder: broken, sets: sets(), continues: true });
    expect(after.record.epochs.map(({ loss }) => loss)).toEqual(before.record.epochs.map(({ loss }) => loss));
    expect(after.record.test).toEqual(before.record.test);
    expect(readFileSync(path.join(broken, 'model', 'weights.json'), 'utf8')).toBe(
      readFileSync(path.join(whole, 'model', 'weights.json'), 'utf8'),
    );
  });
});

it('pictures of a folder that are damaged after it was opened are left out with their reason', async () => {
  const root = newFolder();
  for (const name of ['a', 'b'])
    for (let i = 0; i < 8; i++) await writePicture(path.join(root, name, `${i}.png`), 30 * i, 4);
  const dataset = await openDataset({ path: root, testShare: 0.01, cacheBytes: 0 });
  const { train } = dataset;
  const [cut, gone, other, kept] = [0, 5, 9, 12].map((index) => train.nameOf(index).path!) as [
    string,
    string,
    string,
    string,
  ];
  writeFileSync(cut, readFileSync(cut).subarray(0, 40));
  rmSync(gone);
  await writePicture(other, 1, 7);
  const leftOut = createLeftOut(train.count);
  const places = await readReadable(train, [0, 5, 9, 12], new Float32Array(4 * 16), leftOut);
  expect(places).toEqual([3]);
  expect(leftOut.files.map(({ path: file }) => file)).toEqual([cut, gone, other]);
  expect(leftOut.files[2]!.reason).toMatch(/is 7 × 7 now/);
  expect(kept).toMatch(/png$/);
  await dataset.dispose();
});
