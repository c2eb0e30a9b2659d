import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodePicture } from '../../../src/formats/pictures/decode';
import type { Picture } from '../../../src/core/image/pixels';
import { loadSharp } from '../../../src/formats/pictures/sharp';
import { hasSharedData, noise, readJson, readShared, rgbOf, sharedData, userErrorOf } from './shared';

// The test may use loaders that the module forbids only before it forbids them.
beforeAll(() => loadSharp());

const decode = (bytes: Uint8Array, options: { background?: 'white' | 'black'; limitMegapixels?: number } = {}) =>
  decodePicture(bytes, { name: 'picture', ...options });

const suite = path.join(sharedData, 'tricky-images', 'pngsuite');
const suiteNames = hasSharedData ? readdirSync(path.join(suite, 'png')).map((file) => file.replace(/\.png$/, '')) : [];

/** RGBA in 0 … 255. */
function published(name: string): { rgba: number[]; sixteen: boolean } {
  const file = (suffix: string) => path.join(suite, 'json', `${name}${suffix}.json`);
  if (existsSync(file('_to8'))) return { rgba: readJson(file('_to8')) as number[], sixteen: true };
  const values = readJson(file('')) as number[];
  const sixteen = name.endsWith('16') && values.some((value) => value > 255);
  return { rgba: sixteen ? values.map((value) => value / 257) : values, sixteen };
}

describe.skipIf(!hasSharedData)('PngSuite', () => {
  it('reads every good file as its published pixels, grey ones in one channel', async () => {
    const good = suiteNames.filter((name) => !name.startsWith('x'));
    for (const name of good) {
      const { rgba, sixteen } = published(name);
      const picture = await decode(readShared('tricky-images', 'pngsuite', 'png', `${name}.png`));
      const rgb = rgbOf(picture);
      expect(rgb.length, name).toBe((rgba.length / 4) * 3);
      let worst = 0;
      for (let i = 0; i < rgba.length / 4; i++)
        for (let channel = 0; channel < 3; channel++) {
          const alpha = rgba[4 * i + 3]! / 255;
          const expected = rgba[4 * i + channel]! * alpha + 255 * (1 - alpha);
          worst = Math.max(worst, Math.abs(expected - rgb[3 * i + channel]!));
        }
      // Rounded to nearest; 16-bit samples may be cut or rounded before that.
      expect(worst, name).toBeLessThanOrEqual(sixteen ? 1.501 : 0.501);
      const colorType = /([ni])([02346])([gcpa])\d\d$/.exec(name)?.[2];
      if (colorType !== undefined) expect(picture.channels, name).toBe('04'.includes(colorType) ? 1 : 3);
    }
    expect(good.length).toBeGreaterThan(140);
  });

  it('refuses every corrupt file with a sentence', async () => {
    const corrupt = suiteNames.filter((name) => name.startsWith('x'));
    expect(corrupt).toHaveLength(14);
    for (const name of corrupt) {
      const error = await userErrorOf(() => decode(readShared('tricky-images', 'pngsuite', 'png', `${name}.png`)));
      expect(error.code, name).toBe('image-unreadable');
      expect(error.message).toMatch(/^picture holds .*\.$/);
    }
  });
});

/** The picture turned as an EXIF orientation asks, by the standard's table of what row 0 and column 0 are. */
function orient({ data, width, height, channels }: Picture, orientation: number): Picture {
  const swap = orientation >= 5;
  const [w, h] = swap ? [height, width] : [width, height];
  const result = new Uint8Array(data.length);
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++) {
      const [a, b] = swap ? [y, x] : [x, y];
      const flipX = [2, 3, 7, 8].includes(orientation);
      const flipY = [3, 4, 6, 7].includes(orientation);
      const sx = flipX ? width - 1 - a : a;
      const sy = flipY ? height - 1 - b : b;
      for (let c = 0; c < channels; c++) result[(y * w + x) * channels + c] = data[(sy * width + sx) * channels + c]!;
    }
  return { data: result, width: w, height: h, channels };
}

