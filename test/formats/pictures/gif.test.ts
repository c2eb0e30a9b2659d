import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { createGifEncoder, GIF_COLORS } from '../../../src/formats/pictures/gif';
import { buildPalette, countColors } from '../../../src/formats/pictures/palette';
import { createRandom } from '../../../src/core/random';

interface Animation {
  readonly width: number;
  readonly height: number;
  readonly frames: readonly Uint8Array[];
}

function encode({ width, height, frames }: Animation, hundredths = 7): Buffer {
  const counts = countColors();
  frames.forEach((frame) => counts.add(frame));
  const gif = createGifEncoder(width, height, buildPalette(counts, GIF_COLORS));
  return Buffer.concat([gif.header(), ...frames.map((frame) => gif.frame(frame, hundredths)), gif.trailer()]);
}

/** Decoded by another hand's library: RGBA of all pictures, one below the other. */
async function decode(bytes: Buffer) {
  const image = sharp(bytes, { animated: true });
  return { facts: await image.metadata(), pixels: await image.ensureAlpha().raw().toBuffer() };
}

function frameOf(width: number, height: number, color: (x: number, y: number) => readonly [number, number, number]) {
  const rgba = new Uint8Array(width * height * 4).fill(255);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) rgba.set(color(x, y), 4 * (y * width + x));
  return rgba;
}

/** 200 colours, each in a cell of its own of the palette's count. */
const colorOf = (index: number) => [8 * (index % 32), 8 * (Math.floor(index / 32) % 32), 200] as const;

describe('an animated GIF', () => {
  it.each([
    [1, 1],
    [5, 3],
    [64, 64],
    [301, 97],
  ])('of %i × %i pixels and few colours is read back exactly', async (width, height) => {
    const random = createRandom(width);
    const frames = Array.from({ length: 4 }, (_, n) =>
      frameOf(width, height, (x, y) => colorOf(y % 3 === 0 ? Math.floor(200 * random()) : n === 2 ? 7 : x % 200)),
    );
    const { facts, pixels } = await decode(encode({ width, height, frames }));
    expect(facts).toMatchObject({ format: 'gif', width, pageHeight: height, pages: 4, loop: 0 });
    expect(facts.delay).toEqual([70, 70, 70, 70]);
    expect(Buffer.concat(frames).equals(pixels)).toBe(true);
  });

  it('with every code width and a full dictionary is read back exactly', async () => {
    const random = createRandom(1);
    for (const pixels of [253, 254, 255, 256, 257, 509, 510, 511, 765, 766, 3837, 3838, 3839, 3840, 3841, 60_000]) {
      const frame = frameOf(pixels, 1, () => colorOf(Math.floor(200 * random())));
      const { pixels: read } = await decode(encode({ width: pixels, height: 1, frames: [frame] }));
      expect(Buffer.from(frame).equals(read)).toBe(true);
    }
  });

  it('keeps what does not change: a still picture costs next to nothing', () => {
    const random = createRandom(2);
    const frame = frameOf(100, 100, () => colorOf(Math.floor(200 * random())));
    const still = encode({ width: 100, height: 100, frames: new Array<Uint8Array>(20).fill(frame) });
    expect(still.length).toBeLessThan(1.5 * encode({ width: 100, height: 100, frames: [frame] }).length);
  });

  it('of more colours is near them', async () => {
    const frame = frameOf(128, 128, (x, y) => [2 * x, 2 * y, x + y]);
    const { pixels } = await decode(encode({ width: 128, height: 128, frames: [frame] }));
    const errors = Array.from(frame, (value, index) => Math.abs(value - pixels[index]!));
    expect(errors.reduce((sum, error) => sum + error) / (128 * 128 * 3)).toBeLessThan(8);
    expect(Math.max(...errors)).toBeLessThan(40);
  });

  it('refuses sizes that it cannot hold, and pictures of another size', () => {
    const palette = buildPalette(countColors(), 2);
    expect(() => createGifEncoder(65536, 1, palette)).toThrow(RangeError);
    expect(() => createGifEncoder(2, 2, palette).frame(new Uint8Array(12), 1)).toThrow(RangeError);
  });
});

describe('a palette', () => {
  it('has the colours that there are where they are few, and the count asked for where not', () => {
    const counts = countColors();
    counts.add(frameOf(4, 1, (x) => [60 * x, 0, 255 - 60 * x]));
    const { colors, nearest } = buildPalette(counts, 255);
    expect(colors).toHaveLength(12);
    for (let x = 0; x < 4; x++) {
      const place = nearest(60 * x, 0, 255 - 60 * x);
      expect([...colors.subarray(3 * place, 3 * place + 3)]).toEqual([60 * x, 0, 255 - 60 * x]);
    }
    counts.add(frameOf(256, 256, (x, y) => [x, y, x ^ y]));
    expect(buildPalette(counts, 255).colors).toHaveLength(3 * 255);
  });
});
