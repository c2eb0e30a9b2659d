import { mkdirSync, readFileSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { CancelledError } from '../../../src/core/errors';
import { openDataset } from '../../../src/training/data/openDataset';
import { userErrorOf } from '../../formats/pictures/shared';
import { bytesOf, temporaryFolder, write, writePicture, type Color } from './files';

const root = temporaryFolder();
let folders = 0;
const folder = () => path.join(root, `set${folders++}`);

const RED = [255, 0, 0] as const;
const BLUE = [0, 0, 255] as const;

/** `count` pictures of `color` in each class folder. */
async function classes(where: string, names: readonly string[], count: number, color: Color | number = RED) {
  for (const name of names)
    for (let i = 0; i < count; i++) await writePicture(path.join(where, name, `${i}.png`), color);
}

describe('a folder to each class', () => {
  it('reads every format, nested files too, classes as Python sorts them, files in natural order', async () => {
    const set = folder();
    for (const [i, format] of ['png', 'webp', 'tiff', 'gif'].entries())
      await writePicture(path.join(set, 'class10', `${10 - i}.${format}`), [0, 0, 10 * i]);
    await writePicture(path.join(set, 'class2', 'deep', 'er', 'a.png'), RED);
    await writePicture(path.join(set, 'class2', 'b.jpeg'), RED);
    const dataset = await openDataset({ path: set, testShare: 0.01 });
    expect(dataset.info).toMatchObject({ classes: ['class10', 'class2'], height: 8, width: 8, channels: 3 });
    expect(dataset.info).toMatchObject({ trainCount: 4, testCount: 2, testSource: 'split', unreadableCount: 0 });
    const names = Array.from({ length: 4 }, (_, i) => dataset.train.nameOf(i).name);
    expect(names).toEqual([...names].sort((a, b) => parseInt(a) - parseInt(b) || 0));
    await dataset.dispose();
  });

  it('takes train and test folders as they are', async () => {
    const set = folder();
    await classes(path.join(set, 'Train'), ['a', 'b'], 2, RED);
    await classes(path.join(set, 'val'), ['a', 'b'], 1, BLUE);
    await classes(path.join(set, 'extra'), ['a'], 1);
    const dataset = await openDataset({ path: set });
    expect(dataset.info).toMatchObject({ testSource: 'own', trainCount: 4, testCount: 2, classCounts: [2, 2] });
    expect(dataset.info.warnings).toEqual(['The folder "extra" beside "Train" is not used.']);
    expect((await bytesOf(dataset, dataset.test, [1])).slice(0, 3)).toEqual([0, 0, 255]);
    expect((await bytesOf(dataset, dataset.train, [3])).slice(0, 3)).toEqual([255, 0, 0]);
    expect([...dataset.train.labels]).toEqual([0, 0, 1, 1]);
    expect(dataset.train.nameOf(3).path).toBe(path.join(set, 'Train', 'b', '1.png'));
  });

  it('lists what cannot be read, ignores what is no picture, and goes on', async () => {
    const set = folder();
    await classes(set, ['a', 'b'], 3);
    const whole = readFileSync(await writePicture(path.join(root, 'whole.jpeg'), RED, 64));
    write(path.join(set, 'a', 'cut.jpg'), whole.subarray(0, whole.length - 200));
    write(path.join(set, 'a', 'page.png'), '<!doctype html><html></html>');
    write(path.join(set, 'a', 'notes.txt'), 'not a picture');
    write(path.join(set, 'a', '.hidden.png'), 'junk');
    write(path.join(set, '.git', 'x.png'), 'junk');
    const dataset = await openDataset({ path: set });
    expect(dataset.info).toMatchObject({ classCounts: [2, 2], testCount: 2, unreadableCount: 2 });
    expect(dataset.info.unreadable.map((file) => file.path)).toEqual(['a/cut.jpg', 'a/page.png']);
    expect(dataset.info.unreadable[1]!.reason).toContain('a web page');
    expect(dataset.info.warnings).toEqual(['2 files could not be read and are left out.']);
  });

  it('reads a picture whose metadata is longer than its beginning', async () => {
    const set = folder();
    await classes(set, ['a', 'b'], 2);
    const plain = readFileSync(await writePicture(path.join(root, 'plain.jpeg'), RED));
    const segment = Buffer.concat([Buffer.from([0xff, 0xe5, 0xff, 0xff]), Buffer.alloc(65533)]);
    write(
      path.join(set, 'a', 'long.jpg'),
      Buffer.concat([plain.subarray(0, 2), segment, segment, segment, plain.subarray(2)]),
    );
    const { info } = await openDataset({ path: set, testShare: 0.01 });
    expect(info).toMatchObject({ unreadableCount: 0, classCounts: [2, 1], height: 8 });
  });

  it('knows the size of a large PNG that is turned by what stands behind its pixels', async () => {
    const set = folder();
    await classes(set, ['a', 'b'], 2);
    const noise = Uint8Array.from({ length: 160 * 240 * 3 }, (_, i) => (i * 40503) >> 3);
    const plain = await sharp(noise, { raw: { width: 160, height: 240, channels: 3 } })
      .png({ compressionLevel: 0 })
      .toBuffer();
    const text = 'XML:com.adobe.xmp\0\0\0\0\0<rdf:Description tiff:Orientation="6"/>';
    const chunk = Buffer.alloc(12 + text.length);
    chunk.writeUInt32BE(text.length, 0);
    chunk.write(`iTXt${text}`, 4, 'latin1');
    chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + text.length)), 8 + text.length);
    const end = plain.length - 12;
    for (const name of ['a', 'b'])
      for (let i = 0; i < 2; i++)
        write(path.join(set, name, `${i}.png`), Buffer.concat([plain.subarray(0, end), chunk, plain.subarray(end)]));
    const dataset = await openDataset({ path: set, testShare: 0.01 });
    expect(plain.length).toBeGreaterThan(64 * 1024);
    expect(dataset.info).toMatchObject({ unreadableCount: 0, width: 240, height: 160 });
    // The first column of what is shown is the last row of what is stored.
    const shown = await bytesOf(dataset, dataset.train, [0]);
    expect(shown.slice(0, 3)).toEqual([...noise.subarray(239 * 160 * 3, 239 * 160 * 3 + 3)]);
    await dataset.dispose();
  });

  it('does not follow links out of the folder nor in circles', async () => {
    const set = folder();
    await classes(set, ['a', 'b'], 2);
    const secret = await writePicture(path.join(root, 'outside', 'secret.png'), BLUE);
    symlinkSync(secret, path.join(set, 'a', 'link.png'));
    symlinkSync(path.dirname(secret), path.join(set, 'b', 'linked'));
    symlinkSync(path.dirname(secret), path.join(set, 'c'));
    symlinkSync(set, path.join(set, 'a', 'circle'));
    symlinkSync(path.join(set, 'b', '0.png'), path.join(set, 'a', 'inside.png'));
    const { info } = await openDataset({ path: set, testShare: 0.01 });
    expect(info.trainCount + info.testCount).toBe(5);
    expect(info.unreadable.map((file) => file.path)).toEqual(['a/link.png', 'b/linked', 'c']);
    expect(info.warnings).toContain(
      '"a/circle": links to folders that hold them or were read already, which are not followed.',
    );
    expect(info.warnings).toContain(
      '"a/link.png", "b/linked", "c" are links that lead out of the data set and are not followed, unless that is wanted (--follow-links).',
    );
  });

  it('follows links out of the folder where that is wanted, class folders and files alike', async () => {
    const set = folder();
    const elsewhere = folder();
    await classes(elsewhere, ['hearts', 'spades'], 3);
    mkdirSync(set);
    for (const name of ['hearts', 'spades']) symlinkSync(path.join(elsewhere, name), path.join(set, name));
    const error = await userErrorOf(() => openDataset({ path: set }));
    expect(error.message).toContain('hold no pictures that can be read');
    expect(error.hint).toBe(
      '"hearts", "spades" are links that lead out of the data set: follow them (--follow-links), or choose the folder that they lead to.',
    );
    const dataset = await openDataset({ path: set, followLinks: true });
    expect(dataset.info).toMatchObject({ classes: ['hearts', 'spades'], classCounts: [2, 2], unreadableCount: 0 });
    expect((await bytesOf(dataset, dataset.train, [0])).slice(0, 3)).toEqual([255, 0, 0]);
    await dataset.dispose();
  });

  it('says of links that lead nowhere, and does not walk circles of links for ever', async () => {
    const set = folder();
    await classes(set, ['a', 'b'], 2);
    symlinkSync(path.join(set, 'gone.png'), path.join(set, 'a', 'dangling.png'));
    symlinkSync(path.join(set, 'b', 'self'), path.join(set, 'b', 'self'));
    // Each of a few folders leads to all others: more ways than anybody could walk.
    const names = Array.from({ length: 12 }, (_, i) => `hall${i}`);
    for (const name of names) mkdirSync(path.join(set, 'b', name));
    for (const from of names)
      for (const to of names) symlinkSync(path.join(set, 'b', to), path.join(set, 'b', from, `to-${to}`));
    await writePicture(path.join(set, 'b', 'hall7', 'x.png'), RED);
    const { info } = await openDataset({ path: set, testShare: 0.01 });
    expect(info.classCounts).toEqual([1, 2]);
    expect(info.unreadable).toEqual([
      { path: 'a/dangling.png', reason: 'It is a link that leads nowhere.' },
      { path: 'b/self', reason: 'It is a link that leads nowhere.' },
    ]);
  });

  it('needs two classes with images', async () => {
    const set = folder();
    await classes(set, ['a'], 3);
    mkdirSync(path.join(set, 'b'));
    const error = await userErrorOf(() => openDataset({ path: set }));
    expect(error.code).toBe('dataset-unreadable');
    expect(error.message).toContain('one class only');
    const single = folder();
    await classes(single, ['only'], 3);
    expect((await userErrorOf(() => openDataset({ path: single }))).message).toBe(
      `"${path.basename(single)}" has images of one class only, "only", to train on.`,
    );
    const flat = folder();
    await writePicture(path.join(flat, 'a.png'), RED);
    expect((await userErrorOf(() => openDataset({ path: flat }))).message).toContain(
      'holds 1 picture, but no folder to each class',
    );
    expect((await userErrorOf(() => openDataset({ path: path.join(flat, 'a.png') }))).message).toContain('no folder');
    const empty = folder();
    mkdirSync(empty);
    expect((await userErrorOf(() => openDataset({ path: empty }))).message).toContain('holds no data set');
    expect((await userErrorOf(() => openDataset({ path: path.join(empty, 'x') }))).code).toBe('file-missing');
  });

  it('trains on the only image of a class and says that none is tested', async () => {
    const set = folder();
    await classes(set, ['many'], 5);
    await classes(set, ['one'], 1);
    const { info } = await openDataset({ path: set });
    expect(info).toMatchObject({ classCounts: [4, 1], testCount: 1 });
    expect(info.warnings).toEqual(['There are no images to test on of "one".']);
  });

  it('opens a folder that wraps another', async () => {
    const set = folder();
    await classes(path.join(set, 'archive', 'pictures'), ['a', 'b'], 2);
    expect((await openDataset({ path: set })).info).toMatchObject({ classes: ['a', 'b'], path: set });
  });
});