describe('EXIF orientation', () => {
  const stored: Picture = { data: noise(5 * 3 * 3, 1), width: 5, height: 3, channels: 3 };

  it.each(['png', 'webp', 'tiff'] as const)('is applied in %s files, all eight', async (format) => {
    for (let orientation = 1; orientation <= 8; orientation++) {
      const bytes = await sharp(stored.data, { raw: { width: 5, height: 3, channels: 3 } })
        .withMetadata({ orientation })
        .toFormat(format, format === 'tiff' ? { compression: 'lzw' } : { lossless: true })
        .toBuffer();
      expect(await decode(bytes), `${format} ${orientation}`).toEqual(orient(stored, orientation));
    }
  });

  it.skipIf(!hasSharedData).each(['jpg', 'webp'])(
    'shows the same picture whatever the orientation of a .%s',
    async (extension) => {
      const pictures = await Promise.all(
        [2, 3, 4, 5, 6, 7, 8].map((orientation) =>
          decode(
            readShared('tricky-images', 'exif-orientation-small', `hopper_orientation_${orientation}.${extension}`),
          ),
        ),
      );
      const mean = (a: Picture, b: Picture) =>
        a.data.reduce((sum, value, i) => sum + Math.abs(value - b.data[i]!), 0) / a.data.length;
      const [first, ...others] = pictures as [Picture, ...Picture[]];
      // They were compressed after they were turned, so they differ a little; one turned wrongly differs a lot.
      for (const other of others) expect(mean(first, other)).toBeLessThan(6);
      for (let orientation = 2; orientation <= 8; orientation++)
        expect(mean(first, orient(first, orientation))).toBeGreaterThan(20);
    },
  );
});

