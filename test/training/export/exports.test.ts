import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CancelledError } from '../../../src/core/errors';
import { decodeNpy } from '../../../src/formats/npy/npy';
import { exportAnimation, exportFigure, exportFrames, exportMaps } from '../../../src/training/export/exports';
import { chosenFrames, chosenImages } from '../../../src/training/export/source';
import { colorMapOf } from '../../../src/core/render/colorMap';
import { makeFolder } from '../../engine/support/folder';
import { scriptedRun } from './scriptedRun';

let folder: ReturnType<typeof makeFolder>;
beforeEach(() => (folder = makeFolder()));
afterEach(() => folder.remove());
const at = (...parts: string[]) => path.join(folder.path, ...parts);

const run = scriptedRun({ steps: [0, 1, 2, 3, 4, 8, 16], names: ['boot.png', 'x/../../etc.png', 'größe.jpg'] });
const options = { map: 'loss-gradient', cellSide: 40 } as const;

/** RGB of a picture's pixels. */
async function colorsIn(file: string, page?: number): Promise<Set<string>> {
  const image = sharp(readFileSync(file), page === undefined ? {} : { page });
  const { data, info } = await image.removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const colors = new Set<string>();
  for (let index = 0; index < data.length; index += info.channels)
    colors.add(Array.from(data.subarray(index, index + 3)).join());
  return colors;
}
const endOf = (id: 'inferno' | 'diverging') => Array.from(colorMapOf(id).slice(-3)).join();