describe('size and colour', () => {
  it('keeps a common size, and brings different ones to their median', async () => {
    const set = folder();
    await writePicture(path.join(set, 'a', '0.png'), RED, 10, 20);
    await writePicture(path.join(set, 'a', '1.png'), RED, 12, 30);
    await writePicture(path.join(set, 'b', '0.png'), BLUE, 400, 24);
    const { info } = await openDataset({ path: set });
    expect(info).toMatchObject({ width: 12, height: 24 });
    expect(info.warnings[0]).toBe('The pictures differ in size: they are resized to 12 × 24.');
    expect((await openDataset({ path: set, width: 6 })).info).toMatchObject({ width: 6, height: 6 });
  });

  it('brings large pictures to 256', async () => {
    const set = folder();
    for (const name of ['a', 'b']) await writePicture(path.join(set, name, '0.png'), RED, 640, 480);
    expect((await openDataset({ path: set })).info).toMatchObject({ width: 256, height: 256 });
  });

  it('is grey only if all are, and turns one into the other', async () => {
    const set = folder();
    await classes(set, ['a', 'b'], 2, 100);
    expect((await openDataset({ path: set })).info.channels).toBe(1);
    const asRgb = await openDataset({ path: set, color: 'rgb' });
    expect((await bytesOf(asRgb, asRgb.train, [0])).slice(0, 6)).toEqual([100, 100, 100, 100, 100, 100]);
    await writePicture(path.join(set, 'b', 'red.png'), RED);
    expect((await openDataset({ path: set })).info.channels).toBe(3);
    const asGrey = await openDataset({ path: set, color: 'grayscale', classes: ['b'].concat('a'), testShare: 0.01 });
    const red = [0, 1, 2].find((i) => asGrey.train.nameOf(i).name === 'red.png') ?? -1;
    const from = red >= 0 ? asGrey.train : asGrey.test;
    // ITU-R BT.601: 0.299 · 255 = 76.2.
    expect((await bytesOf(asGrey, from, [Math.max(0, red)]))[0]).toBe(76);
  });

  it('resizes with the same result whether a picture is kept or not', async () => {
    const set = folder();
    for (const name of ['a', 'b'])
      for (const i of [0, 1, 2]) await writePicture(path.join(set, name, `${i}.png`), [40 * i, 7, 9], 9 + i);
    const kept = await openDataset({ path: set, height: 5 });
    const unkept = await openDataset({ path: set, height: 5, cacheBytes: 0 });
    const first = await bytesOf(kept, kept.train);
    expect(await bytesOf(kept, kept.train)).toEqual(first);
    expect(await bytesOf(unkept, unkept.train)).toEqual(first);
    expect(new Set(first)).toEqual(new Set([0, 40, 80, 7, 9].filter((value) => first.includes(value))));
  });
});

