import { copyFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodePicture } from '../../../src/formats/pictures/decode';
import { openDataset } from '../../../src/training/data/openDataset';
import { hasSharedData, readShared, sharedData } from '../../formats/pictures/shared';
import { bytesOf, temporaryFolder } from './files';

const files = temporaryFolder();

describe.skipIf(!hasSharedData)('real data', () => {
  it('reads Fashion-MNIST as its published pictures are', async () => {
    const dataset = await openDataset({ path: path.join(sharedData, 'fashion-mnist') });
    expect(dataset.info).toMatchObject({
      format: 'idx',
      trainCount: 60_000,
      testCount: 10_000,
      channels: 1,
      height: 28,
    });
    expect(dataset.info.classCounts).toEqual(new Array(10).fill(6000));
    const samples = readdirSync(path.join(sharedData, 'fashion-mnist', 'samples'));
    expect(samples.length).toBeGreaterThan(20);
    for (const name of samples) {
      const [, index, label] = /^t10k_(\d+)_(\d)_/.exec(name)!;
      const picture = await decodePicture(readShared('fashion-mnist', 'samples', name), { name });
      expect(await bytesOf(dataset, dataset.test, [Number(index)]), name).toEqual([...picture.data]);
      expect(dataset.test.labels[Number(index)]).toBe(Number(label));
    }
    await dataset.dispose();
  });

  it('knows Fashion-MNIST by its labels, whatever its folder is called', async () => {
    for (const part of ['images-idx3', 'labels-idx1'])
      copyFileSync(path.join(sharedData, 'fashion-mnist', `t10k-${part}-ubyte.gz`), path.join(files, `${part}.gz`));
    const dataset = await openDataset({ path: files });
    const { info } = dataset;
    expect(info.classes[9]).toBe('Ankle boot');
    expect(info).toMatchObject({ testSource: 'split', trainCount: 8000, testCount: 2000 });
    await dataset.dispose();
  });

  it('counts the flowers', async () => {
    const dataset = await openDataset({ path: path.join(sharedData, 'flowers256') });
    const { info } = dataset;
    expect(info).toMatchObject({ format: 'folders', testSource: 'own', trainCount: 3447, testCount: 860 });
    expect(info).toMatchObject({ height: 256, width: 256, channels: 3, unreadableCount: 0, warnings: [] });
    expect(Object.fromEntries(info.classes.map((name, i) => [name, info.classCounts[i]]))).toEqual({
      daisy: 611,
      dandelion: 842,
      rose: 624,
      sunflower: 585,
      tulip: 785,
    });
    await dataset.dispose();
  });
});