describe('frames', () => {
  it('are one PNG each, named by their minibatch, with the map in the product’s colours', async () => {
    const seen: number[] = [];
    const paths = await exportFrames(run, at('out'), options, { progress: (done) => seen.push(done) });
    expect(paths.map((file) => path.basename(file))).toEqual(
      [0, 1, 2, 3, 4, 8, 16].map((step) => `frame-${String(step).padStart(6, '0')}.png`),
    );
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7]);
    const sizes = await Promise.all(paths.map(async (file) => (await sharp(readFileSync(file)).metadata()).width));
    expect(new Set(sizes).size).toBe(1);
    expect(await colorsIn(paths[3]!)).toContain(endOf('diverging'));
    const scores = await exportFrames(run, at('scores'), { ...options, map: 'gradient-x-input' }, {});
    const colors = await colorsIn(scores[0]!);
    expect(colors).toContain(endOf('inferno'));
    expect(colors).not.toContain(endOf('diverging'));
  });

  it('show the map where it is: the picture’s pixel 8 of 5 × 4 lights up at minibatch 8', async () => {
    const [file] = await exportFrames(run, at('out'), { ...options, images: [0], mostFrames: 1 }, {});
    const { data, info } = await sharp(readFileSync(file!)).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    const hot = endOf('diverging');
    const places: { x: number; y: number }[] = [];
    for (let pixel = 0; pixel < info.width * info.height; pixel++)
      if (Array.from(data.subarray(3 * pixel, 3 * pixel + 3)).join() === hot)
        places.push({ x: pixel % info.width, y: Math.floor(pixel / info.width) });
    // The last frame is of minibatch 16: pixel 16 is row 3, column 1; panes are 40 × 32, so that a pixel has 8 × 8.
    const [left, top] = [Math.min(...places.map(({ x }) => x)), Math.min(...places.map(({ y }) => y))];
    expect(places).toHaveLength(64);
    const pane = { x: left - 8, y: top - 24 };
    // The picture lies to the left of the map, 6 pixels apart: its first pixel is 0, its last 190.
    const pixelAt = (x: number, y: number) => data[3 * (y * info.width + x)];
    expect(pixelAt(pane.x - 46, pane.y)).toBe(0);
    expect(pixelAt(pane.x - 7, pane.y + 31)).toBe(190);
    expect(pixelAt(pane.x - 3, pane.y)).toBe(255);
  });

  it('are evenly spaced where they are too many, first and last among them', () => {
    const many = scriptedRun({ steps: Array.from({ length: 1001 }, (_, index) => index), names: ['a'] });
    expect(chosenFrames(many, { ...options, mostFrames: 5 })).toEqual([0, 250, 500, 750, 1000]);
    expect(chosenFrames(many, options)).toHaveLength(300);
    expect(chosenFrames(run, options)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it('never go into a folder that holds anything', async () => {
    mkdirSync(at('mine'));
    writeFileSync(at('mine', 'precious.txt'), 'precious');
    await expect(exportFrames(run, at('mine'), options, {})).rejects.toMatchObject({ code: 'file-exists' });
    await expect(exportMaps(run, at('mine'), options, {})).rejects.toMatchObject({ code: 'file-exists' });
    expect(readdirSync(at('mine'))).toEqual(['precious.txt']);
    await expect(exportFrames(run, at('mine', 'precious.txt'), options, {})).rejects.toMatchObject({
      code: 'file-unwritable',
    });
  });

  it('leave nothing behind when they are cancelled', async () => {
    const signal = { aborted: false };
    const progress = (done: number) => (signal.aborted = done === 2);
    await expect(exportFrames(run, at('out'), options, { signal, progress })).rejects.toThrow(CancelledError);
    expect(existsSync(at('out'))).toBe(false);
    signal.aborted = false;
    mkdirSync(at('kept'));
    writeFileSync(at('kept', 'mine.txt'), '');
    const late = (done: number) => (signal.aborted = done === 6);
    await expect(exportAnimation(run, at('kept'), options, { signal, progress: late })).rejects.toThrow(CancelledError);
    expect(readdirSync(at('kept'))).toEqual(['mine.txt']);
  });
});

describe('the animation', () => {
  it('is one GIF with a picture a frame, and keeps the maps’ colours', async () => {
    const [file] = await exportAnimation(run, at('out'), { ...options, framesPerSecond: 20 }, {});
    expect(path.basename(file!)).toBe('training.gif');
    const { format, pages, delay, loop } = await sharp(readFileSync(file!), { animated: true }).metadata();
    expect({ format, pages, loop }).toEqual({ format: 'gif', pages: 7, loop: 0 });
    expect(delay).toEqual([50, 50, 50, 50, 50, 50, 2000]);
    const distances = [...(await colorsIn(file!, 3))].map((color) => {
      const [r, g, b] = color.split(',').map(Number);
      const [er, eg, eb] = endOf('diverging').split(',').map(Number);
      return Math.hypot(r! - er!, g! - eg!, b! - eb!);
    });
    expect(Math.min(...distances)).toBeLessThan(12);
  });

  it('takes the next free name', async () => {
    const first = await exportAnimation(run, at('out'), { ...options, mostFrames: 2 }, {});
    const before = readFileSync(first[0]!);
    const second = await exportAnimation(run, at('out'), { ...options, mostFrames: 3 }, {});
    expect(second).toEqual([at('out', 'training-2.gif')]);
    expect(readFileSync(first[0]!).equals(before)).toBe(true);
  });
});

describe('the maps', () => {
  it('are NPY files of the raw sums, with names that stay in the folder', async () => {
    const paths = await exportMaps(run, at('out'), { ...options, images: [1, 2] }, {});
    expect(paths).toHaveLength(6);
    for (const file of paths) expect(path.dirname(file)).toBe(at('out'));
    const names = readdirSync(at('out')).sort();
    expect(names[0]).toMatch(/^01-[\w-]+-integrated-absolute\.npy$/);
    const read = (suffix: string) => {
      const name = names.find((candidate) => candidate.startsWith('01') && candidate.endsWith(suffix))!;
      return decodeNpy(readFileSync(at('out', name)), name);
    };
    expect(read('x-etc-integrated.npy').shape).toEqual([4, 5, 1]);
    const { integrated, integratedAbsolute, last } = await run.maps(1);
    expect([...read('etc-integrated.npy').data]).toEqual([...integrated.data]);
    expect([...read('-integrated-absolute.npy').data]).toEqual([...integratedAbsolute.data]);
    expect([...read('-last.npy').data]).toEqual([...last.data]);
  });
});

describe('the figure', () => {
  it('has a row an image and both kinds of colours', async () => {
    const [one] = await exportFigure(run, at('out'), { ...options, images: [0] }, {});
    const [three] = await exportFigure(run, at('out'), { ...options, map: 'gradient-x-input' }, {});
    expect([one, three].map((file) => path.basename(file!))).toEqual(['training.png', 'training-2.png']);
    const [small, large] = [await sharp(readFileSync(one!)).metadata(), await sharp(readFileSync(three!)).metadata()];
    expect(large.width).toBe(small.width);
    expect(large.height).toBeGreaterThan(2 * small.height - 120);
    const colors = await colorsIn(one!);
    expect(colors).toContain(endOf('diverging'));
    expect(colors).toContain(endOf('inferno'));
  });
});

describe('what cannot be exported', () => {
  it('says why', async () => {
    const unwatched = scriptedRun({ steps: [], names: [] });
    const unseen = scriptedRun({ steps: [], names: ['a'] });
    for (const [source, message] of [
      [unwatched, /watched no images|no frames/],
      [unseen, /no frames/],
    ] as const)
      // prettier-ignore
      await expect(async () => exportAnimation(source, at('out'), options, {})).rejects.toMatchObject({ message });
    expect(() => chosenImages(run, { ...options, images: [3] })).toThrow(/no watched image 3/);
    expect(() => chosenImages(run, { ...options, images: [] })).toThrow(/No watched image/);
    for (const wrong of [{ mostFrames: 0 }, { framesPerSecond: 100 }, { cellSide: NaN }])
      await expect(async () => exportAnimation(run, at('out'), { ...options, ...wrong }, {})).rejects.toMatchObject({
        code: 'parameter',
      });
    expect(existsSync(at('out'))).toBe(false);
  });

  it('a large grid shrinks instead of growing without bound', async () => {
    const names = Array.from({ length: 64 }, (_, index) => `${index}.png`);
    const large = scriptedRun({ steps: [0], names, height: 32, width: 32, channels: 3 });
    const [file] = await exportFrames(large, at('out'), { ...options, cellSide: 2048 }, {});
    const { width, height } = await sharp(readFileSync(file!)).metadata();
    expect(width * height).toBeLessThan(17 * 1024 ** 2);
  });
});