describe('formats', () => {
  const rgb = noise(8 * 6 * 3, 2);
  const raw = { width: 8, height: 6, channels: 3 as const };

  it.each(['png', 'webp', 'tiff', 'gif', 'avif', 'jpeg'] as const)('reads %s', async (format) => {
    const smooth = Uint8Array.from({ length: 8 * 6 * 3 }, (_, i) =>
      format === 'gif' ? (i % 3) * 100 : 60 + (i % 24) * 4,
    );
    const bytes = await sharp(smooth, { raw })
      .toFormat(format, format === 'webp' || format === 'avif' ? { lossless: true } : { quality: 100 })
      .toBuffer();
    const picture = await decode(bytes);
    expect([picture.width, picture.height, picture.channels]).toEqual([8, 6, 3]);
    const worst = Math.max(...picture.data.map((value, i) => Math.abs(value - smooth[i]!)));
    expect(worst).toBeLessThanOrEqual(format === 'jpeg' ? 40 : format === 'avif' ? 2 : 0);
  });

  it('reads the first frame of an animated GIF', async () => {
    const frames = new Uint8Array(4 * 8 * 3).fill(255);
    frames.fill(0, 0, 4 * 4 * 3);
    const bytes = await sharp(frames, { raw: { width: 4, height: 8, channels: 3, pageHeight: 4 } })
      .gif()
      .toBuffer();
    const picture = await decode(bytes);
    expect([picture.width, picture.height]).toEqual([4, 4]);
    expect(Math.max(...picture.data)).toBe(0);
  });

  it('keeps the high byte of 16-bit samples', async () => {
    const samples = Uint16Array.of(0, 255, 256, 0x1234, 0x80ff, 65535);
    for (const [channels, width] of [
      [1, 6],
      [3, 2],
    ] as const) {
      const bytes = await sharp(samples, { raw: { width, height: 1, channels } })
        .toColourspace(channels === 1 ? 'grey16' : 'rgb16')
        .png()
        .toBuffer();
      expect((await sharp(bytes).metadata()).depth).toBe('ushort');
      expect(await decode(bytes)).toEqual({
        data: Uint8Array.of(0, 0, 1, 0x12, 0x80, 255),
        width,
        height: 1,
        channels,
      });
    }
  });

  it('converts palette files to RGB and keeps grey in one channel', async () => {
    const two = Uint8Array.from({ length: 48 * 3 }, (_, i) =>
      Math.floor(i / 3) % 2 === 0 ? [200, 30, 90][i % 3]! : 7,
    );
    const palette = await sharp(two, { raw }).png({ palette: true }).toBuffer();
    expect((await sharp(palette).metadata()).isPalette).toBe(true);
    expect([...(await decode(palette)).data]).toEqual([...two]);
    const grey = noise(48, 4);
    for (const format of ['png', 'tiff'] as const) {
      const bytes = await sharp(grey, { raw: { ...raw, channels: 1 } })
        .toColourspace('b-w')
        .toFormat(format, { compression: 'lzw' })
        .toBuffer();
      expect(await decode(bytes)).toEqual({ data: grey, width: 8, height: 6, channels: 1 });
    }
    const jpeg = await sharp(grey, { raw: { ...raw, channels: 1 } })
      .toColourspace('b-w')
      .jpeg()
      .toBuffer();
    expect((await decode(jpeg)).channels).toBe(1);
  });

  it('converts CMYK: paper is white, each ink is its colour', async () => {
    const patch = (color: string) =>
      sharp({ create: { width: 16, height: 16, channels: 3, background: color } })
        .toColourspace('cmyk')
        .jpeg({ quality: 100 })
        .toBuffer();
    for (const [color, rgb] of [
      ['white', [255, 255, 255]],
      ['#ff0000', [255, 0, 0]],
      ['#808080', [128, 128, 128]],
    ] as const) {
      const bytes = await patch(color);
      expect((await sharp(bytes).metadata()).space).toBe('cmyk');
      const picture = await decode(bytes);
      expect(picture.channels).toBe(3);
      // Presses cannot print pure red; the colour must still be that colour.
      rgb.forEach((value, channel) => expect(Math.abs(picture.data[channel]! - value)).toBeLessThan(40));
    }
  });

  it('lays alpha on the stated background, rounded to nearest', async () => {
    const rgba = Uint8Array.of(120, 0, 255, 128, 9, 9, 9, 0, 1, 2, 3, 255);
    const bytes = await sharp(rgba, { raw: { width: 3, height: 1, channels: 4 } })
      .png()
      .toBuffer();
    // 120·128/255 + 255·127/255 = 187.2…; 0 → 127; 255 → 255.
    expect([...(await decode(bytes)).data]).toEqual([187, 127, 255, 255, 255, 255, 1, 2, 3]);
    expect([...(await decode(bytes, { background: 'black' })).data]).toEqual([60, 0, 128, 0, 0, 0, 1, 2, 3]);
  });

  it('gives the stored values of a picture with an RGB colour profile', async () => {
    const bytes = await sharp(rgb, { raw }).withIccProfile('p3', { attach: true }).png().toBuffer();
    const plain = await sharp(bytes, { ignoreIcc: true }).raw().toBuffer();
    expect((await sharp(bytes).metadata()).hasProfile).toBe(true);
    expect([...(await decode(bytes)).data]).toEqual([...plain]);
  });

  it.skipIf(!hasSharedData)('reads photographs, as BMP and JPEG', async () => {
    for (const file of readdirSync(path.join(sharedData, 'photos')).filter((name) => /\.(bmp|jpg)$/.test(name))) {
      const bytes = readShared('photos', file);
      const picture = await decode(bytes);
      expect(picture.channels).toBe(3);
      expect(picture.data.length).toBe(picture.width * picture.height * 3);
      const mean = picture.data.reduce((sum, value) => sum + value, 0) / picture.data.length;
      expect(mean).toBeGreaterThan(30);
      expect(mean).toBeLessThan(225);
    }
  });
});
