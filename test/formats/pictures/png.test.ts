import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { composeFigure } from '../../../src/formats/pictures/figure';
import { sha256 } from '../../../src/engine/usecases/imageHash';
import type { PixelImage } from '../../../src/core/image/pixels';
import { encodePng, encodePreview, encodeRgbaPng, roundTripEightBit } from '../../../src/formats/pictures/png';
import { loadSharp } from '../../../src/formats/pictures/sharp';
import { noise } from './shared';

beforeAll(() => loadSharp());

const read = (png: Uint8Array) => sharp(png).raw().toBuffer({ resolveWithObject: true });

describe('PNG', () => {
  it('holds round(255·v) of the clamped values', async () => {
    const data = Float32Array.of(0, 1, 0.5, 1.2, -0.1, 0.0019, 0.002, 127.4 / 255, 127.6 / 255);
    const png = await encodePng({ data, height: 1, width: 3, channels: 3 });
    expect([...(await read(png)).data]).toEqual([0, 255, 128, 255, 0, 0, 1, 127, 128]);
  });

  it('keeps grey images grey and colour images in colour', async () => {
    for (const channels of [1, 3] as const) {
      const data = new Float32Array(12 * channels).fill(0.25);
      const metadata = await sharp(await encodePng({ data, height: 3, width: 4, channels })).metadata();
      expect([metadata.format, metadata.width, metadata.height, metadata.channels]).toEqual(['png', 4, 3, channels]);
      expect(metadata.depth).toBe('uchar');
    }
  });

  it('holds RGBA as it was', async () => {
    const rgba = new Uint8ClampedArray(noise(5 * 4 * 4, 1));
    const { data, info } = await read(await encodeRgbaPng(rgba, 5, 4));
    expect(info.channels).toBe(4);
    expect([...data]).toEqual([...rgba]);
    await expect(encodeRgbaPng(rgba, 4, 4)).rejects.toThrow(RangeError);
  });

  it('of a preview is shrunk to the longest side and never enlarged', async () => {
    const data = new Uint8Array(300 * 100 * 3).map((_, i) => [200, 100, 50][i % 3]!);
    const small = await encodePreview({ data, width: 300, height: 100, channels: 3 }, 60);
    const shrunk = await read(small.png);
    expect([small.width, small.height, shrunk.info.width, shrunk.info.height]).toEqual([60, 20, 60, 20]);
    expect([...shrunk.data.subarray(0, 3)]).toEqual([200, 100, 50]);
    const same = await encodePreview({ data, width: 300, height: 100, channels: 3 }, 1536);
    expect([...(await read(same.png)).data]).toEqual([...data]);
    expect(Object.getPrototypeOf(same.png)).toBe(Uint8Array.prototype);
  });

  it('moves each value by at most half of 1/255 on the round trip, and none twice', async () => {
    for (const channels of [1, 3] as const) {
      const image: PixelImage = {
        data: Float32Array.from(noise(60 * channels, 3), (value, i) => (value + (i % 100) / 100) / 256),
        height: 6,
        width: 10,
        channels,
      };
      const saved = await roundTripEightBit(image);
      expect([saved.height, saved.width, saved.channels]).toEqual([6, 10, channels]);
      saved.data.forEach((value, i) => {
        expect(Math.abs(value - image.data[i]!)).toBeLessThanOrEqual(0.5 / 255 + 1e-7);
        expect(Math.abs(value * 255 - Math.round(value * 255))).toBeLessThan(1e-4);
      });
      expect((await roundTripEightBit(saved)).data).toEqual(saved.data);
    }
  });
});

describe('a figure', () => {
  const pane = (color: readonly number[], lines: string[] = []) => ({
    rgba: Uint8Array.from({ length: 28 * 28 * 4 }, (_, i) => color[i % 4]!),
    width: 28,
    height: 28,
    title: 'Sandal',
    lines,
  });

  it('shows its panes side by side, crisp, with text under them', async () => {
    const checker = pane([0, 0, 0, 255]);
    for (let i = 0; i < 28 * 28; i++) if ((i + Math.floor(i / 28)) % 2 === 0) checker.rgba.fill(255, 4 * i, 4 * i + 3);
    const png = await composeFigure([pane([255, 0, 0, 255], ['97.3 %']), checker], { between: ['+ ε'] });
    const { data, info } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    const seen = (test: (r: number, g: number, b: number) => boolean) => {
      const places: [number, number][] = [];
      for (let i = 0; i < info.width * info.height; i++)
        if (test(data[3 * i]!, data[3 * i + 1]!, data[3 * i + 2]!))
          places.push([i % info.width, Math.floor(i / info.width)]);
      return places;
    };
    const side = 28 * 13;
    const red = seen((r, g, b) => r === 255 && g === 0 && b === 0);
    expect(red).toHaveLength(side * side);
    expect(seen((r, g, b) => r === 0 && g === 0 && b === 0)).toHaveLength((side * side) / 2);
    const bottom = red.at(-1)![1];
    const right = red.at(-1)![0];
    const ink = seen((r, g, b) => r < 100 && r === g && g === b && r > 0);
    expect(ink.filter(([x, y]) => y > bottom && x <= right).length).toBeGreaterThan(100);
    expect(ink.filter(([x, y]) => y < bottom && x > right).length).toBeGreaterThan(20);
    expect(info.height).toBeGreaterThan(bottom + 40);
  });

  it('draws different words differently, whatever the characters', async () => {
    const texts = ['Bag', 'Dress', 'ε = 0.01', 'naïve façade', '日本', '<&">', ''];
    const hashes = new Set<string>();
    for (const line of texts) hashes.add(sha256(await composeFigure([pane([9, 9, 9, 255], [line])])));
    expect(hashes.size).toBe(texts.length);
    await composeFigure([pane([9, 9, 9, 255], ['x'.repeat(100_000)])]);
  });

  it('brings panes of different sizes to one height', async () => {
    const wide = { rgba: new Uint8Array(400 * 100 * 4).fill(255), width: 400, height: 100, title: '', lines: [] };
    const { width, height } = await sharp(
      await composeFigure([pane([0, 0, 0, 255]), wide], { height: 200 }),
    ).metadata();
    expect(height).toBeGreaterThan(200);
    expect(width).toBeGreaterThan(200 + 800);
    await expect(composeFigure([])).rejects.toThrow(RangeError);
    await expect(composeFigure([{ ...wide, width: 401 }])).rejects.toThrow(RangeError);
  });
});

describe('SHA-256', () => {
  it('is that of FIPS 180-4', () => {
    // The standard's example for "abc".
    expect(sha256(new Uint8Array(Buffer.from('abc')))).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
    expect(sha256(noise(1000, 1).subarray(3))).toBe(
      createHash('sha256')
        .update(Buffer.from(noise(1000, 1).slice(3)))
        .digest('hex'),
    );
  });
});