describe('reading while training', () => {
  it('keeps no more than the cache holds, and reads the rest from disk each time', async () => {
    const set = folder();
    await classes(set, ['a', 'b'], 4);
    const dataset = await openDataset({ path: set, cacheBytes: 3 * 8 * 8 * 3 });
    for (let i = 0; i < 6; i++) await bytesOf(dataset, dataset.train, [i]);
    for (let i = 0; i < 6; i++) unlinkSync(dataset.train.nameOf(i).path!);
    const answers = await Promise.allSettled([0, 1, 2, 3, 4, 5].map((i) => bytesOf(dataset, dataset.train, [i])));
    expect(answers.map(({ status }) => status === 'fulfilled')).toEqual([true, true, true, false, false, false]);
  });

  it('names a file that vanished or changed its size', async () => {
    const set = folder();
    await classes(set, ['a', 'b'], 2);
    const dataset = await openDataset({ path: set });
    rmSync(dataset.train.nameOf(0).path!);
    await writePicture(dataset.train.nameOf(1).path!, RED, 9);
    const gone = await userErrorOf(() => bytesOf(dataset, dataset.train, [0]));
    expect([gone.code, gone.message.startsWith('a/')]).toEqual(['dataset-unreadable', true]);
    expect((await userErrorOf(() => bytesOf(dataset, dataset.train, [1]))).message).toContain('is 9 × 9 now');
  });

  it('answers several reads at once, each with its own images in order', async () => {
    const set = folder();
    for (let i = 0; i < 24; i++) await writePicture(path.join(set, i % 2 === 0 ? 'a' : 'b', `${i}.png`), i);
    const dataset = await openDataset({ path: set, testShare: 0.01 });
    const shade = (i: number) => parseInt(dataset.train.nameOf(i).name);
    const batches = [
      [3, 1, 4, 1],
      [5, 9, 2, 6, 5],
      [3, 5, 8, 0],
    ];
    const answers = await Promise.all(batches.map((batch) => bytesOf(dataset, dataset.train, batch)));
    answers.forEach((answer, k) => {
      expect(answer.filter((_, i) => i % 64 === 0)).toEqual(batches[k]!.map(shade));
    });
    await expect(dataset.train.read([22], new Float32Array(64))).rejects.toThrow(RangeError);
    await expect(dataset.train.read([1, 2], new Float32Array(64))).rejects.toThrow(RangeError);
    await dataset.dispose();
    await expect(dataset.train.read([1], new Float32Array(64))).rejects.toThrow('closed');
  });

  it('stops while it looks at the files, and tells how far it is', async () => {
    const set = folder();
    await classes(set, ['a', 'b'], 20, 3);
    const stop = new AbortController();
    const seen: number[][] = [];
    const opening = openDataset(
      { path: set },
      {
        signal: stop.signal,
        progress: (done, total) => {
          seen.push([done, total]);
          if (done === 5) stop.abort();
        },
      },
    );
    await expect(opening).rejects.toBeInstanceOf(CancelledError);
    expect(seen.slice(0, 2)).toEqual([
      [1, 40],
      [2, 40],
    ]);
    expect(seen.length).toBeLessThan(20);
  });
});
